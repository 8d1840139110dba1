// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts the values that are nonzero in a lookup, for tables that change rows on reading.

#include <pleach/config.hpp>

#include <cstddef>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// *Complexity:* one lookup per row.
template <class Table>
[[nodiscard]] std::size_t count_nonzero_lookups(const Table& table) {
    using T = typename Table::value_type;
    std::size_t count = 0;
    std::vector<T> row(table.dim());
    for (std::size_t r = 0; r < table.size(); ++r) {
        table.lookup(static_cast<typename Table::id_type>(r), row);
        for (const T x : row) count += x != T{0};
    }
    return count;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
