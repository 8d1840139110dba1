// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of four bits a value. A nibble names one of sixteen levels, spread as values of a normal distribution are, times the
/// scale of the row. Source: the levels that are nearest to such values in the mean square, Max, "Quantizing for Minimum
/// Distortion", IRE Transactions on Information Theory 1960, table I, N = 16.

#include <pleach/kernel/expand_bits.hpp>

#include <array>

namespace pleach::inline PLEACH_ABI {

/// Ascending; level i is the value of nibble i.
alignas(64) inline constexpr std::array<float, 16> normal_levels = {-2.733F, -2.069F, -1.618F, -1.256F, -0.9424F, -0.6568F,
                                                                    -0.3881F, -0.1284F, 0.1284F, 0.3881F, 0.6568F, 0.9424F,
                                                                    1.256F, 1.618F, 2.069F, 2.733F};

/// The nibble of the level nearest to x.
[[nodiscard]] inline unsigned nearest_level(float x) noexcept {
    unsigned nibble = 0;
    while (nibble < 15 && x > (normal_levels[nibble] + normal_levels[nibble + 1]) / 2) ++nibble;
    return nibble;
}

/// Reads a row from its first column on: see packed_row.hpp. Column c is the low half of byte c / 2 where c is even, else the high
/// one. *Precondition:* eight bytes behind the last one may be read; vectors have an even number of lanes, or one.
struct nibble_reader {
    const std::byte* values;
    float scale;
    std::size_t column = 0;
    static constexpr bool is_scaled = true;

    [[nodiscard]] float value(std::size_t c) const noexcept {
        return normal_levels[static_cast<unsigned>(values[c / 2]) >> (c % 2 * 4) & 15U];
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto lanes = lanes_from<Arch>(values + column / 2);
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
            std::array<std::int32_t, 2> words;  // lanes 0 .. 7 and the others
            std::memcpy(words.data(), from, sizeof words);
            const __m512i shifts = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
            const __m512i halves = _mm512_mask_set1_epi32(_mm512_set1_epi32(words[0]), 0xff00, words[1]);
            const __m512i nibbles = _mm512_srlv_epi32(halves, shifts);
            return _mm512_permutexvar_ps(nibbles, _mm512_load_ps(normal_levels.data()));
        }
#elif defined(__AVX2__) && PLEACH_HAS_XSIMD
        if constexpr (lanes == 8) {
            std::uint32_t word;
            std::memcpy(&word, from, sizeof word);
            const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
            const __m256i nibbles = _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(word)), shifts);
            const __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels.data()), nibbles);
            const __m256 high = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels.data() + 8), nibbles);
            return _mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(nibbles, 28)));
        }
#endif
        return detail::each_lane<float_lanes<Arch>, lanes>([&](std::size_t j) { return value(column + j); });
    }
};

}  // namespace pleach::inline PLEACH_ABI
