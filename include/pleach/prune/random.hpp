// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random pruning: removes exactly floor(fraction * live) entries of each scope, chosen by a random stream. The baseline for
/// other pruning rules.

#include <pleach/core/random_stream.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/prune/prune.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct random_entries {
    double fraction = -1;  ///< of the live entries of each scope; there is no default
    random_stream stream{0};
    scope where = scope::table();

    template <prunable_table Table>
    std::size_t apply(Table& table) const {
        return detail::keep_remaining(table, remaining(table));
    }

    /// The mask without what the rule removes. *Complexity:* O(entries) on average.
    template <prunable_table Table>
    [[nodiscard]] bit_mask remaining(const Table& table) const {
        std::vector<std::uint64_t> tickets;
        return detail::remaining_after(table, where, [&](row_range range, std::size_t live, bit_mask& mask) {
            const std::size_t count = detail::fraction_of(fraction, live, "random_entries");
            tickets.clear();
            for_each_live(range, mask, [&](std::size_t r, std::size_t c) { tickets.push_back(stream.bits(r, c)); });
            auto cut = cut_smallest(std::span(tickets), count);
            if (count == 0) return;
            for_each_live(range, bit_mask(mask), [&](std::size_t r, std::size_t c) {
                if (cut.takes(stream.bits(r, c))) mask.reset(r, c);
            });
        });
    }

private:
    template <class Visit>
    static void for_each_live(row_range range, const bit_mask& mask, Visit&& visit) {
        for (std::size_t r = range.first; r < range.last; ++r)
            for (std::size_t c = 0; c < mask.cols(); ++c)
                if (mask.test(r, c)) visit(r, c);
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
