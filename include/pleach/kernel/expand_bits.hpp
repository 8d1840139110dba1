// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values of a packed row as vectors of floats: decoded from fewer bits, and moved apart to the columns that a row's bits name.
/// What a machine has an instruction for is spelled out here; everything else is a loop over lanes with the same result.

#include <pleach/core/value_code.hpp>
#include <pleach/kernel/simd.hpp>

#include <array>

// Bits of the vectors that rows are expanded in; 0 where no instruction helps.
#if PLEACH_HAS_XSIMD && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__F16C__)
#define PLEACH_DETAIL_EXPANDS 512
#elif PLEACH_HAS_XSIMD && defined(__AVX2__) && defined(__F16C__) && !defined(__AVX512F__)
#define PLEACH_DETAIL_EXPANDS 256
#else
#define PLEACH_DETAIL_EXPANDS 0
#endif

#if PLEACH_DETAIL_EXPANDS != 0
#include <immintrin.h>
#endif

namespace pleach::inline PLEACH_ABI {

/// A vector of floats for Arch; one lane where there are none.
template <class Arch>
using float_lanes = std::conditional_t<detail::has_simd<Arch, float>, detail::simd_batch<float>, detail::one_lane<float>>;

template <class Arch>
inline constexpr std::size_t lane_count = detail::has_simd<Arch, float> ? detail::simd_lanes<float> : 1;

namespace detail {

#if PLEACH_DETAIL_EXPANDS == 512
inline constexpr std::size_t expanding_lanes = 16;
#elif PLEACH_DETAIL_EXPANDS == 256
inline constexpr std::size_t expanding_lanes = 8;

/// For each byte of bits eight bytes: which packed lane a lane takes, or 0x80 for none.
inline constexpr std::array<std::uint64_t, 256> lane_sources = [] {
    std::array<std::uint64_t, 256> table{};
    for (unsigned bits = 0; bits < 256; ++bits)
        for (unsigned lane = 0, next = 0; lane < 8; ++lane)
            table[bits] |= std::uint64_t{(bits >> lane & 1U) != 0 ? next++ : 0x80U} << (8 * lane);
    return table;
}();
#else
inline constexpr std::size_t expanding_lanes = 0;
#endif

/// Lanes made one by one, where no instruction makes them all.
template <class Lanes, std::size_t Count, class Make>
[[nodiscard]] inline Lanes each_lane(Make&& make) noexcept {
    std::array<float, Count> lanes;
    for (std::size_t j = 0; j < Count; ++j) lanes[j] = make(j);
    return Lanes::load_unaligned(lanes.data());
}

}  // namespace detail

/// lane_count<Arch> consecutive values, as floats, without the scale. Reads them all, and no more.
template <class Arch, value_code Code>
[[nodiscard]] inline float_lanes<Arch> decode_lanes(const std::byte* from) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    if constexpr (Code == value_code::f32) {
        return float_lanes<Arch>::load_unaligned(reinterpret_cast<const float*>(from));
    }
#if PLEACH_DETAIL_EXPANDS == 512
    else if constexpr (lanes == 16) {
        if constexpr (Code == value_code::i8) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
            return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
        } else {
            const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
            if constexpr (Code == value_code::f16)
                return _mm512_cvtph_ps(words);
            else
                return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(words), 16));
        }
    }
#elif PLEACH_DETAIL_EXPANDS == 256
    else if constexpr (lanes == 8) {
        if constexpr (Code == value_code::i8) {
            const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
            return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
        } else {
            const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
            if constexpr (Code == value_code::f16)
                return _mm256_cvtph_ps(words);
            else
                return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(words), 16));
        }
    }
#endif
    else {
        return detail::each_lane<float_lanes<Arch>, lanes>(
            [&](std::size_t j) { return decode_value<Code>(from + j * size_of(Code)); });
    }
}

namespace detail {

#if PLEACH_DETAIL_EXPANDS == 512
alignas(64) inline constexpr std::array<std::int32_t, 32> counting = [] {
    std::array<std::int32_t, 32> numbers{};
    for (std::int32_t i = 0; i < 32; ++i) numbers[static_cast<std::size_t>(i)] = i;
    return numbers;
}();

[[nodiscard]] inline __m512 expand_decoded(__m512 packed, unsigned bits) noexcept {
    return _mm512_maskz_expand_ps(static_cast<__mmask16>(bits), packed);
}
/// Lanes shift, shift + 1, ... moved apart.
[[nodiscard]] inline __m512 expand_from(__m512 packed, std::size_t shift, unsigned bits) noexcept {
    const auto mask = static_cast<__mmask16>(bits);
    const __m512i sources = _mm512_maskz_expand_epi32(mask, _mm512_loadu_si512(counting.data() + shift));
    return _mm512_maskz_permutexvar_ps(mask, sources, packed);
}
#elif PLEACH_DETAIL_EXPANDS == 256
[[nodiscard]] inline __m256 expand_from(__m256 packed, std::size_t shift, unsigned bits) noexcept {
    const __m256i sources = _mm256_cvtepi8_epi32(_mm_cvtsi64_si128(static_cast<long long>(lane_sources[bits])));
    const __m256 taken = _mm256_permutevar8x32_ps(packed, _mm256_add_epi32(sources, _mm256_set1_epi32(static_cast<int>(shift))));
    return _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_srai_epi32(sources, 31)), taken);
}
[[nodiscard]] inline __m256 expand_decoded(__m256 packed, unsigned bits) noexcept { return expand_from(packed, 0, bits); }
#endif

}  // namespace detail

/// Lane j is the next of the packed values where bit j is set, else +0. *Precondition:* lane_count<Arch> values may be read,
/// whether or not so many bits are set.
template <class Arch, value_code Code>
[[nodiscard]] inline float_lanes<Arch> expand_lanes(const std::byte* from, unsigned bits) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
#if PLEACH_DETAIL_EXPANDS != 0
    if constexpr (lanes == detail::expanding_lanes) return detail::expand_decoded(decode_lanes<Arch, Code>(from), bits);
#endif
    if constexpr (lanes != detail::expanding_lanes) {
        return detail::each_lane<float_lanes<Arch>, lanes>([&](std::size_t j) {
            if ((bits >> j & 1U) == 0) return 0.0F;
            const float value = decode_value<Code>(from);
            from += size_of(Code);
            return value;
        });
    }
}

/// As expand_lanes, of values all of which lie in the cache line at `line`. A load of a whole vector at `from` would often reach
/// into the line behind, which holds nothing of the row and which nobody asked for in time; measured, that costs as much as the
/// row itself. So the load ends with the line at the latest. *Precondition:* from - line is a multiple of the size of a value.
template <class Arch, value_code Code>
[[nodiscard]] inline float_lanes<Arch> expand_in_line([[maybe_unused]] const std::byte* line, const std::byte* from,
                                                      unsigned bits) noexcept {
#if PLEACH_DETAIL_EXPANDS != 0
    if constexpr (lane_count<Arch> == detail::expanding_lanes) {
        constexpr std::size_t last = 64 - lane_count<Arch> * size_of(Code);
        const std::size_t first = static_cast<std::size_t>(from - line), start = first < last ? first : last;
        return detail::expand_from(decode_lanes<Arch, Code>(line + start), (first - start) / size_of(Code), bits);
    }
#endif
    return expand_lanes<Arch, Code>(from, bits);
}

}  // namespace pleach::inline PLEACH_ABI

#undef PLEACH_DETAIL_EXPANDS
