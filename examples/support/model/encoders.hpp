// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rows of the trained table become the rows that are scored. Users and items share one table, users first.
///
/// - matrix factorization: the rows themselves. A step touches the rows of its batch.
/// - LightGCN: the mean of propagated layers (propagation.hpp). A step touches every row.
///
/// Both take any trainable, enumerable table. Tables without one stored row per entity are read by gather_all and trained by
/// accumulate_all.

#include "support/model/batch.hpp"
#include "support/model/packed_slices.hpp"
#include "support/model/propagation.hpp"

#include <pleach/interop/openmp.hpp>
#include <pleach/learn/penalty.hpp>
#include <pleach/learn/update_rule.hpp>
#include <pleach/table/batch.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace support {

using pleach::matrix;
using pleach::matrix_view;

/// The gradient of the regularizers of a row e, times its occurrences in the batch: decay * (fraction of e's values that are not
/// 0)^exponent * e, and the derivative of CERP's penalty on zeros.
struct row_regularizer {
    float decay = 0;
    float exponent = 0;
    pleach::tanh_density density{.weight = 0};

    void add(float times, const float* row, std::span<float> gradient) const noexcept {
        pleach::add_scaled(times * decay * share_of_live(row, gradient.size()), row, gradient.data(), gradient.size());
        if (density.weight == 0) return;
        for (std::size_t c = 0; c < gradient.size(); ++c) gradient[c] += times * density.slope(row[c]);
    }

private:
    [[nodiscard]] float share_of_live(const float* row, std::size_t dim) const noexcept {
        if (exponent == 0) return 1;
        const auto live = static_cast<float>(std::count_if(row, row + dim, [](float x) { return x != 0; }));
        return std::pow(live / static_cast<float>(dim), exponent);
    }
};

class factorization_encoder {
public:
    /// Scored rows are the table's own.
    static constexpr bool is_looking_up = true;
    /// Dense Adam by replay: the cost of a step depends on the rows of the batch.
    static constexpr pleach::moving_rows moving_rows = pleach::moving_rows::deferred;

    template <class Table, class Optimizer>
    void encode(Table& table, Optimizer& optimizer, const training_batch& batch, matrix_view<float> out,
                const pleach::openmp& exec) {
        optimizer.catch_up(table, std::span<const std::uint32_t>(batch.nodes), exec);
        pleach::gather(table, batch.nodes, out, {.exec = exec});
    }

    /// Adds the gradient of the encoded rows, and that of the regularizers.
    template <class Table>
    void pull_back(Table& table, const training_batch& batch, matrix_view<const float> rows, matrix_view<float> gradient,
                   const row_regularizer& regularizer, typename Table::gradient_type& into, const pleach::openmp&) {
        for (std::size_t r = 0; r < gradient.rows(); ++r)
            regularizer.add(batch.occurrences[r], rows.row(r).data(), gradient.row(r));
        pleach::accumulate(table, batch.nodes, gradient, into);
        if constexpr (requires { table.accumulate_pull(std::uint32_t{}, 1.0F, into); })
            for (std::size_t r = 0; r < batch.nodes.size(); ++r)
                table.accumulate_pull(batch.nodes[r], batch.occurrences[r] / static_cast<float>(batch.samples()), into);
    }

    /// After pull_back: visit(row of the table, its gradient) for each row of the batch, which are all that have one.
    template <class Visit>
    void for_each_gradient(const training_batch& batch, matrix_view<const float> gradient, bool, Visit&& visit) const {
        for (std::size_t r = 0; r < batch.nodes.size(); ++r) visit(batch.nodes[r], gradient.row(r));
    }

    template <class Table>
    void encode_all(const Table& table, matrix_view<float> out, const pleach::openmp& exec) {
        pleach::gather_all(table, out, exec);
    }
};

class lightgcn_encoder {
public:
    /// Scored rows are computed from the table and the graph.
    static constexpr bool is_propagating = true;
    /// Every row gets a gradient in every step.
    static constexpr pleach::moving_rows moving_rows = pleach::moving_rows::every;

