// SPDX-License-Identifier: Apache-2.0
#pragma once

/// prune(), and the steps that its rules share: count the entries to remove from each scope, choose them, and keep the rest. A
/// rule has `remaining(table)`, the mask that it leaves, and `apply(table)`, which keeps that.

#include <pleach/core/bit_mask.hpp>
#include <pleach/prune/scope.hpp>
#include <pleach/table/concepts.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

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

/// Reads rows as they are stored or, of tables that do not show them, into memory that the next read overwrites.
template <class Table>
class row_reader {
public:
    explicit row_reader(const Table& table) : table_(&table), row_(row_table<Table> ? 0 : table.dim()) {}

    [[nodiscard]] std::span<const typename Table::value_type> operator()(std::size_t r) {
        const auto id = static_cast<typename Table::id_type>(r);
        if constexpr (row_table<Table>) {
            return table_->row(id);
        } else {
            table_->lookup(id, row_);
            return row_;
        }
    }

private:
    const Table* table_;
    std::vector<typename Table::value_type> row_;
};

/// The mask without the entries that `choose(range, live, remaining mask)` clears in it, for each range of rows.
template <class Table, class Choose>
bit_mask remaining_after(const Table& table, const scope& where, Choose&& choose) {
    bit_mask remaining = table.mask();
    for (const row_range range : where.ranges(table.size())) {
        std::size_t live = 0;
        for (std::size_t r = range.first; r < range.last; ++r) live += remaining.count_row(r);
        choose(range, live, remaining);
    }
    return remaining;
}

/// Keeps what a rule leaves, and returns how many entries it removed.
template <class Table>
std::size_t keep_remaining(Table& table, const bit_mask& remaining) {
    const std::size_t before = table.mask().count();
    table.keep(remaining);
    return before - remaining.count();
}

}  // namespace detail

/// Removes entries by a rule (magnitude, random_entries) and returns how many. *Throws* std::invalid_argument if the rule's
/// numbers are invalid or do not fit this table, which is then unchanged.
template <class Table, class Rule>
std::size_t prune(Table& table, const Rule& rule) {
    static_assert(prunable_table<Table>,
                  "pleach::prune needs a prunable_table: one with mask() and keep(mask), such as masked or packed. For a "
                  "table with thresholds or gates use draw_ticket; of a composed table prune the parts");
    return rule.apply(table);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
