// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LightGCN over tables of codes. The scored rows are the entities of codebook_propagation.hpp, and layer 0 is
///
/// - for a LEGCF table: the table's rows, tanh(S M), and its codes M;
/// - for a C2F table: tanh(S1 M) of the coarse codes before bridging, the bridged codes, and tanh of the fine codes.
///
/// Changed assignments are detected when rows are next encoded.

#include "support/model/codebook_propagation.hpp"
#include "support/model/encoders.hpp"
#include "support/options/options.hpp"

#include <pleach/compose/recipes.hpp>

namespace support {

using legcf_rows = pleach::legcf_table<float>;
using c2f_rows = pleach::c2f_table<float>;

/// Entities, codes and fine codes after propagation.
struct propagated_codes {
    matrix<float> entities;
    matrix<float> codes;
    matrix<float> fine;
};

class codebook_encoder {
public:
    /// Every code gets a gradient in every step.
    static constexpr pleach::moving_rows moving_rows = pleach::moving_rows::every;

    codebook_encoder(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : propagation_(graph, dim, layers), first_(graph.nodes(), dim), local_(graph.nodes()) {}

    template <class Table, class Optimizer>
    void encode(const Table& table, Optimizer&, const training_batch& batch, matrix_view<float> out,
                const pleach::openmp& exec) {
        read(table, exec);
        local_.number(batch);
        run([&](std::size_t n) { return out.row(local_[n]).data(); }, batch.nodes, {}, {}, exec);
        local_.forget(batch);
    }

    /// The gradients of codes. Regularizers see the entities of layer 0, which are constants in a fine stage.
    /// *Precondition:* the table has not changed since the batch was encoded.
    template <class Table>
    void pull_back(const Table& table, const training_batch& batch, matrix_view<const float>, matrix_view<float> gradient,
                   const row_regularizer& regularizer, typename Table::gradient_type& into, const pleach::openmp& exec) {
        local_.number(batch);
        const auto gradient_of = [&](std::size_t n) { return local_.row_of(gradient, n); };
        pull_back_to(table, batch, gradient_of, regularizer, into, exec);
        local_.forget(batch);
    }

    template <class Table>
    void encode_all(const Table& table, matrix_view<float> out, const pleach::openmp& exec) {
        read(table, exec);
        run([&](std::size_t n) { return out.row(n).data(); }, {}, {}, {}, exec);
    }

    /// Solves a new assignment of entities to codes, by --reassign, or of codes to fine codes, by the largest values of a
    /// softmax, from the propagated rows. *Throws* std::invalid_argument if rows or codes are not finite.
    void reassign(legcf_rows& table, const options& chosen, const pleach::openmp& exec);
    void reassign(c2f_rows& table, const options& chosen, const pleach::openmp& exec);

    /// All propagated rows, from which assignments are solved.
    template <class Table>
    [[nodiscard]] propagated_codes propagate(const Table& table, const pleach::openmp& exec) {
        read(table, exec);
        propagated_codes all{matrix<float>(first_.rows(), first_.cols()), matrix<float>(codes_.rows(), first_.cols()),
                             matrix<float>(fine_.rows(), first_.cols())};
        run([&](std::size_t n) { return all.entities.row(n).data(); }, {}, all.codes.view(), all.fine.view(), exec);
        return all;
    }

private:
    using function = pleach::hyperbolic_tangent;

    // Layer 0, and the graph's edges to codes.
    void read(const legcf_rows& table, const pleach::openmp& exec) {
        connect(table.base().terms(), nullptr, 0);
        pleach::gather_all(table, first_.view(), exec);
        fit(codes_, table.base().base().size());
        pleach::gather_all(table.base().base(), codes_.view());
        fit(fine_, 0);
    }
    void read(const c2f_rows& table, const pleach::openmp& exec) {
        const auto& bridged = table.base().base();
        const bool is_new = connect(table.base().terms(), &bridged.first().terms(), bridged.share());
        const auto& coarse = bridged.second().base();
        if (is_new ||
            !(held_ && *held_ == coarse)) {  // layer 0 of the entities is computed from the held codes, the same in every step
            held_ = coarse;
            pleach::for_each_chunk(exec, table.size(), neighbor_sums::nodes_per_task, [&](std::size_t first, std::size_t last) {
                for (std::size_t x = first; x < last; ++x) {
                    const std::span<float> row = first_.row(x);
                    std::ranges::fill(row, 0.0F);
                    for (std::size_t k = 0; k < table.base().terms().terms(); ++k)
                        coarse.add_to(row, static_cast<std::uint32_t>(table.base().terms().id(x, k)),
                                      table.base().terms().weight(x, k));
                    function::values(row);
                }
            });
        }
        fit(codes_, bridged.size());
        pleach::gather_all(bridged, codes_.view());
        fit(fine_, bridged.first().base().size());
        pleach::gather_all(bridged.first().base(), fine_.view());
        function::values(fine_.elements());
    }

    void fit(matrix<float>& rows, std::size_t count) const {
        if (rows.rows() != count || rows.cols() != first_.cols()) rows = matrix<float>(count, first_.cols());
    }

    // Returns true if the assignments changed.
    bool connect(const pleach::assignment<float>& of_entities, const pleach::assignment<float>* of_codes, float share) {
        const bool same_codes = of_codes == nullptr ? !of_codes_ : of_codes_ && *of_codes_ == *of_codes;
        if (of_entities_ && *of_entities_ == of_entities && same_codes && share == share_) return false;
        of_entities_ = of_entities;
        of_codes_.reset();
        if (of_codes != nullptr) of_codes_ = *of_codes;
        share_ = share;
        held_.reset();
        propagation_.connect(*of_entities_, of_codes_ ? &*of_codes_ : nullptr, share);
        return true;
    }

    template <class Out>
    void run(Out&& out, some_nodes wanted, matrix_view<float> codes, matrix_view<float> fine, const pleach::openmp& exec) {
        const auto in = [&](std::size_t n) { return std::as_const(first_).row(n).data(); };
        propagation_.run(
            codebook_propagation::input<decltype(in)>{in, {}, std::as_const(codes_).view(), std::as_const(fine_).view()},
            codebook_propagation::output<Out>{out, wanted, codes, fine}, exec);
    }

    template <class In>
    void pull_back_to(const legcf_rows& table, const training_batch& batch, In&& gradient_of,
                      const row_regularizer& regularizer, legcf_rows::gradient_type& into, const pleach::openmp& exec) {
        fit(to_entities_, first_.rows());
        const auto row_of = [&](std::size_t n) { return to_entities_.row(n).data(); };
        const matrix_view<float> to_codes = into.base.overwrite();
        propagation_.pull_back(codebook_propagation::input<In>{gradient_of, batch.nodes, {}, {}},
                               codebook_propagation::output<decltype(row_of)>{row_of, {}, to_codes, {}}, exec);
        for (std::size_t r = 0; r < batch.nodes.size(); ++r)
            regularizer.add(batch.occurrences[r], first_.row(batch.nodes[r]).data(), to_entities_.row(batch.nodes[r]));
        pleach::for_each_chunk(exec, first_.rows(), neighbor_sums::nodes_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t n = first; n < last; ++n)
                for (std::size_t c = 0; c < first_.cols(); ++c)
                    to_entities_.row(n)[c] *= function::slope(0.0F, first_.row(n)[c]);
        });
        pleach::add_transposed(table.base().terms(), row_of, to_codes, exec);
    }

