// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Restores the initial values under the current mask: the step between the rounds of iterative magnitude pruning. The values
/// come from a stored snapshot rather than from the random stream, so they have the same bits even if initialization code has
/// changed.

#include <pleach/prune/prune.hpp>
#include <pleach/table/snapshot.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Sets the live entries of `table` to their values in `snapshot`; dead ones stay zero.
/// *Throws* std::invalid_argument if the shapes differ. Optimizer state is not reset: make a new optimizer.
template <prunable_table Table, enumerable_table Snapshot>
    requires requires(Table& table, const Snapshot& snapshot) { table.assign(snapshot); }
void rewind(Table& table, const Snapshot& snapshot) {
    static_assert(std::same_as<Snapshot, snapshot_of<Snapshot>>,
                  "pleach::rewind needs a snapshot that owns its rows: a borrowed_table shows the current values; take "
                  "pleach::snapshot(table) before training");
    table.assign(snapshot);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
