// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The soft threshold of one row, S(v; tau) = sign(v) * max(|v| - tau, 0), and its sub-gradients where |v| > tau:
///
///     dL/dv = g,   dL/dtau = -sign(v) * g          (both 0 where |v| <= tau)
///
/// Computed as v - clamp(v, -tau, tau): the same number, and +0 for a zeroed entry of either sign. Plain loops, which compilers
/// vectorize without changing a bit.

#include <pleach/config.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

/// S(v; tau). *Precondition:* tau >= 0.
template <class T>
[[nodiscard]] constexpr T soft_threshold(T v, T tau) noexcept {
    const T above = v < tau ? v : tau;
    return v - (above > -tau ? above : -tau);
}

/// out[c] = S(v[c]; tau[c]). *Precondition:* n elements each; out may be v.
template <class T>
void soft_threshold(const T* v, const T* tau, T* out, std::size_t n) noexcept {
    for (std::size_t c = 0; c < n; ++c) out[c] = soft_threshold(v[c], tau[c]);
}

/// Computes both sub-gradients from g = dL/dS. *Precondition:* n elements each; to_values may be g.
template <class T>
void soft_threshold_gradient(const T* v, const T* tau, const T* g, T* to_values, T* to_thresholds, std::size_t n) noexcept {
    for (std::size_t c = 0; c < n; ++c) {
        const T size = v[c] < T{0} ? -v[c] : v[c];
        const T through = size > tau[c] ? g[c] : T{0};
        to_thresholds[c] = v[c] < T{0} ? through : -through;
        to_values[c] = through;
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
