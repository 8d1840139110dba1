// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of one to four bits per value. The bits select one of 2^Bits levels, which is multiplied by the row's scale. The
/// levels minimize the mean squared error for normally distributed values. Source: Max, "Quantizing for Minimum Distortion",
/// IRE Transactions on Information Theory 1960, table I, N = 2, 4, 8 and 16.

#include <pleach/kernel/expand_bits.hpp>

#include <array>
#include <bit>

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
alignas(64) inline constexpr std::array<float, 16> normal_levels<1> = detail::levels_from<1>({0.7980F});
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
    // The sign, as bits: where g++ 12 vectorizes (-O3) for AVX-512, it takes a comparison that is an index for -1.
    if constexpr (Bits == 1) return 1U - (std::bit_cast<std::uint32_t>(x) >> 31);
    unsigned level = 0;
    while (level + 1 < (1U << Bits) && x > (normal_levels<Bits>[level] + normal_levels<Bits>[level + 1]) / 2) ++level;
    return level;
}

/// Level i of levels that are stored one after the other: bits Bits * i to Bits * (i + 1) - 1, least significant first.
/// *Precondition:* a byte after the last level is readable.
template <unsigned Bits>
[[nodiscard]] inline float level_at(const std::byte* levels, std::size_t i) noexcept {
    std::uint16_t word;
    std::memcpy(&word, levels + Bits * i / 8, sizeof word);
    return normal_levels<Bits>[static_cast<unsigned>(word) >> (Bits * i % 8) & ((1U << Bits) - 1)];
}

namespace detail {

/// Eight levels in the low bits of `low`, and the next eight, if a vector has as many lanes, in those of `high`.
template <class Arch, unsigned Bits>
[[nodiscard, gnu::always_inline]] inline float_lanes<Arch> lanes_of_levels(std::uint32_t low, std::uint32_t high) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    [[maybe_unused]] constexpr int b = Bits;
#if defined(__AVX512F__) && PLEACH_HAS_XSIMD
    if constexpr (lanes == 16) {
        const __m512i shifts =
            _mm512_setr_epi32(0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b, 0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b);
        const __m512i halves = _mm512_mask_set1_epi32(_mm512_set1_epi32(static_cast<int>(low)), 0xff00, static_cast<int>(high));
        return _mm512_permutexvar_ps(_mm512_srlv_epi32(halves, shifts), _mm512_load_ps(normal_levels<Bits>.data()));
    }
#elif defined(__AVX2__) && PLEACH_HAS_XSIMD
    if constexpr (lanes == 8) {
        const __m256i shifts = _mm256_setr_epi32(0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b);
        const __m256i which = _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(low)), shifts);
        const __m256 lower = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels<Bits>.data()), which);
        if constexpr (Bits < 4) return lower;
        const __m256 upper = _mm256_permutevar8x32_ps(_mm256_load_ps(normal_levels<Bits>.data() + 8), which);
        return _mm256_blendv_ps(lower, upper, _mm256_castsi256_ps(_mm256_slli_epi32(which, 28)));
    }
#endif
    return each_lane<float_lanes<Arch>, lanes>(
        [&](std::size_t j) { return normal_levels<Bits>[(j < 8 ? low : high) >> (Bits * (j % 8)) & ((1U << Bits) - 1)]; });
}

}  // namespace detail

/// Reads a row from its first column: see packed_row.hpp. Column c is level c. *Precondition:* eight bytes after the row are
/// readable; skip() is given multiples of eight.
template <unsigned Bits>
struct level_reader {
    const std::byte* values;
    float scale;
    std::size_t column = 0;
    static constexpr bool is_scaled = true;

    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto lanes = lanes_from<Arch>(values + Bits * column / 8);
        column += lane_count<Arch>;
        return lanes;
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next(std::size_t n) noexcept {
        std::array<float, lane_count<Arch>> lanes{};
        for (std::size_t j = 0; j < n; ++j) lanes[j] = level_at<Bits>(values, column + j);
        column += n;
        return float_lanes<Arch>::load_unaligned(lanes.data());
    }
    void skip(std::size_t columns) noexcept { column += columns; }

private:
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> lanes_from([[maybe_unused]] const std::byte* from) const noexcept {
        constexpr std::size_t lanes = lane_count<Arch>;
        if constexpr (lanes % 8 == 0) {
            std::uint32_t low, high = 0;
            std::memcpy(&low, from, sizeof low);
            if constexpr (lanes > 8) std::memcpy(&high, from + Bits, sizeof high);
            return detail::lanes_of_levels<Arch, Bits>(low, high);
        }
        return detail::each_lane<float_lanes<Arch>, lanes>([&](std::size_t j) { return level_at<Bits>(values, column + j); });
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
