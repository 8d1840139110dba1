// SPDX-License-Identifier: Apache-2.0
#pragma once

/// 64 unsigned bytes as vectors of the widest size that the machine adds and compares at once: for kernels on whole numbers,
/// whose results are the same on every machine. The compiler's own vectors are used, since a program that only includes these
/// kernels need not include xsimd.

#include <pleach/kernel/arch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

#if defined(__AVX512BW__)
inline constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr std::size_t vector_bytes = 32;
#else
inline constexpr std::size_t vector_bytes = 16;
#endif
inline constexpr std::size_t vectors_of_64 = 64 / vector_bytes;

/// Additions wrap around.
using byte_vector = std::uint8_t __attribute__((vector_size(vector_bytes)));
using word_vector = std::uint16_t __attribute__((vector_size(vector_bytes)));

template <class Vector>
[[nodiscard, gnu::always_inline]] inline Vector load_vector(const void* from) noexcept {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

/// Bit i says whether a[i] >= b[i].
[[nodiscard, gnu::always_inline]] inline std::uint64_t lanes_at_least(const byte_vector& a, const byte_vector& b) noexcept {
#if defined(__AVX512BW__)
    return _mm512_cmpge_epu8_mask(reinterpret_cast<const __m512i&>(a), reinterpret_cast<const __m512i&>(b));
#elif defined(__AVX2__)
    const auto x = reinterpret_cast<const __m256i&>(a), y = reinterpret_cast<const __m256i&>(b);
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(x, y), x)));
#elif defined(__SSE2__)
    const auto x = reinterpret_cast<const __m128i&>(a), y = reinterpret_cast<const __m128i&>(b);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(x, y), x)));
#else
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < vector_bytes; ++i) bits |= std::uint64_t{a[i] >= b[i]} << i;
    return bits;
#endif
}

}  // namespace detail

/// 64 numbers from 0 to 255, one byte each; additions wrap around.
struct byte_lanes {
    detail::byte_vector parts[detail::vectors_of_64] = {};

    [[nodiscard, gnu::always_inline]] static byte_lanes load(const std::uint8_t* from) noexcept {
        byte_lanes lanes;
        for (std::size_t v = 0; v < detail::vectors_of_64; ++v)
            lanes.parts[v] = detail::load_vector<detail::byte_vector>(from + v * detail::vector_bytes);
        return lanes;
    }
    /// Adds the 64 bytes there.
    [[gnu::always_inline]] void add(const std::uint8_t* from) noexcept {
        for (std::size_t v = 0; v < detail::vectors_of_64; ++v)
            parts[v] += detail::load_vector<detail::byte_vector>(from + v * detail::vector_bytes);
    }
    /// Bit i says whether lane i is at least that of `other`.
    [[nodiscard, gnu::always_inline]] std::uint64_t at_least(const byte_lanes& other) const noexcept {
        std::uint64_t bits = 0;
        for (std::size_t v = 0; v < detail::vectors_of_64; ++v)
            bits |= detail::lanes_at_least(parts[v], other.parts[v]) << (v * detail::vector_bytes % 64);
        return bits;
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
