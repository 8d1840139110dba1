// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dot products of one sparse row with many queries: the inner loop of ranking without expanding rows. Queries are stored side
/// by side, column by column, so that each value of the row costs one broadcast and one multiply-add per vector of queries:
///
///     scores[q] = sum over the row's values v at columns c, ascending, of v * panel[c][q]
///
/// Columns without a value add nothing, so the sums are bit-equal to score_tile() over the expanded row.

#include <pleach/kernel/packed_row.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Queries per panel: four vectors.
template <class Arch = default_arch>
inline constexpr std::size_t query_panel_width = 4 * (detail::has_simd<Arch, float> ? lane_count<Arch> : 4);

/// Decodes `count` values, multiplied by the scale. Writes whole vectors: `out` needs room for the next multiple of
/// lane_count<Arch>.
template <class Arch = default_arch, value_code Code>
void decode_values(const std::byte* values, std::size_t count, [[maybe_unused]] float scale, float* out) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    const float_lanes<Arch> scales(scale);
    for (std::size_t i = 0; i < count; i += lanes) {
        const auto decoded = decode_lanes<Arch, Code>(values + i * size_of(Code));
        if constexpr (scale_bytes(Code) != 0)
            (decoded * scales).store_unaligned(out + i);
        else
            decoded.store_unaligned(out + i);
    }
}

/// Scores one row against the queries of a panel; `for_each_column(visit)` visits the columns of values[0], values[1], ... in
/// order. Returns true if any score exceeds its threshold or either is NaN. Otherwise `scores` is unspecified.
template <class Arch = default_arch, class Columns>
[[nodiscard]] bool score_sparse_row(Columns&& for_each_column, const float* values, const float* panel, const float* thresholds,
                                    float* scores) noexcept {
    using lanes_type = float_lanes<Arch>;
    constexpr std::size_t width = query_panel_width<Arch>, lanes = lane_count<Arch>;
    if constexpr (detail::has_simd<Arch, float>) {
        lanes_type a(0.0F), b(0.0F), c(0.0F), d(0.0F);
        for_each_column([&](std::size_t column) {
            const lanes_type value(*values++);
            const float* queries = panel + column * width;
            a = detail::multiply_add(value, lanes_type::load_unaligned(queries), a);
            b = detail::multiply_add(value, lanes_type::load_unaligned(queries + lanes), b);
            c = detail::multiply_add(value, lanes_type::load_unaligned(queries + 2 * lanes), c);
            d = detail::multiply_add(value, lanes_type::load_unaligned(queries + 3 * lanes), d);
        });
        const bool none =
            all((a <= lanes_type::load_unaligned(thresholds)) & (b <= lanes_type::load_unaligned(thresholds + lanes)) &
                (c <= lanes_type::load_unaligned(thresholds + 2 * lanes)) &
                (d <= lanes_type::load_unaligned(thresholds + 3 * lanes)));
        if (none) return false;
        a.store_unaligned(scores);
        b.store_unaligned(scores + lanes);
        c.store_unaligned(scores + 2 * lanes);
        d.store_unaligned(scores + 3 * lanes);
        return true;
    } else {
        for (std::size_t q = 0; q < width; ++q) scores[q] = 0;
        for_each_column([&](std::size_t column) {
            const detail::one_lane<float> value(*values++);
            for (std::size_t q = 0; q < width; ++q)
                scores[q] = detail::multiply_add(value, detail::one_lane<float>(panel[column * width + q]),
                                                 detail::one_lane<float>(scores[q]))
                                .value;
        });
        bool any = false;
        for (std::size_t q = 0; q < width; ++q) any |= !(scores[q] <= thresholds[q]);
        return any;
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
