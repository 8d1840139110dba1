// SPDX-License-Identifier: Apache-2.0
#pragma once

/// out = base + scale * sum_j row(id_j), over rows of exactly two cache lines (which processors fetch as a pair) that are
/// mostly in a near cache, such as a slice of a graph's rows. There a prefetch costs more than it saves, and a constant width
/// more than halves the instructions of sum_rows(). The loop takes two rows per iteration, since with a handful of neighbors
/// loop overhead dominates.

#include <pleach/kernel/simd.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Elements in two cache lines of 64 bytes.
template <class T>
inline constexpr std::size_t line_pair_elements = 128 / sizeof(T);

/// *Precondition:* `lines` holds line_pair_elements<T> elements per id; base and out hold line_pair_elements<T>; base may be
/// out.
/// *Complexity:* count rows read. Rows are added in the order of the ids on every architecture.
template <class Arch = default_arch, class T, class Id>
inline void sum_lines_onto(const T* lines, const Id* ids, std::size_t count, T scale, const T* base, T* out) noexcept {
    constexpr std::size_t width = line_pair_elements<T>;
    constexpr bool vectors = detail::has_simd<Arch, T> && width % detail::simd_lanes<T> == 0;
    using batch = std::conditional_t<vectors, detail::simd_batch<T>, detail::one_lane<T>>;
    constexpr std::size_t lanes = vectors ? detail::simd_lanes<T> : 1, batches = width / lanes;
    batch sums[batches];
    for (batch& sum : sums) sum = batch(T{0});
    const auto add = [&](std::size_t j) {
        const T* line = lines + static_cast<std::size_t>(ids[j]) * width;
        for (std::size_t b = 0; b < batches; ++b) sums[b] = sums[b] + batch::load_unaligned(line + b * lanes);
    };
    std::size_t j = 0;
    for (; j + 2 <= count; j += 2) {
        add(j);
        add(j + 1);
    }
    if (j < count) add(j);
    for (std::size_t b = 0; b < batches; ++b)
        detail::multiply_add(batch(scale), sums[b], batch::load_unaligned(base + b * lanes)).store_unaligned(out + b * lanes);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
