// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of two, three or four bits per value. The bits select one of 2^Bits levels, which is multiplied by the row's scale. The
/// levels minimize the mean squared error for normally distributed values. Source: Max, "Quantizing for Minimum Distortion",
/// IRE Transactions on Information Theory 1960, table I, N = 4, 8 and 16.

#include <pleach/kernel/expand_bits.hpp>

#include <array>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// Ascending, then repeated up to sixteen, so that lookups need not mask off higher bits.
template <std::size_t N>
[[nodiscard]] constexpr std::array<float, 16> levels_from(const std::array<float, N>& positive) noexcept {
    std::array<float, 16> levels{};
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const std::size_t level = i % (2 * N);
        levels[i] = level < N ? -positive[N - 1 - level] : positive[level - N];
    }
    return levels;
}

}  // namespace detail

/// normal_levels<Bits>[i]: the value that the bits i select.
template <unsigned Bits>
inline constexpr std::array<float, 16> normal_levels{};
template <>
alignas(64) inline constexpr std::array<float, 16> normal_levels<2> = detail::levels_from<2>({0.4528F, 1.510F});
template <>
alignas(64) inline constexpr std::array<float, 16> normal_levels<3> = detail::levels_from<4>({0.2451F, 0.7560F, 1.344F,
                                                                                              2.152F});
template <>
alignas(64) inline constexpr std::array<float, 16> normal_levels<4> =
    detail::levels_from<8>({0.1284F, 0.3881F, 0.6568F, 0.9424F, 1.256F, 1.618F, 2.069F, 2.733F});

/// The index of the level nearest to x.
template <unsigned Bits>
[[nodiscard]] inline unsigned nearest_level(float x) noexcept {
    unsigned level = 0;
    while (level + 1 < (1U << Bits) && x > (normal_levels<Bits>[level] + normal_levels<Bits>[level + 1]) / 2) ++level;
    return level;
}

/// Reads a row from its first column: see packed_row.hpp. Column c is stored in bits Bits * c to Bits * (c + 1) - 1, least
/// significant first. *Precondition:* eight bytes after the row are readable; skip() is given multiples of eight.
template <unsigned Bits>
struct level_reader {
    const std::byte* values;
    float scale;
    std::size_t column = 0;
    static constexpr bool is_scaled = true;

    [[nodiscard]] float value(std::size_t c) const noexcept {
        std::uint16_t word;
        std::memcpy(&word, values + Bits * c / 8, sizeof word);
        return normal_levels<Bits>[static_cast<unsigned>(word) >> (Bits * c % 8) & ((1U << Bits) - 1)];
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto lanes = lanes_from<Arch>(values + Bits * column / 8);
        column += lane_count<Arch>;
        return lanes;
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next(std::size_t n) noexcept {
        std::array<float, lane_count<Arch>> lanes{};
        for (std::size_t j = 0; j < n; ++j) lanes[j] = value(column + j);
        column += n;
        return float_lanes<Arch>::load_unaligned(lanes.data());
    }
    void skip(std::size_t columns) noexcept { column += columns; }

private:
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> lanes_from([[maybe_unused]] const std::byte* from) const noexcept {
        constexpr std::size_t lanes = lane_count<Arch>;
#if defined(__AVX512F__) && PLEACH_HAS_XSIMD
        if constexpr (lanes == 16) {
            std::int32_t low, high;  // lanes 0 .. 7 and 8 .. 15
            std::memcpy(&low, from, sizeof low);
            std::memcpy(&high, from + Bits, sizeof high);
            constexpr int b = Bits;
            const __m512i shifts = _mm512_setr_epi32(0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b, 0, b, 2 * b, 3 * b, 4 * b,
                                                     5 * b, 6 * b, 7 * b);
            const __m512i halves = _mm512_mask_set1_epi32(_mm512_set1_epi32(low), 0xff00, high);
            return _mm512_permutexvar_ps(_mm512_srlv_epi32(halves, shifts), _mm512_load_ps(normal_levels<Bits>.data()));
        }
#elif defined(__AVX2__) && PLEACH_HAS_XSIMD
        if constexpr (lanes == 8) {
            std::int32_t word;
            std::memcpy(&word, from, sizeof word);
            constexpr int b = Bits;
            const __m256i shifts = _mm256_setr_epi32(0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b);
            const __m256i which = _mm256_srlv_epi32(_mm256_set1_epi32(word), shifts);
            const __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels<Bits>.data()), which);
            if constexpr (Bits < 4) return low;
            const __m256 high = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels<Bits>.data() + 8), which);
            return _mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(which, 28)));
        }
#endif
        return detail::each_lane<float_lanes<Arch>, lanes>([&](std::size_t j) { return value(column + j); });
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
