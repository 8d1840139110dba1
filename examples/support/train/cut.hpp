// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The cut that begins a round.

#include "support/train/one_process.hpp"

#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/row_magnitude.hpp>

#include <algorithm>

namespace support {

/// Which values compete, and how many each row keeps at least.
struct cut_rules {
    std::size_t rows = 0;  ///< of the whole table, wherever they are
    pleach::scope where;
    std::size_t row_floor = 0;
    bool whole_rows = false;  ///< remove rows, the shortest; in one process only
};

/// Removes the smallest entries, or any, or the shortest rows, so that floor(density * all) of them remain, exactly if the whole
/// table is one scope; returns the number of entries removed. `place` says in which processes the rows are (one_process.hpp).
template <class Place, class Table>
std::size_t cut_to(const Place& place, Table& table, double density, bool by_chance, pleach::random_stream seed,
                   const cut_rules& rules) {
    const std::size_t all = rules.rows * (rules.whole_rows ? 1 : table.dim());
    const std::size_t live = rules.whole_rows ? pleach::count_live_rows(table.mask()) : place.sum(table.mask().count());
    const auto target = static_cast<std::size_t>(density * static_cast<double>(all));
    if (target >= live) return 0;
    // Half of one more, so that rounding does not lose one.
    const double fraction = std::min(1.0, (static_cast<double>(live - target) + 0.5) / static_cast<double>(live));
    if (by_chance)
        return place.prune(table,
                           pleach::random_entries{.fraction = fraction, .stream = seed.fork("mask"), .where = rules.where});
    if (rules.whole_rows) return pleach::prune(table, pleach::row_magnitude{.fraction = fraction, .where = rules.where});
    return place.prune(table, pleach::magnitude{.fraction = fraction, .row_floor = rules.row_floor, .where = rules.where});
}

}  // namespace support