    // The gradient of the fine codes only, through the bridged codes and through their own nodes.
    template <class In>
    void pull_back_to(const c2f_rows& table, const training_batch& batch, In&& gradient_of, const row_regularizer&,
                      c2f_rows::gradient_type& into, const pleach::openmp& exec) {
        fit(to_codes_, codes_.rows());
        fit(to_fine_, fine_.rows());
        const auto nowhere = [](std::size_t) -> float* { return nullptr; };
        propagation_.pull_back(codebook_propagation::input<In>{gradient_of, batch.nodes, {}, {}},
                               codebook_propagation::output<decltype(nowhere)>{nowhere, std::span<const std::uint32_t>(),
                                                                               to_codes_.view(), to_fine_.view()},
                               exec);
        const auto& bridged = table.base().base();
        for (std::size_t j = 0; j < codes_.rows(); ++j)
            bridged.accumulate(static_cast<std::uint32_t>(j), to_codes_.row(j), into.base);
        for (std::size_t k = 0; k < fine_.rows(); ++k) {
            for (std::size_t c = 0; c < fine_.cols(); ++c) to_fine_.row(k)[c] *= function::slope(0.0F, fine_.row(k)[c]);
            bridged.first().base().accumulate(static_cast<std::uint32_t>(k), to_fine_.row(k), into.base.first.base);
        }
    }

    codebook_propagation propagation_;
    matrix<float> first_;  // entities of layer 0
    matrix<float> codes_;
    matrix<float> fine_;
    std::optional<pleach::assignment<float>> of_entities_;
    std::optional<pleach::assignment<float>> of_codes_;
    float share_ = 0;
    std::optional<pleach::dense_table<float>> held_;  // from which entities were last computed
    batch_numbering local_;
    matrix<float> to_entities_;
    matrix<float> to_codes_;
    matrix<float> to_fine_;
};

}  // namespace support
