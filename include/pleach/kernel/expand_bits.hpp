// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Decodes values of a packed row to vectors of floats and spreads them to the columns named by the row's bits. Where the
/// machine has an instruction for it, the intrinsics are here; otherwise a loop over lanes gives the same result.

#include <pleach/core/value_code.hpp>
#include <pleach/kernel/simd.hpp>

#include <algorithm>
#include <array>

// Width in bits of the vectors that rows are expanded into; 0 if no instruction helps.
#if PLEACH_HAS_XSIMD && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__F16C__)
#define PLEACH_DETAIL_EXPANDS 512
#elif PLEACH_HAS_XSIMD && defined(__AVX2__) && defined(__F16C__) && !defined(__AVX512F__)
#define PLEACH_DETAIL_EXPANDS 256
#else
#define PLEACH_DETAIL_EXPANDS 0
#endif

#if PLEACH_DETAIL_EXPANDS == 512 && defined(__AVX512BITALG__) && defined(__AVX512VPOPCNTDQ__) && defined(__AVX512VBMI__)
#define PLEACH_DETAIL_EXPANDS_FOUR 1
#else
#define PLEACH_DETAIL_EXPANDS_FOUR 0
#endif

#if PLEACH_DETAIL_EXPANDS != 0
#include <immintrin.h>
#endif

namespace pleach {
inline namespace PLEACH_ABI {

/// A vector of floats for Arch; a single lane if Arch has no vectors.
template <class Arch>
using float_lanes = std::conditional_t<detail::has_simd<Arch, float>, detail::simd_batch<float>, detail::one_lane<float>>;

template <class Arch>
inline constexpr std::size_t lane_count = detail::has_simd<Arch, float> ? detail::simd_lanes<float> : 1;

namespace detail {

#if PLEACH_DETAIL_EXPANDS == 512
inline constexpr std::size_t expanding_lanes = 16;
#elif PLEACH_DETAIL_EXPANDS == 256
inline constexpr std::size_t expanding_lanes = 8;

/// For each byte of bits, eight bytes: the packed lane that each lane takes, or 0x80 for none.
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

/// Makes a vector lane by lane: lane j is make(j).
template <class Lanes, std::size_t Count, class Make>
[[nodiscard]] inline Lanes each_lane(Make&& make) noexcept {
    std::array<float, Count> lanes;
    for (std::size_t j = 0; j < Count; ++j) lanes[j] = make(j);
    return Lanes::load_unaligned(lanes.data());
}

}  // namespace detail

/// lane_count<Arch> consecutive values as floats, without the scale. Reads exactly their bytes.
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

/// Where to load a vector that holds a row's next values, and how many of its lanes come before them.
struct vector_place {
    const std::byte* start;
    std::size_t shift;
};

/// Where to load a vector of `Bytes` bytes with the values at `from`: at `from`, or just far enough before it to end at `end`.
template <std::size_t Bytes, std::size_t Size>
[[nodiscard, gnu::always_inline]] inline vector_place place_of_vector(const std::byte* from, const std::byte* end) noexcept {
    const std::byte* start = (std::min)(from, end - Bytes);
    return {start, static_cast<std::size_t>(from - start) / Size};
}

#if PLEACH_DETAIL_EXPANDS == 512
/// Spreads lanes shift, shift + 1, ... of `packed` to the lanes whose bit is set; the others are 0.
[[nodiscard, gnu::always_inline]] inline __m512 expand_from(__m512 packed, unsigned bits, std::size_t shift = 0) noexcept {
    const auto mask = static_cast<__mmask16>(bits);
    const __m512i first = _mm512_set1_epi32(static_cast<int>(shift));
#ifdef __AVX512VPOPCNTDQ__
    // A lane's source is the number of bits set below it. vpexpandd does the same, but takes five cycles on some machines.
    const __m512i below =
        _mm512_setr_epi32(0, 1, 3, 7, 0xf, 0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff, 0x1fff, 0x3fff, 0x7fff);
    const __m512i before = _mm512_popcnt_epi32(_mm512_and_si512(_mm512_set1_epi32(static_cast<int>(bits)), below));
#else
    const __m512i counting = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i before = _mm512_maskz_expand_epi32(mask, counting);
#endif
    return _mm512_maskz_permutexvar_ps(mask, _mm512_add_epi32(before, first), packed);
}
#elif PLEACH_DETAIL_EXPANDS == 256
[[nodiscard, gnu::always_inline]] inline __m256 expand_from(__m256 packed, unsigned bits, std::size_t shift = 0) noexcept {
    const __m256i sources = _mm256_cvtepi8_epi32(_mm_cvtsi64_si128(static_cast<long long>(lane_sources[bits])));
    const __m256 taken =
        _mm256_permutevar8x32_ps(packed, _mm256_add_epi32(sources, _mm256_set1_epi32(static_cast<int>(shift))));
    return _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_srai_epi32(sources, 31)), taken);
}
#endif

}  // namespace detail

/// Where loads of the contiguous values from `values` to `last` must end: at the end of the last value's cache line, less than
/// one value short of it. A whole-vector load would often reach into the next line, which holds nothing of the row and was not
/// prefetched; measured, that costs as much as the row itself.
template <value_code Code>
[[nodiscard, gnu::always_inline]] inline const std::byte* end_of_loads(const std::byte* values,
                                                                       const std::byte* last) noexcept {
    const std::size_t behind = (64 - reinterpret_cast<std::uintptr_t>(last) % 64) % 64;
    return values + (static_cast<std::size_t>(last - values) + behind) / size_of(Code) * size_of(Code);
}