    /// *Precondition:* the graph outlives the encoder.
    lightgcn_encoder(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : graph_(&graph), dim_(dim), layers_(layers), local_(graph.nodes()) {}

    [[nodiscard]] const bipartite_graph& graph() const noexcept { return *graph_; }

    template <class Table, class Optimizer>
    void encode(Table& table, Optimizer&, const training_batch& batch, matrix_view<float> out, const pleach::openmp& exec) {
        local_.number(batch);
        read_rows(table, exec, [&](const auto& rows) {
            made_propagation().run(rows, [&](std::size_t n) { return out.row(local_[n]).data(); }, {}, batch.nodes, exec);
        });
        local_.forget(batch);
    }

    /// As for factorization; the regularized rows are those of layer 0, as in LightGCN.
    template <class Table>
    void pull_back(Table& table, const training_batch& batch, matrix_view<const float>, matrix_view<float> gradient,
                   const row_regularizer& regularizer, typename Table::gradient_type& into, const pleach::openmp& exec) {
        local_.number(batch);
        if constexpr (is_packed<Table>)
            pull_back_packed(table, batch, gradient, regularizer, into, exec);
        else
            pull_back_whole(table, batch, gradient, regularizer, into, exec);
        local_.forget(batch);
    }

    /// After pull_back of a packed table: as above, for the rows of the batch or for all, which must be asked for before.
    template <class Visit>
    void for_each_gradient(const training_batch& batch, matrix_view<const float> gradient, bool all, Visit&& visit) const {
        if (!all)
            for (std::size_t r = 0; r < batch.nodes.size(); ++r) visit(batch.nodes[r], gradient.row(r));
        else
            for (std::size_t n = 0; n < upstream_->rows(); ++n) visit(n, upstream_->row(n));
    }
    /// Keeps the gradients of all rows of a packed table, dead entries included, which takes the memory of the dense table.
    void keep_all_gradients() noexcept { keeps_all_ = true; }

    template <class Table>
    void encode_all(const Table& table, matrix_view<float> out, const pleach::openmp& exec) {
        read_rows(table, exec, [&](const auto& rows) {
            made_propagation().run(rows, [&](std::size_t n) { return out.row(n).data(); }, {}, {}, exec);
        });
    }

private:
    template <class Table>
    static constexpr bool is_packed = std::is_same_v<Table, pleach::packed<float>>;

    template <class Table>
    void pull_back_whole(const Table& table, const training_batch& batch, matrix_view<const float> gradient,
                         const row_regularizer& regularizer, typename Table::gradient_type& into, const pleach::openmp& exec) {
        const auto gradient_of = [&](std::size_t n) { return local_.row_of(gradient, n); };
        const auto run_into = [&](matrix_view<float> all) {
            made_propagation().run(gradient_of, [&](std::size_t n) { return all.row(n).data(); }, batch.nodes, {}, exec);
            read_rows(table, exec, [&](auto&& row_of) {
                for (std::size_t r = 0; r < batch.nodes.size(); ++r)
                    regularizer.add(batch.occurrences[r], row_of(batch.nodes[r]), all.row(batch.nodes[r]));
            });
        };
        if constexpr (std::is_same_v<typename Table::gradient_type, pleach::row_gradient<float>>) {
            run_into(into.overwrite());
        } else {
            if (!upstream_) upstream_.emplace(table.size(), table.dim());
            run_into(upstream_->view());
            pleach::accumulate_all(table, std::as_const(*upstream_).view(), into, exec);
        }
    }

    // No array of all rows and columns: slices are read from packed rows and written to their gradient. A slice of the batch's
    // gradient has been read when it is overwritten.
    void pull_back_packed(const pleach::packed<float>& table, const training_batch& batch, matrix_view<float> gradient,
                          const row_regularizer& regularizer, pleach::row_gradient<float>& into, const pleach::openmp& exec) {
        if (keeps_all_ && !upstream_) upstream_.emplace(table.size(), table.dim());
        float* const live = into.overwrite().data();
        made_propagation().run([&](std::size_t n) { return local_.row_of(gradient, n); },
                               packed_rows_out{table, live, local_, gradient, keeps_all_ ? &*upstream_ : nullptr}, batch.nodes,
                               {}, exec);
        std::vector<float> row(table.dim());
        for (std::size_t r = 0; r < batch.nodes.size(); ++r) {
            const std::uint32_t n = batch.nodes[r];
            table.lookup(n, row);
            regularizer.add(batch.occurrences[r], row.data(), gradient.row(r));
            pleach::pick_row(table.mask().row_words(n).data(), gradient.row(r).data(), into.row(n).data(), table.dim());
        }
    }

    // Calls use(rows), where rows(n) is the memory of row n or, if packed, rows.read(n, c, to) copies a slice of it.
    template <class Table, class Use>
    void read_rows(const Table& table, const pleach::openmp& exec, Use&& use) {
        if constexpr (is_packed<Table>) {
            use(packed_rows_in{table});
        } else if constexpr (pleach::row_table<Table>) {
            use([&](std::size_t n) { return table.row(static_cast<typename Table::id_type>(n)).data(); });
        } else {
            if (!gathered_) gathered_.emplace(table.size(), table.dim());
            pleach::gather_all(table, gathered_->view(), exec);
            use([&](std::size_t n) { return std::as_const(*gathered_).row(n).data(); });
        }
    }

    // Created when it is first needed: tables of codes have one of their own.
    propagation& made_propagation() {
        if (!propagation_) propagation_.emplace(*graph_, dim_, layers_);
        return *propagation_;
    }

    const bipartite_graph* graph_;
    std::size_t dim_;
    std::size_t layers_;
    std::optional<propagation> propagation_;
    batch_numbering local_;
    std::optional<matrix<float>> gathered_;
    std::optional<matrix<float>> upstream_;
    bool keeps_all_ = false;
};

}  // namespace support
