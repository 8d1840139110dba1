// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The limit of kernels that read random rows: reading them in the same order and adding them up in registers, without
/// writing. The prefetch distance is a parameter; the limit is the fastest of several.

#include <pleach/kernel/simd.hpp>

#include <cstdint>
#include <span>

namespace benchmarks {

/// A number that depends on all rows, so that no read can be removed. Rows are Width floats wide.
template <std::size_t Ahead, std::size_t Width = 64>
float gather_limit(const float* rows, std::span<const std::uint32_t> ids) {
    using batch = pleach::detail::simd_batch<float>;
    constexpr std::size_t lanes = pleach::detail::simd_lanes<float>, width = Width, batches = width / lanes;
    batch sums[batches];
    for (batch& sum : sums) sum = batch(0.0F);
    for (std::size_t j = 0; j < ids.size(); ++j) {
        if constexpr (Ahead > 0)
            if (j + Ahead < ids.size())
                for (std::size_t c = 0; c < width; c += 16) __builtin_prefetch(rows + ids[j + Ahead] * width + c);
        const float* row = rows + ids[j] * width;
        for (std::size_t b = 0; b < batches; ++b) sums[b] = sums[b] + batch::load_unaligned(row + b * lanes);
    }
    for (std::size_t b = 1; b < batches; ++b) sums[0] = sums[0] + sums[b];
    return pleach::detail::sum_lanes(sums[0]);
}

}  // namespace benchmarks