/// Lane j is the next packed value if bit j is set, else +0. *Precondition:* `end` comes from end_of_loads(), or is null if
/// loads may pass it; the row's cache lines, and for a null `end` the next one, are readable in full.
template <class Arch, value_code Code>
[[nodiscard, gnu::always_inline]] inline float_lanes<Arch> expand_lanes(const std::byte* from,
                                                                        [[maybe_unused]] const std::byte* end,
                                                                        unsigned bits) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
#if PLEACH_DETAIL_EXPANDS != 0
    if constexpr (lanes == detail::expanding_lanes) {
        if (end == nullptr) return detail::expand_from(decode_lanes<Arch, Code>(from), bits);
        const auto place = detail::place_of_vector<lanes * size_of(Code), size_of(Code)>(from, end);
        return detail::expand_from(decode_lanes<Arch, Code>(place.start), bits, place.shift);
    }
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

/// True if expand_four() exists: 64 columns are four vectors, and the machine can count bits per byte and permute bytes.
template <class Arch>
inline constexpr bool expands_four = PLEACH_DETAIL_EXPANDS_FOUR && lane_count<Arch> == 16;

#if PLEACH_DETAIL_EXPANDS_FOUR
/// 64 columns at once, equal to four calls of expand_lanes(). The source of a column is the number of bits set before its own,
/// counted for all 64 columns together. *Precondition:* expands_four<Arch>; the values that the bits name take at most 64
/// bytes.
template <class Arch, value_code Code>
[[nodiscard, gnu::always_inline]] inline std::array<float_lanes<Arch>, 4> expand_four(const std::byte* from,
                                                                                      const std::byte* end,
                                                                                      std::uint64_t bits) noexcept {
    const auto place = detail::place_of_vector<64, size_of(Code)>(from, end);
    // Byte c counts the bits below c % 8 in byte c / 8 of the bits, and those in the bytes before that one.
    const __m512i byte_of = _mm512_set_epi64(0x0707070707070707, 0x0606060606060606, 0x0505050505050505, 0x0404040404040404,
                                             0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0);
    const __m512i below = _mm512_set1_epi64(0x7f3f1f0f07030100);
    const __m512i bytes_before =
        _mm512_set_epi64(0xffffffffffffff, 0xffffffffffff, 0xffffffffff, 0xffffffff, 0xffffff, 0xffff, 0xff, 0);
    const __m512i low_byte = _mm512_set4_epi64(0x0808080808080808, 0, 0x0808080808080808, 0);
    const __m512i all = _mm512_set1_epi64(static_cast<long long>(bits));
    const __m512i within = _mm512_popcnt_epi8(_mm512_and_si512(_mm512_shuffle_epi8(all, byte_of), below));
    const __m512i before = _mm512_shuffle_epi8(_mm512_popcnt_epi64(_mm512_and_si512(all, bytes_before)), low_byte);
    const __m512i sources = _mm512_add_epi8(_mm512_add_epi8(within, _mm512_set1_epi8(static_cast<char>(place.shift))), before);
    const __m512i packed = _mm512_loadu_si512(place.start);
    const auto each_sixteen = [](__m512i bytes, auto lanes) -> std::array<float_lanes<Arch>, 4> {
        return {lanes(_mm512_castsi512_si128(bytes)), lanes(_mm512_extracti32x4_epi32(bytes, 1)),
                lanes(_mm512_extracti32x4_epi32(bytes, 2)), lanes(_mm512_extracti32x4_epi32(bytes, 3))};
    };
    if constexpr (Code == value_code::f32) {
        // Columns without a value take lane 16, the first of a vector of zeros: one mask serves all 64 columns.
        return each_sixteen(_mm512_mask_blend_epi8(bits, _mm512_set1_epi8(16), sources), [&](__m128i from_lane) -> __m512 {
            return _mm512_permutex2var_ps(_mm512_castsi512_ps(packed), _mm512_cvtepi8_epi32(from_lane), _mm512_setzero_ps());
        });
    } else if constexpr (Code == value_code::i8) {
        return each_sixteen(_mm512_maskz_permutexvar_epi8(bits, sources, packed),
                            [](__m128i values) -> __m512 { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(values)); });
    } else {
        const auto words = [&](std::uint64_t mask, __m256i from_lane) {
            return _mm512_maskz_permutexvar_epi16(static_cast<__mmask32>(mask), _mm512_cvtepi8_epi16(from_lane), packed);
        };
        const auto floats = [](__m256i values) -> __m512 {
            if constexpr (Code == value_code::f16) return _mm512_cvtph_ps(values);
            return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(values), 16));
        };
        const __m512i low = words(bits, _mm512_castsi512_si256(sources)),
                      high = words(bits >> 32, _mm512_extracti64x4_epi64(sources, 1));
        return {floats(_mm512_castsi512_si256(low)), floats(_mm512_extracti64x4_epi64(low, 1)),
                floats(_mm512_castsi512_si256(high)), floats(_mm512_extracti64x4_epi64(high, 1))};
    }
}
#endif

}  // namespace PLEACH_ABI
}  // namespace pleach

#undef PLEACH_DETAIL_EXPANDS
#undef PLEACH_DETAIL_EXPANDS_FOUR
