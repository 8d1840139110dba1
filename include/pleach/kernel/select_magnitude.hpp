// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The exact-k cut: which k of the given magnitudes are smallest, equal ones by position. Published code cuts at a quantile
/// and removes every tie with it, so counts drift; budgets need the exact number.

#include <pleach/kernel/arch.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace pleach::inline PLEACH_ABI {

/// Where the cut lies: magnitudes below `magnitude` are out, and of those equal to it the first `ties`.
template <class T>
struct magnitude_cut {
    T magnitude{};
    std::size_t ties = 0;
};

/// The cut that removes exactly k of the values. `values` is scratch: magnitudes (not negative), reordered by the call.
/// *Precondition:* k <= values.size(), no NaN. *Complexity:* O(n) on average.
template <class Arch = default_arch, class T>
[[nodiscard]] magnitude_cut<T> cut_smallest(std::span<T> values, std::size_t k) {
    if (k == 0) return {T{0}, 0};
    const auto kth = values.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(values.begin(), kth, values.end());
    const T magnitude = *kth;
    const auto below = static_cast<std::size_t>(std::count_if(values.begin(), kth, [&](T x) { return x < magnitude; }));
    return {magnitude, k - below};
}

}  // namespace pleach::inline PLEACH_ABI
