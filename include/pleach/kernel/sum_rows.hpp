// SPDX-License-Identifier: Apache-2.0
#pragma once

/// out = sum_j weight_j * row(id_j): a bag of embeddings, or one row of a sparse-dense product. The sum stays in registers, one
/// block of columns at a time, and rows ahead are prefetched. A random row costs about its cache lines, so the limit is the
/// time of a gather of the same rows.

#include <pleach/kernel/prefetch.hpp>
#include <pleach/kernel/simd.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// All weights are 1; none is read.
struct unit_weights {
    template <class T>
    [[nodiscard]] constexpr T at(std::size_t) const noexcept {
        return T{1};
    }
};

template <class W>
struct given_weights {
    const W* values;
    template <class T>
    [[nodiscard]] constexpr T at(std::size_t j) const noexcept {
        return static_cast<T>(values[j]);
    }
};

// Columns c .. c + Batches * lanes of the result.
template <std::size_t Batches, class T, class Id, class Weights>
inline void sum_rows_block(const T* rows, std::size_t stride, const Id* ids, std::size_t count, std::size_t ahead,
                           Weights weights, std::size_t c, T* out) noexcept {
    using batch = simd_batch<T>;
    constexpr std::size_t lanes = simd_lanes<T>;
    batch sums[Batches];
    for (std::size_t b = 0; b < Batches; ++b) sums[b] = batch(T{0});
    for (std::size_t j = 0; j < count; ++j) {
        if (j + prefetch_distance < count + ahead)
            prefetch_bytes(rows + static_cast<std::size_t>(ids[j + prefetch_distance]) * stride + c,
                           Batches * lanes * sizeof(T));
        const T* row = rows + static_cast<std::size_t>(ids[j]) * stride + c;
        const batch weight(weights.template at<T>(j));
        for (std::size_t b = 0; b < Batches; ++b) {
            if constexpr (std::is_same_v<Weights, unit_weights>)
                sums[b] = sums[b] + batch::load_unaligned(row + b * lanes);
            else
                sums[b] = multiply_add(weight, batch::load_unaligned(row + b * lanes), sums[b]);
        }
    }
    for (std::size_t b = 0; b < Batches; ++b) sums[b].store_unaligned(out + c + b * lanes);
}

}  // namespace detail

/// Writes the weighted sum of `count` rows of width n. ids[count] .. ids[count + ahead - 1] are valid ids, used for prefetching
/// only. *Precondition:* rows + id * stride is a row of n elements for every id. *Complexity:* count * n multiply-adds; count
/// random rows read.
template <class Arch = default_arch, class T, class Id, class Weights = detail::unit_weights>
void sum_rows(const T* rows, std::size_t stride, const Id* ids, std::size_t count, std::size_t ahead, T* out, std::size_t n,
              Weights weights = {}) noexcept {
    std::size_t c = 0;
    if constexpr (detail::has_simd<Arch, T>) {
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        for (; c + 8 * lanes <= n; c += 8 * lanes) detail::sum_rows_block<8>(rows, stride, ids, count, ahead, weights, c, out);
        if (c + 4 * lanes <= n) {
            detail::sum_rows_block<4>(rows, stride, ids, count, ahead, weights, c, out);
            c += 4 * lanes;
        }
        for (; c + lanes <= n; c += lanes) detail::sum_rows_block<1>(rows, stride, ids, count, ahead, weights, c, out);
    }
    constexpr std::size_t width = 16;  // columns per block; handles the rest, or all columns without vectors
    for (; c < n; c += width) {
        const std::size_t here = n - c < width ? n - c : width;
        detail::one_lane<T> sums[width];
        for (detail::one_lane<T>& sum : sums) sum = detail::one_lane<T>(T{0});
        for (std::size_t j = 0; j < count; ++j) {
            const T* row = rows + static_cast<std::size_t>(ids[j]) * stride + c;
            const detail::one_lane<T> weight(weights.template at<T>(j));
            for (std::size_t i = 0; i < here; ++i) {
                if constexpr (std::is_same_v<Weights, detail::unit_weights>)
                    sums[i] = sums[i] + detail::one_lane<T>(row[i]);
                else
                    sums[i] = detail::multiply_add(weight, detail::one_lane<T>(row[i]), sums[i]);
            }
        }
        for (std::size_t i = 0; i < here; ++i) sums[i].store_unaligned(out + c + i);
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
