// SPDX-License-Identifier: Apache-2.0
#pragma once

/// First values, current mask: the step between the rounds of iterative magnitude pruning. Values come from a stored
/// snapshot, not from running the random numbers again, so they are bit-equal whatever constructors did since.

#include <pleach/prune/prune.hpp>
#include <pleach/table/snapshot.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Gives the live entries of `table` the values they have in `snapshot`; dead ones stay zero.
/// *Throws* std::invalid_argument if the shapes differ. Optimizer state is not touched: begin a new optimizer.
template <prunable_table Table, row_table Snapshot>
void rewind(Table& table, const Snapshot& snapshot) {
    static_assert(std::same_as<Snapshot, snapshot_of<Snapshot>>,
                  "pleach::rewind needs a snapshot that owns its rows: a borrowed_table shows today's values; take "
                  "pleach::snapshot(table) before training");
    table.assign(snapshot);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
