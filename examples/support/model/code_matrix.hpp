// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table of codewords as a linear map of its books. With A, the 0/1 matrix of the codes, the rows are A C: for sums, C has the
/// books one below the other, and a row of A has a one per book; for codewords side by side, C has the books side by side, and
/// each group of columns has an A of its own. Each column of C is then independent of the others, either way.

#include <pleach/compose/coded.hpp>
#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/table/dense_table.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

/// A table of codewords in floats.
template <class Combiner>
using coded_table = pleach::coded<Combiner, pleach::dense_table<float>>;

/// The codes of one table. Keeps a reference to it.
template <class Combiner>
class code_matrix {
public:
    explicit code_matrix(const coded_table<Combiner>& table)
        : table_(table), begin_(terms() * codewords() + 1), members_(table.size() * terms()) {
        for_each_code([&](std::size_t k, std::size_t x) { ++begin_[table_.codes().row(x, k) + 1]; });
        for (std::size_t j = 1; j < begin_.size(); ++j) begin_[j] += begin_[j - 1];
        std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
        for_each_code(
            [&](std::size_t k, std::size_t x) { members_[next[table_.codes().row(x, k)]++] = static_cast<std::uint32_t>(x); });
    }

    /// C, of zeros.
    [[nodiscard]] pleach::matrix<float> make_books() const {
        return {(coded_table<Combiner>::is_sum ? terms() : 1) * codewords(), table_.dim()};
    }
    /// C, from the books of the table.
    [[nodiscard]] pleach::matrix<float> books() const {
        pleach::matrix<float> result = make_books();
        for (std::size_t j = 0; j < terms() * codewords(); ++j)
            std::ranges::copy(table_.base().row(static_cast<std::uint32_t>(j)).first(group_of(j).count),
                              codeword(result, j).begin());
        return result;
    }
    /// The same table with the books C.
    [[nodiscard]] coded_table<Combiner> with_books(const pleach::matrix<float>& books) const {
        coded_table<Combiner> result = table_;
        for (std::size_t j = 0; j < terms() * codewords(); ++j)
            std::ranges::copy(codeword(books, j), result.base().row(static_cast<std::uint32_t>(j)).begin());
        return result;
    }

    /// out = A C, one row per entity.
    template <pleach::executor Executor>
    void times(const pleach::matrix<float>& books, pleach::matrix<float>& out, const Executor& exec) const {
        pleach::for_each_chunk(exec, out.rows(), rows_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t x = first; x < last; ++x) {
                std::ranges::fill(out.row(x), 0.0F);
                for (std::size_t k = 0; k < terms(); ++k)
                    add(codeword(books, table_.codes().row(x, k)), columns_of(out, x, table_.group(k)));
            }
        });
    }
    /// out = A^T rows, summed in the order of rows.
    template <pleach::executor Executor>
    void transposed(const pleach::matrix<float>& rows, pleach::matrix<float>& out, const Executor& exec) const {
        pleach::for_each_chunk(exec, terms() * codewords(), codewords_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; ++j) {
                std::ranges::fill(codeword(out, j), 0.0F);
                for (std::size_t m = begin_[j]; m < begin_[j + 1]; ++m)
                    add(columns_of(rows, members_[m], group_of(j)), codeword(out, j));
            }
        });
    }

private:
    static constexpr std::size_t rows_per_task = 512, codewords_per_task = 16;

    [[nodiscard]] std::size_t terms() const noexcept { return table_.codes().terms(); }
    [[nodiscard]] std::size_t codewords() const noexcept { return table_.codes().codewords(); }
    [[nodiscard]] pleach::column_group group_of(std::size_t j) const noexcept { return table_.group(j / codewords()); }

    template <class Use>
    void for_each_code(Use&& use) const {
        for (std::size_t x = 0; x < table_.size(); ++x)
            for (std::size_t k = 0; k < terms(); ++k) use(k, x);
    }
    template <class Matrix>
    [[nodiscard]] static auto columns_of(Matrix& m, std::size_t row, pleach::column_group columns) {
        return m.row(row).subspan(columns.first, columns.count);
    }
    /// The codeword of the stacked books' row j in C.
    template <class Matrix>
    [[nodiscard]] auto codeword(Matrix& books, std::size_t j) const {
        return columns_of(books, coded_table<Combiner>::is_sum ? j : j % codewords(), group_of(j));
    }
    static void add(std::span<const float> from, std::span<float> to) noexcept {
        for (std::size_t c = 0; c < to.size(); ++c) to[c] += from[c];
    }

    const coded_table<Combiner>& table_;
    std::vector<std::size_t> begin_;      // of each codeword's entities among members_
    std::vector<std::uint32_t> members_;  // ascending for each codeword
};

}  // namespace support
