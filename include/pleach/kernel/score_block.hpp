// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dot products of many queries with many rows: the inner tile of exact ranking. Rows are packed into panels and queries into
/// groups (both column by column), so that a tile of scores stays in registers and each step reads one column of both. A pair
/// costs 2 * dim operations; the limit is multiply-add throughput.

#include <pleach/kernel/simd.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

#if defined(__AVX512F__)
inline constexpr std::size_t score_registers = 32;
#else
inline constexpr std::size_t score_registers = 16;
#endif

}  // namespace detail

/// Rows per panel: two vectors.
template <class Arch, class T>
inline constexpr std::size_t panel_rows = detail::has_simd<Arch, T> ? 2 * detail::simd_lanes<T> : 8;

/// Queries per group: as many as leave registers for one column of the panel and a broadcast.
template <class Arch, class T>
inline constexpr std::size_t group_queries = detail::has_simd<Arch, T> ? (detail::score_registers - 4) / 2 : 4;

/// packed[c * width + j] = source(j)[c] for j < count, 0 for count <= j < width. *Complexity:* width * dim.
template <class T, class Source>
void pack_columns(std::size_t count, std::size_t width, std::size_t dim, Source&& source, T* packed) {
    for (std::size_t j = 0; j < width; ++j) {
        if (j >= count) {
            for (std::size_t c = 0; c < dim; ++c) packed[c * width + j] = T{0};
            continue;
        }
        const T* row = source(j);
        for (std::size_t c = 0; c < dim; ++c) packed[c * width + j] = row[c];
    }
}

/// scores[q * panel_rows + j] = query q . row j, for a packed group and a packed panel.
template <class Arch = default_arch, class T>
void score_tile(const T* group, const T* panel, std::size_t dim, T* scores) noexcept {
    constexpr std::size_t width = panel_rows<Arch, T>;
    constexpr std::size_t height = group_queries<Arch, T>;
    if constexpr (detail::has_simd<Arch, T>) {
        using batch = detail::simd_batch<T>;
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        batch left[height], right[height];
        for (std::size_t q = 0; q < height; ++q) left[q] = right[q] = batch(T{0});
        for (std::size_t c = 0; c < dim; ++c) {
            const batch low = batch::load_unaligned(panel + c * width);
            const batch high = batch::load_unaligned(panel + c * width + lanes);
            for (std::size_t q = 0; q < height; ++q) {
                const batch query(group[c * height + q]);
                left[q] = detail::multiply_add(query, low, left[q]);
                right[q] = detail::multiply_add(query, high, right[q]);
            }
        }
        for (std::size_t q = 0; q < height; ++q) {
            left[q].store_unaligned(scores + q * width);
            right[q].store_unaligned(scores + q * width + lanes);
        }
    } else {
        for (std::size_t i = 0; i < height * width; ++i) scores[i] = T{0};
        for (std::size_t c = 0; c < dim; ++c)
            for (std::size_t q = 0; q < height; ++q)
                for (std::size_t j = 0; j < width; ++j) scores[q * width + j] += group[c * height + q] * panel[c * width + j];
    }
}

/// True if any of the panel's scores exceeds `threshold` or either is NaN. *Complexity:* one comparison per vector.
template <class Arch = default_arch, class T>
[[nodiscard]] bool any_above(const T* scores, T threshold) noexcept {
    constexpr std::size_t width = panel_rows<Arch, T>;
    if constexpr (detail::has_simd<Arch, T>) {
        using batch = detail::simd_batch<T>;
        const batch bar(threshold);
        return !all((batch::load_unaligned(scores) <= bar) && (batch::load_unaligned(scores + detail::simd_lanes<T>) <= bar));
    } else {
        for (std::size_t j = 0; j < width; ++j)
            if (!(scores[j] <= threshold)) return true;
        return false;
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
