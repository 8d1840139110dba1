// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The pairs of a relation as compressed sparse rows: for every row, its column ids, ascending and unique. One holds the items
/// of each user, its transpose the users of each item; no square matrix of users and items is ever built.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace support {

struct csr {
    std::vector<std::uint64_t> offsets{0};  ///< rows + 1, from 0 to size()
    std::vector<std::uint32_t> columns;     ///< ascending and unique within a row

    [[nodiscard]] std::size_t rows() const noexcept { return offsets.size() - 1; }
    /// The number of pairs.
    [[nodiscard]] std::size_t size() const noexcept { return columns.size(); }
    [[nodiscard]] std::span<const std::uint32_t> row(std::size_t r) const noexcept {
        return {columns.data() + offsets[r], static_cast<std::size_t>(offsets[r + 1] - offsets[r])};
    }
    /// *Complexity:* logarithmic in the length of the row.
    [[nodiscard]] bool contains(std::size_t r, std::uint32_t c) const noexcept {
        const auto columns_of_row = row(r);
        return std::binary_search(columns_of_row.begin(), columns_of_row.end(), c);
    }
    friend bool operator==(const csr&, const csr&) = default;
};

/// The rows of these (row, column) pairs, in any order; a pair that occurs twice is kept once.
/// *Throws:* std::out_of_range on a row that is not below `rows`.
inline csr make_csr(std::size_t rows, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs) {
    csr result;
    std::vector<std::uint64_t> begin(rows + 1, 0);
    for (const auto& [row, column] : pairs) {
        if (row >= rows)
            throw std::out_of_range("make_csr: a pair names row " + std::to_string(row) + ", but there are " +
                                    std::to_string(rows) + " rows: count the rows over all pairs first");
        ++begin[row + 1];
    }
    for (std::size_t r = 0; r < rows; ++r) begin[r + 1] += begin[r];
    std::vector<std::uint64_t> next(begin.begin(), begin.end() - 1);
    result.columns.resize(pairs.size());
    for (const auto& [row, column] : pairs) result.columns[next[row]++] = column;

    result.offsets.assign(rows + 1, 0);
    auto out = result.columns.begin();
    const auto position = [&](std::uint64_t offset) { return result.columns.begin() + static_cast<std::ptrdiff_t>(offset); };
    for (std::size_t r = 0; r < rows; ++r) {
        const auto first = position(begin[r]), last = position(begin[r + 1]);
        std::sort(first, last);
        out = std::move(first, std::unique(first, last), out);
        result.offsets[r + 1] = static_cast<std::uint64_t>(out - result.columns.begin());
    }
    result.columns.erase(out, result.columns.end());
    return result;
}

/// The same pairs with rows and columns exchanged. *Throws:* std::out_of_range on a column that is not below `columns`.
inline csr transpose(const csr& matrix, std::size_t columns) {
    csr result;
    result.offsets.assign(columns + 1, 0);
    result.columns.resize(matrix.size());
    for (const std::uint32_t column : matrix.columns) {
        if (column >= columns)
            throw std::out_of_range("transpose: column " + std::to_string(column) + " is not below " + std::to_string(columns) +
                                    ": pass the number of columns of the whole relation");
        ++result.offsets[column + 1];
    }
    for (std::size_t c = 0; c < columns; ++c) result.offsets[c + 1] += result.offsets[c];
    std::vector<std::uint64_t> next(result.offsets.begin(), result.offsets.end() - 1);
    for (std::size_t r = 0; r < matrix.rows(); ++r)
        for (const std::uint32_t column : matrix.row(r)) result.columns[next[column]++] = static_cast<std::uint32_t>(r);
    return result;
}

}  // namespace support
