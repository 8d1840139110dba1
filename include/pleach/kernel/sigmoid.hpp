// SPDX-License-Identifier: Apache-2.0
#pragma once

/// 1 / (1 + exp(-s)) of many numbers: tables with a threshold for each value spend most of a lookup there, and a vector of
/// exponentials takes a fraction of the time of as many calls. Every element goes through a whole vector, so that its bits do
/// not depend on where in a row it stands.

#include <pleach/kernel/simd.hpp>

namespace pleach::inline PLEACH_ABI {

/// out[i] = sigmoid(s[i]); out may be s. In float it underflows to 0 below -88 and to 1 above 17.
template <class Arch = default_arch, class T>
void sigmoid_values(const T* s, std::size_t n, T* out) noexcept {
    if constexpr (detail::has_simd<Arch, T>) {
        using batch = detail::simd_batch<T>;
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        const batch one(T{1});
        std::size_t i = 0;
        for (; i + lanes <= n; i += lanes) (one / (one + exp(-batch::load_unaligned(s + i)))).store_unaligned(out + i);
        if (i == n) return;
        T rest[lanes] = {};
        for (std::size_t j = i; j < n; ++j) rest[j - i] = s[j];
        (one / (one + exp(-batch::load_unaligned(rest)))).store_unaligned(rest);
        for (std::size_t j = i; j < n; ++j) out[j] = rest[j - i];
    } else {
        for (std::size_t i = 0; i < n; ++i) out[i] = T{1} / (T{1} + std::exp(-s[i]));
    }
}

}  // namespace pleach::inline PLEACH_ABI
