// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Magnitude pruning: removes the smallest live entries, exactly floor(fraction * live) of each scope; of equal ones, those
/// of the lower row, then of the lower column. The `row_floor` largest live entries of every row are kept, so that no row
/// dies.
///
/// Source: iterative pruning after Frankle and Carbin, ICLR 2019; the per-row floor is that of "MagPrune" in the code of
/// "Embedding Compression in Recommender Systems" (recsys-benchmark). Published code cuts at a quantile and removes all
/// entries equal to it; here the count is exact.

#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/prune/prune.hpp>

#include <bit>
#include <cstdlib>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// Calls visit(row, column, value) for each entry of the range that is set in the mask.
template <class Table, class Visit>
void for_each_live_value(const Table& table, row_range range, const bit_mask& mask, Visit&& visit) {
    row_reader read(table);
    for (std::size_t r = range.first; r < range.last; ++r) {
        const auto row = read(r);
        const auto words = mask.row_words(r);
        for (std::size_t w = 0; w < words.size(); ++w)
            for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
                const std::size_t c = 64 * w + static_cast<std::size_t>(std::countr_zero(bits));
                visit(r, c, row[c]);
            }
    }
}

/// Clears in `mask` those of the candidates that the cut takes.
template <class Table>
void remove_below(const Table& table, row_range range, const bit_mask& candidates,
                  magnitude_cut<typename Table::value_type> cut, bit_mask& mask) {
    for_each_live_value(table, range, candidates, [&](std::size_t r, std::size_t c, typename Table::value_type x) {
        if (cut.takes(std::abs(x))) mask.reset(r, c);
    });
}

/// The live entries that may be removed: all but the row_floor largest of each row; of equal ones the later columns are kept.
template <class Table>
bit_mask without_floor(const Table& table, row_range range, const bit_mask& mask, std::size_t row_floor) {
    using T = typename Table::value_type;
    bit_mask safe = mask;
    std::vector<T> magnitudes;
    for (std::size_t r = range.first; r < range.last; ++r) {
        const row_range one{r, r + 1};
        magnitudes.clear();
        for_each_live_value(table, one, mask, [&](std::size_t, std::size_t, T x) { magnitudes.push_back(std::abs(x)); });
        const std::size_t removable = magnitudes.size() > row_floor ? magnitudes.size() - row_floor : 0;
        remove_below(table, one, mask, cut_smallest(std::span(magnitudes), removable), safe);
    }
    bit_mask candidates = mask;
    for (std::size_t r = range.first; r < range.last; ++r)
        for (std::size_t c = 0; c < mask.cols(); ++c)
            if (safe.test(r, c)) candidates.reset(r, c);
    return candidates;
}

[[noreturn]] inline void refuse_nan(const char* rule, std::size_t row) {
    throw std::invalid_argument("pleach::" + std::string(rule) + ": row " + std::to_string(row) +
                                " holds a NaN, so its entries cannot be ranked; training has diverged");
}

[[noreturn]] inline void refuse_floor(std::size_t count, std::size_t live, std::size_t row_floor, std::size_t removable) {
    throw std::invalid_argument("pleach::magnitude: " + std::to_string(count) + " of " + std::to_string(live) +
                                " live entries are to go, but with row_floor = " + std::to_string(row_floor) + " only " +
                                std::to_string(removable) + " may; lower the fraction or the floor");
}

}  // namespace detail

struct magnitude {
    double fraction = -1;       ///< of the live entries of each scope; there is no default
    std::size_t row_floor = 0;  ///< number of live entries that every row keeps: its largest
    scope where = scope::table();

    template <prunable_table Table>
    std::size_t apply(Table& table) const {
        return detail::keep_remaining(table, remaining(table));
    }

    /// The mask without what the rule removes. *Complexity:* O(entries) on average.
    template <prunable_table Table>
    [[nodiscard]] bit_mask remaining(const Table& table) const {
        using T = typename Table::value_type;
        detail::row_reader read(table);
        for (std::size_t r = 0; r < table.size(); ++r)
            for (const T x : read(r))
                if (!(x == x)) detail::refuse_nan("magnitude", r);
        std::vector<T> magnitudes;
        return detail::remaining_after(table, where, [&](row_range range, std::size_t live, bit_mask& mask) {
            const std::size_t count = detail::fraction_of(fraction, live, "magnitude");
            if (count == 0) return;
            const bit_mask candidates = row_floor == 0 ? mask : detail::without_floor(table, range, mask, row_floor);
            magnitudes.clear();
            detail::for_each_live_value(table, range, candidates,
                                        [&](std::size_t, std::size_t, T x) { magnitudes.push_back(std::abs(x)); });
            if (magnitudes.size() < count) detail::refuse_floor(count, live, row_floor, magnitudes.size());
            detail::remove_below(table, range, candidates, cut_smallest(std::span(magnitudes), count), mask);
        });
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
