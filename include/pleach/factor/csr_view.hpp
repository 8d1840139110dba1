// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A sparse matrix in somebody else's memory, as compressed sparse rows: what interactions of users and items are.
/// Without values every stored entry is 1.

#include <pleach/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
struct csr_view {
    std::span<const std::uint64_t> offsets;  ///< rows + 1, from 0 to the number of entries, none falling
    std::span<const std::uint32_t> columns;  ///< of each entry, below cols
    std::size_t cols = 0;
    std::span<const T> values = {};  ///< of each entry, or none: all are 1

    [[nodiscard]] std::size_t rows() const noexcept { return offsets.empty() ? 0 : offsets.size() - 1; }
    [[nodiscard]] std::span<const std::uint32_t> columns_of(std::size_t r) const noexcept {
        return columns.subspan(static_cast<std::size_t>(offsets[r]), static_cast<std::size_t>(offsets[r + 1] - offsets[r]));
    }
    /// Empty if there are no values.
    [[nodiscard]] std::span<const T> values_of(std::size_t r) const noexcept {
        if (values.empty()) return {};
        return values.subspan(static_cast<std::size_t>(offsets[r]), static_cast<std::size_t>(offsets[r + 1] - offsets[r]));
    }
};

/// *Throws* std::invalid_argument, beginning with `who`, unless the matrix is what its members say.
/// *Complexity:* its rows and entries.
template <class T>
void check_csr(const csr_view<T>& matrix, const char* who) {
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    if (matrix.offsets.empty() || matrix.offsets.front() != 0 || matrix.offsets.back() != matrix.columns.size())
        refuse("the offsets of a sparse matrix must be one more than its rows and go from 0 to its " +
               std::to_string(matrix.columns.size()) + " entries");
    for (std::size_t r = 0; r < matrix.rows(); ++r)
        if (matrix.offsets[r] > matrix.offsets[r + 1])
            refuse("the offsets of a sparse matrix fall after row " + std::to_string(r) + "; give the rows in order");
    if (!matrix.values.empty() && matrix.values.size() != matrix.columns.size())
        refuse("a sparse matrix has " + std::to_string(matrix.columns.size()) + " entries and " +
               std::to_string(matrix.values.size()) + " values; give one each, or none for ones");
    for (const std::uint32_t column : matrix.columns)
        if (column >= matrix.cols)
            refuse("a sparse matrix has an entry in column " + std::to_string(column) + ", but " + std::to_string(matrix.cols) +
                   " columns");
}

}  // namespace PLEACH_ABI
}  // namespace pleach
