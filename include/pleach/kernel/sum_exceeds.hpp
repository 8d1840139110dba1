// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The inner loop of ranking rows that are sums: scores of stored rows for a panel of queries are added, and compared with what
/// each query has to beat, a vector of queries at a time.

#include <pleach/kernel/score_block.hpp>

namespace pleach::inline PLEACH_ABI {

/// out = the sum of `count` rows of panel_rows<T> elements; true if one is not at most its threshold, NaN on either side
/// included. *Precondition:* count is at least 1.
template <class Arch = default_arch, class T>
[[nodiscard]] inline bool sum_exceeds(const T* const* rows, std::size_t count, const T* thresholds, T* out) noexcept {
    constexpr std::size_t width = panel_rows<Arch, T>;
    if constexpr (detail::has_simd<Arch, T>) {
        using batch = detail::simd_batch<T>;
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        batch low = batch::load_unaligned(rows[0]), high = batch::load_unaligned(rows[0] + lanes);
        for (std::size_t k = 1; k < count; ++k) {
            low = low + batch::load_unaligned(rows[k]);
            high = high + batch::load_unaligned(rows[k] + lanes);
        }
        low.store_unaligned(out);
        high.store_unaligned(out + lanes);
        return !all((low <= batch::load_unaligned(thresholds)) && (high <= batch::load_unaligned(thresholds + lanes)));
    } else {
        bool exceeds = false;
        for (std::size_t j = 0; j < width; ++j) {
            out[j] = rows[0][j];
            for (std::size_t k = 1; k < count; ++k) out[j] += rows[k][j];
            exceeds |= !(out[j] <= thresholds[j]);
        }
        return exceeds;
    }
}

}  // namespace pleach::inline PLEACH_ABI
