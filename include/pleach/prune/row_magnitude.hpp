// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Removes whole rows, those of least Euclidean length: exactly floor(fraction * live rows) of each scope; of equal ones, the
/// lower row. A row is live while one of its entries is; dead rows do not count. Storing which rows are kept takes one bit
/// per row (frozen/kept_rows.hpp), while sparsity by entries takes one per entry.

#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/prune/prune.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// The number of rows with a live entry.
[[nodiscard]] inline std::size_t count_live_rows(const bit_mask& mask) {
    std::size_t live = 0;
    for (std::size_t r = 0; r < mask.rows(); ++r) live += mask.count_row(r) > 0 ? 1U : 0U;
    return live;
}

struct row_magnitude {
    double fraction = -1;  ///< of the live rows of each scope; there is no default
    scope where = scope::table();

    /// Returns the number of entries removed. *Throws* std::invalid_argument if a row contains a NaN, and as prune().
    template <prunable_table Table>
    std::size_t apply(Table& table) const {
        return detail::keep_remaining(table, remaining(table));
    }

    /// The mask without what the rule removes. *Throws* as apply. *Complexity:* O(entries).
    template <prunable_table Table>
    [[nodiscard]] bit_mask remaining(const Table& table) const {
        detail::row_reader read(table);
        std::vector<double> squares;
        std::vector<std::size_t> rows;
        return detail::remaining_after(table, where, [&](row_range range, std::size_t, bit_mask& mask) {
            squares.clear();
            rows.clear();
            for (std::size_t r = range.first; r < range.last; ++r) {
                if (mask.count_row(r) == 0) continue;
                rows.push_back(r);
                squares.push_back(live_square(read(r), mask, r));
            }
            auto cut = cut_smallest(std::span(squares), detail::fraction_of(fraction, rows.size(), "row_magnitude"));
            for (std::size_t i = 0; i < rows.size(); ++i) {
                if (!cut.takes(squares[i])) continue;
                for (std::size_t c = 0; c < mask.cols(); ++c) mask.reset(rows[i], c);
            }
        });
    }

private:
    template <class T>
    static double live_square(std::span<const T> row, const bit_mask& mask, std::size_t r) {
        double sum = 0;
        for (std::size_t c = 0; c < mask.cols(); ++c) {
            const auto x = static_cast<double>(row[c]);
            if (mask.test(r, c)) sum += x * x;
        }
        if (!(sum == sum))
            throw std::invalid_argument("pleach::row_magnitude: row " + std::to_string(r) +
                                        " holds a NaN, so it cannot be ranked; training has diverged");
        return sum;
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
