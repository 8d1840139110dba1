// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many values of a table are not zero as looked up, for tables that change rows on the way.

#include <pleach/config.hpp>

#include <cstddef>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// *Complexity:* a lookup of every row.
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
