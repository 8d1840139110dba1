// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An owning copy of a table, which later writes to borrowed rows do not change.

#include <pleach/table/dense_table.hpp>
#include <pleach/table/parts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// A copy of a table that owns its rows; a dense_table of the same rows for one that borrows them (borrowed_rows()); for an
/// adaptor, the same adaptor over snapshots of its parts. *Complexity:* O(stored values).
template <class Table>
[[nodiscard]] auto snapshot(const Table& table) {
    static_assert(
        !hides_parts<Table>,
        "pleach::snapshot cannot look into a table that is made of another, whose rows may be borrowed; give it over(f) "
        "and for_each_part(self, visit), as docs/howto/write_your_own_adaptor.md shows");
    if constexpr (requires { table.borrowed_rows(); })
        return dense_table<typename Table::value_type, typename Table::id_type>(table.borrowed_rows());
    else if constexpr (has_parts<Table>)
        return table.over([](const auto& part) { return snapshot(part); });
    else
        return table;
}

/// The type of a table's snapshot: the table's own if it owns all its rows.
template <class Table>
using snapshot_of = decltype(snapshot(std::declval<const Table&>()));

}  // namespace PLEACH_ABI
}  // namespace pleach
