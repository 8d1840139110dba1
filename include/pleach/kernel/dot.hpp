// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The dot product of two rows. The vector form adds in another order than the scalar one (both deterministic), so they agree
/// within n * epsilon * sum |x y|.

#include <pleach/kernel/simd.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// *Precondition:* x and y hold n elements. *Complexity:* n multiply-adds.
template <class Arch = default_arch, class T>
[[nodiscard]] T dot(const T* x, const T* y, std::size_t n) noexcept {
    std::size_t i = 0;
    T sum{0};
    if constexpr (detail::has_simd<Arch, T>) {
        using batch = detail::simd_batch<T>;
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        batch even(T{0}), odd(T{0});  // two chains hide the latency of the multiply-add
        for (; i + 2 * lanes <= n; i += 2 * lanes) {
            even = detail::multiply_add(batch::load_unaligned(x + i), batch::load_unaligned(y + i), even);
            odd = detail::multiply_add(batch::load_unaligned(x + i + lanes), batch::load_unaligned(y + i + lanes), odd);
        }
        if (i + lanes <= n) {
            even = detail::multiply_add(batch::load_unaligned(x + i), batch::load_unaligned(y + i), even);
            i += lanes;
        }
        sum = detail::sum_lanes(even + odd);
    }
    for (; i < n; ++i) sum += x[i] * y[i];
    return sum;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
