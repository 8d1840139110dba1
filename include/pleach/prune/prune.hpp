// SPDX-License-Identifier: Apache-2.0
#pragma once

/// prune(), and the steps that its rules share: count the entries to remove from each scope, choose them, and keep the rest.

#include <pleach/core/bit_mask.hpp>
#include <pleach/prune/scope.hpp>
#include <pleach/table/concepts.hpp>

#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// floor(fraction * n), after a check that the fraction is in [0, 1]. Rounding down makes sequences of densities exact.
inline std::size_t fraction_of(double fraction, std::size_t n, const char* pruner) {
    if (!(fraction >= 0 && fraction <= 1))
        throw std::invalid_argument("pleach::" + std::string(pruner) + ": fraction is " + std::to_string(fraction) +
                                    ", but must be in [0, 1]: it is the part of the live entries to remove");
    return static_cast<std::size_t>(fraction * static_cast<double>(n));
}

/// Removes from each range of rows the entries that `choose(range, live, remaining mask)` clears in the mask.
template <class Table, class Choose>
std::size_t prune_ranges(Table& table, const scope& where, Choose&& choose) {
    const std::size_t before = table.mask().count();
    bit_mask remaining = table.mask();
    for (const row_range range : where.ranges(table.size())) {
        std::size_t live = 0;
        for (std::size_t r = range.first; r < range.last; ++r) live += remaining.count_row(r);
        choose(range, live, remaining);
    }
    table.keep(remaining);
    return before - remaining.count();
}

}  // namespace detail

/// Removes entries by a rule (magnitude, random_entries) and returns how many. *Throws* std::invalid_argument if the rule's
/// numbers are invalid or do not fit this table, which is then unchanged.
template <class Table, class Rule>
std::size_t prune(Table& table, const Rule& rule) {
    static_assert(prunable_table<Table>,
                  "pleach::prune needs a prunable_table: one with row(id), mask() and keep(mask), such as masked. For a table "
                  "with thresholds or gates use draw_ticket; of a composed table prune the parts");
    return rule.apply(table);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
