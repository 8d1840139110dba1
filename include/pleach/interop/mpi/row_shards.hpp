// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which rank holds which row: row i is on rank i mod ranks, as row i / ranks there. Neighbors are on different ranks, so that
/// frequent ids, which are often numbered first, and users and items, which are numbered apart, are spread evenly.
///
///     const pleach::row_shards rows(1'000'000, all.size(), all.rank());
///     pleach::dense_table<float> own(rows.own(), 64, pleach::own_rows(pleach::normal{}, rows), stream);

#include <pleach/init/initializer.hpp>
#include <pleach/prune/scope.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

class row_shards {
public:
    /// *Throws* std::invalid_argument if there is no such rank, or if a rank would hold more than 4294967295 rows.
    row_shards(std::size_t rows, std::size_t ranks, std::size_t rank) : rows_(rows), ranks_(ranks), rank_(rank) {
        if (rank >= ranks)
            throw std::invalid_argument("pleach::row_shards: there is no rank " + std::to_string(rank) + " of " +
                                        std::to_string(ranks));
        if (of_rank(0) > (std::numeric_limits<std::uint32_t>::max)())
            throw std::invalid_argument("pleach::row_shards: " + std::to_string(rows) + " rows on " + std::to_string(ranks) +
                                        " ranks are more than 4294967295 per rank; use more ranks");
    }

    /// Of all ranks.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t ranks() const noexcept { return ranks_; }
    [[nodiscard]] std::size_t rank() const noexcept { return rank_; }

    /// The number of rows of a rank, and of this one.
    [[nodiscard]] std::size_t of_rank(std::size_t rank) const noexcept { return (rows_ + ranks_ - 1 - rank) / ranks_; }
    [[nodiscard]] std::size_t own() const noexcept { return of_rank(rank_); }

    [[nodiscard]] std::size_t owner(std::size_t row) const noexcept { return row % ranks_; }
    [[nodiscard]] bool is_own(std::size_t row) const noexcept { return owner(row) == rank_; }
    /// The row's number on its rank.
    [[nodiscard]] std::size_t local(std::size_t row) const noexcept { return row / ranks_; }
    /// The number among all rows of this rank's row `local`.
    [[nodiscard]] std::size_t global(std::size_t local) const noexcept { return local * ranks_ + rank_; }

    /// This rank's rows of a range of all rows, which follow each other.
    [[nodiscard]] row_range own_of(row_range all) const noexcept { return {own_below(all.first), own_below(all.last)}; }

    friend bool operator==(const row_shards&, const row_shards&) = default;

private:
    // How many of the own rows are below a row.
    [[nodiscard]] std::size_t own_below(std::size_t row) const noexcept { return (row + ranks_ - 1 - rank_) / ranks_; }

    std::size_t rows_;
    std::size_t ranks_;
    std::size_t rank_;
};

/// An initializer of a rank's rows, which gives each the values that it has in the whole table.
template <class Initializer>
class own_rows {
public:
    own_rows(Initializer init, const row_shards& rows) : init_(std::move(init)), rows_(rows) {}

    /// *Throws* std::invalid_argument as the initializer does, and unless `values` has as many rows as the rank.
    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        static_assert(
            element_initializer<Initializer, T>,
            "pleach::own_rows needs an element_initializer: one with elements<T>(rows, cols, stream), which gives the "
            "element of any row and column");
        if (values.rows() != rows_.own())
            throw std::invalid_argument("pleach::own_rows: the table has " + std::to_string(values.rows()) +
                                        " rows, but rank " + std::to_string(rows_.rank()) + " has " +
                                        std::to_string(rows_.own()) + "; make it with own() rows");
        detail::fill_elements(values, exec,
                              [&, of_all = init_.template elements<T>(rows_.rows(), values.cols(), stream)](
                                  std::size_t r, std::size_t c) { return of_all(rows_.global(r), c); });
    }

private:
    Initializer init_;
    row_shards rows_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
