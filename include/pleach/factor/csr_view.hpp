// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A non-owning view of a sparse matrix in compressed sparse rows, such as the interactions of users and items. Without values
/// every stored entry is 1.

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
    std::span<const std::uint64_t> offsets;  ///< rows + 1 of them, from 0 to the number of entries, non-decreasing
    std::span<const std::uint32_t> columns;  ///< one per entry, less than cols
    std::size_t cols = 0;
    std::span<const T> values = {};  ///< one per entry, or empty: all are 1

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

/// *Throws* std::invalid_argument, with a message that begins with `who`, unless the members are consistent.
/// *Complexity:* O(rows + entries).
template <class T>
void check_csr(const csr_view<T>& matrix, const char* who) {
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    if (matrix.offsets.empty() || matrix.offsets.front() != 0 || matrix.offsets.back() != matrix.columns.size())
        refuse("the offsets of a sparse matrix must be one more than its rows and go from 0 to its " +
               std::to_string(matrix.columns.size()) + " entries");
    for (std::size_t r = 0; r < matrix.rows(); ++r)
        if (matrix.offsets[r] > matrix.offsets[r + 1])
            refuse("the offsets of a sparse matrix decrease after row " + std::to_string(r) + "; give the rows in order");
    if (!matrix.values.empty() && matrix.values.size() != matrix.columns.size())
        refuse("a sparse matrix has " + std::to_string(matrix.columns.size()) + " entries and " +
               std::to_string(matrix.values.size()) + " values; give one each, or none for ones");
    for (const std::uint32_t column : matrix.columns)
        if (column >= matrix.cols)
            refuse("a sparse matrix has an entry in column " + std::to_string(column) + ", but only " +
                   std::to_string(matrix.cols) + " columns");
}

}  // namespace PLEACH_ABI
}  // namespace pleach
