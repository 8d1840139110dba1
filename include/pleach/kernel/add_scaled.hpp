// SPDX-License-Identifier: Apache-2.0
#pragma once

/// out += weight * x, one row. Plain loops: compilers vectorize them, and xsimd has not beaten them in a benchmark.

#include <pleach/kernel/arch.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

/// *Precondition:* x and out hold n elements and do not overlap. *Complexity:* n multiply-adds.
template <class Arch = default_arch, class T>
void add_scaled(T weight, const T* __restrict x, T* __restrict out, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) out[i] += weight * x[i];
}

/// out += x, one row. *Precondition:* as above.
template <class Arch = default_arch, class T>
void add_row(const T* __restrict x, T* __restrict out, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) out[i] += x[i];
}

}  // namespace PLEACH_ABI
}  // namespace pleach
