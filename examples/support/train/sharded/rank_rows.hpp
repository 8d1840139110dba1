// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a run on the processes of MPI, as one_process.hpp has them for one: each process has those of its shard.

#include "support/model/model_parameters.hpp"

#include <pleach/interop/mpi.hpp>
#include <pleach/sparse/masked.hpp>

#include <cstring>
#include <vector>

namespace support {

class rank_rows {
public:
    /// *Precondition:* `all` outlives it.
    rank_rows(const pleach::communicator& all, std::size_t rows) : all_(&all), rows_(rows, all.size(), all.rank()) {}

    [[nodiscard]] const pleach::communicator& ranks() const noexcept { return *all_; }
    [[nodiscard]] const pleach::row_shards& rows() const noexcept { return rows_; }

    template <class Table>
    [[nodiscard]] model_parameters<Table> whole(const model_parameters<Table>& model) const {
        return {whole_table(model.table), model.biases};
    }
    template <class Optimizer, class Model>
    [[nodiscard]] Optimizer whole(Optimizer& optimizer, const Model& model, const Model& whole_model) const {
        Optimizer made(whole_model, optimizer.rules(), false);
        const std::vector<array> of_whole = arrays_of(made, whole_model);
        std::size_t next = 0;
        optimizer.for_each_array(model, [&]<class V>(std::string_view, std::string_view, std::span<V> own) {
            const array& to = of_whole[next++];
            if (to.width == 0)
                std::memcpy(to.values, own.data(), own.size_bytes());
            else
                gather(pleach::matrix_view<const V>(own.data(), rows_.own(), to.width),
                       pleach::matrix_view<V>(static_cast<V*>(to.values), rows_.rows(), to.width));
        });
        return made;
    }

    [[nodiscard]] pleach::dense_table<float> own(const pleach::dense_table<float>& table) const {
        return pleach::dense_table<float>(own_of(table.rows()).view());
    }
    [[nodiscard]] pleach::masked<pleach::dense_table<float>> own(
        const pleach::masked<pleach::dense_table<float>>& table) const {
        const auto words = own_of(words_of(table.mask()));
        return {own(table.base()), pleach::bit_mask::from_words(rows_.own(), table.dim(), words.elements())};
    }

    template <class Table, class Fill>
    void load(model_parameters<Table>& model, Fill&& fill) const {
        model_parameters<Table> all_rows = whole(model);
        fill(all_rows);
        model = {own(all_rows.table), all_rows.biases};
    }
    template <class Optimizer, class Model, class Fill>
    void load(Optimizer& optimizer, const Model& model, Fill&& fill) const {
        const Model whole_model = whole(model);
        Optimizer made(whole_model, optimizer.rules(), false);
        fill(made, whole_model);
        const std::vector<array> of_whole = arrays_of(made, whole_model);
        std::size_t next = 0;
        optimizer.for_each_array(model, [&]<class V>(std::string_view, std::string_view, std::span<V> own) {
            const array& from = of_whole[next++];
            const V* const values = static_cast<const V*>(from.values);
            if (from.width == 0)
                std::memcpy(own.data(), values, own.size_bytes());
            else
                for (std::size_t r = 0; r < rows_.own(); ++r)
                    std::copy_n(values + rows_.global(r) * from.width, from.width, own.data() + r * from.width);
        });
    }

    template <class Table, class Rule>
    std::size_t prune(Table& table, const Rule& rule) const {
        return pleach::prune(*all_, rows_, table, rule);
    }
    [[nodiscard]] std::size_t sum(std::size_t n) const {
        std::uint64_t number = n;
        all_->sum("train_mf", std::span(&number, 1));
        return static_cast<std::size_t>(number);
    }
    [[nodiscard]] std::size_t largest(std::size_t n) const {
        std::uint64_t number = n;
        all_->largest("train_mf", std::span(&number, 1));
        return static_cast<std::size_t>(number);
    }

private:
    // Of a whole optimizer: an array with `width` values per row or, with 0, one that all processes have.
    struct array {
        void* values;
        std::size_t width;
    };

    template <class Optimizer, class Model>
    [[nodiscard]] std::vector<array> arrays_of(Optimizer& made, const Model& whole_model) const {
        std::vector<array> result;
        made.for_each_array(whole_model, [&](std::string_view parameter, std::string_view, auto values) {
            const bool is_common = parameter == "optimizer" || parameter == "item_biases";
            result.push_back({values.data(), is_common ? 0 : values.size() / rows_.rows()});
        });
        return result;
    }

    [[nodiscard]] static pleach::matrix_view<const std::uint64_t> words_of(const pleach::bit_mask& mask) {
        return {mask.words().data(), mask.rows(), mask.words_per_row()};
    }

    template <class V>
    [[nodiscard]] pleach::matrix<V> own_of(pleach::matrix_view<const V> all_rows) const {
        pleach::matrix<V> own(rows_.own(), all_rows.cols());
        for (std::size_t r = 0; r < rows_.own(); ++r) std::ranges::copy(all_rows.row(rows_.global(r)), own.row(r).begin());
        return own;
    }

    template <class V>
    void gather(pleach::matrix_view<const V> own, pleach::matrix_view<V> out) const {
        pleach::gather_all_everywhere(*all_, rows_, own, out);
    }

    [[nodiscard]] pleach::dense_table<float> whole_table(const pleach::dense_table<float>& shard) const {
        pleach::dense_table<float> table(rows_.rows(), shard.dim());
        gather(shard.rows(), table.rows());
        return table;
    }
    [[nodiscard]] pleach::masked<pleach::dense_table<float>> whole_table(
        const pleach::masked<pleach::dense_table<float>>& shard) const {
        pleach::matrix<std::uint64_t> words(rows_.rows(), shard.mask().words_per_row());
        gather(words_of(shard.mask()), words.view());
        return {whole_table(shard.base()), pleach::bit_mask::from_words(rows_.rows(), shard.dim(), words.elements())};
    }

    const pleach::communicator* all_;
    pleach::row_shards rows_;
};

}  // namespace support
