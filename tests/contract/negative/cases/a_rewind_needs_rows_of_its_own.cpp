// SPDX-License-Identifier: Apache-2.0
// sentence: pleach::rewind needs a snapshot that owns its rows
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

// A copy of a table that borrows its rows shows today's values.
void to_the_beginning(pleach::masked<pleach::borrowed_table<float>>& table) {
#ifdef WRONG
    const auto first = table;
#else
    const auto first = pleach::snapshot(table);
#endif
    pleach::rewind(table, first);
}
