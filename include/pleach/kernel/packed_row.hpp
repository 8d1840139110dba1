// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One packed row, read from its first column to its last a vector at a time: copied, added, multiplied with a query. A row is
/// never expanded in memory where it is not asked for.
///
/// The row comes as a packed_reader (kernel/packed_reader.hpp); dense_reader and bitmap_reader are here.

#include <pleach/kernel/packed_reader.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

#if PLEACH_HAS_XSIMD && defined(__AVX__) && !defined(__AVX512F__)
/// Eight lanes from 8 - n on are the first n lanes set.
alignas(32) inline constexpr std::array<std::int32_t, 16> first_lanes{-1, -1, -1, -1, -1, -1, -1, -1};
[[nodiscard]] inline __m256i mask_of(std::size_t n) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_lanes.data() + 8 - n));
}
#endif

/// The first n lanes from memory, zeros behind them. *Precondition:* n is less than there are lanes.
template <class Arch>
[[nodiscard]] inline float_lanes<Arch> load_some(const float* from, std::size_t n) noexcept {
#if PLEACH_HAS_XSIMD && defined(__AVX512F__)
    if constexpr (lane_count<Arch> == 16) return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1), from);
#elif PLEACH_HAS_XSIMD && defined(__AVX__)
    if constexpr (lane_count<Arch> == 8) return _mm256_maskload_ps(from, mask_of(n));
#endif
    std::array<float, lane_count<Arch>> lanes{};
    std::memcpy(lanes.data(), from, n * sizeof(float));
    return float_lanes<Arch>::load_unaligned(lanes.data());
}
/// The first n lanes to memory.
template <class Arch>
inline void store_some(const float_lanes<Arch>& from, float* to, std::size_t n) noexcept {
#if PLEACH_HAS_XSIMD && defined(__AVX512F__)
    if constexpr (lane_count<Arch> == 16) return _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << n) - 1), from);
#elif PLEACH_HAS_XSIMD && defined(__AVX__)
    if constexpr (lane_count<Arch> == 8) return _mm256_maskstore_ps(to, mask_of(n), from);
#endif
    std::array<float, lane_count<Arch>> lanes;
    from.store_unaligned(lanes.data());
    std::memcpy(to, lanes.data(), n * sizeof(float));
}

}  // namespace detail

/// Every column has a value. *Precondition:* the cache lines of the row may be read from their first byte to their last.
template <value_code Code>
struct dense_reader {
    const std::byte* values;
    float scale;
    static constexpr bool is_scaled = scale_bytes(Code) != 0;

    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto lanes = decode_lanes<Arch, Code>(values);
        values += lane_count<Arch> * size_of(Code);
        return lanes;
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next(std::size_t n) noexcept {
        const std::byte* from = values;
        skip(n);
        return expand_lanes<Arch, Code>(from, end_of_loads<Code>(from, values), (1U << n) - 1);
    }
    void skip(std::size_t columns) noexcept { values += columns * size_of(Code); }
};

/// A bit for each column, least first, says whether it has a value; the values follow each other. *Precondition:* eight bytes
/// from any byte of the bits, and the cache lines of the row from their first byte to their last, may be read.
template <value_code Code>
struct bitmap_reader {
    const std::byte* bits;
    const std::byte* values;
    const std::byte* end;  ///< see expand_lanes()
    float scale;
    bool is_padded = false;  ///< a row of a table whose rows all have as many bytes, or lie elsewhere
    std::size_t column = 0;
    static constexpr bool is_scaled = scale_bytes(Code) != 0;

    /// Bits of `count` columns from this one on, count + column % 8 being at most 64.
    [[nodiscard]] std::uint64_t next_bits(std::size_t count) noexcept {
        std::uint64_t word;
        std::memcpy(&word, bits + column / 8, sizeof word);
        word >>= column % 8;
        column += count;
        return count == 64 ? word : word & ((std::uint64_t{1} << count) - 1);
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next(std::size_t n = lane_count<Arch>) noexcept {
        const auto mask = static_cast<unsigned>(next_bits(n));
        const auto* from = values;
        values += static_cast<std::size_t>(std::popcount(mask)) * size_of(Code);
        return expand_lanes<Arch, Code>(from, end, mask);
    }
    /// Whether next_four() can take so many columns from here on, a multiple of 64. Of padded rows all can or none, for the sake of
    /// the branch that asks.
    [[nodiscard, gnu::always_inline]] bool can_take(std::size_t columns) const noexcept {
        if (is_padded) return end != nullptr && end - values <= 64;
        bitmap_reader ahead = *this;
        bool can = true;
        for (; columns > 0; columns -= 64)
            can &= static_cast<std::size_t>(std::popcount(ahead.next_bits(64))) * size_of(Code) <= 64;
        return can;
    }
    template <class Arch>
    [[nodiscard, gnu::always_inline]] std::array<float_lanes<Arch>, 4> next_four() noexcept
        requires expands_four<Arch>
    {
        const std::uint64_t word = next_bits(64);
        const auto count = static_cast<std::size_t>(std::popcount(word));
        const auto* from = values;
        values += count * size_of(Code);
        return expand_four<Arch, Code>(from, end, word);
    }
    [[gnu::always_inline]] void skip(std::size_t columns) noexcept {
        while (columns > 0) {
            const std::size_t here = (std::min)(columns, 64 - column % 8);
            values += static_cast<std::size_t>(std::popcount(next_bits(here))) * size_of(Code);
            columns -= here;
        }
    }
};

/// out = row.
template <class Arch = default_arch, packed_reader Reader>
void copy_packed(Reader row, float* out, std::size_t n) noexcept {
    constexpr bool scaled = Reader::is_scaled;
    constexpr std::size_t lanes = lane_count<Arch>;
    const float_lanes<Arch> scale(row.scale);
    const auto scaled_lanes = [&](const float_lanes<Arch>& values) {
        if constexpr (scaled)
            return values * scale;
        else
            return values;
    };
    std::size_t c = 0;
    if constexpr (detail::takes_four<Arch, Reader>)
        for (; c + 4 * lanes <= n && row.can_take(4 * lanes); c += 4 * lanes) {
            const auto four = row.template next_four<Arch>();
            for (std::size_t b = 0; b < 4; ++b) scaled_lanes(four[b]).store_unaligned(out + c + b * lanes);
        }
    for (; c + lanes <= n; c += lanes) scaled_lanes(row.template next<Arch>()).store_unaligned(out + c);
    if (c < n) detail::store_some<Arch>(scaled_lanes(row.template next<Arch>(n - c)), out + c, n - c);
}

/// out += weight * row.
template <class Arch = default_arch, packed_reader Reader>
void add_packed(Reader row, float weight, float* out, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    const float factor = Reader::is_scaled ? weight * row.scale : weight;
    const float_lanes<Arch> factors(factor);
    const auto add = [&](float* to, const float_lanes<Arch>& values) {
        detail::multiply_add(factors, values, float_lanes<Arch>::load_unaligned(to)).store_unaligned(to);
    };
    std::size_t c = 0;
    if constexpr (detail::takes_four<Arch, Reader>)
        for (; c + 4 * lanes <= n && row.can_take(4 * lanes); c += 4 * lanes) {
            const auto four = row.template next_four<Arch>();
            for (std::size_t b = 0; b < 4; ++b) add(out + c + b * lanes, four[b]);
        }
    for (; c + lanes <= n; c += lanes) add(out + c, row.template next<Arch>());
    if (c < n)
        detail::store_some<Arch>(
            detail::multiply_add(factors, row.template next<Arch>(n - c), detail::load_some<Arch>(out + c, n - c)), out + c,
            n - c);
}

/// row . query.
template <class Arch = default_arch, packed_reader Reader>
[[nodiscard]] float dot_packed(Reader row, const float* query, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> even(0.0F), odd(0.0F);
    const auto add = [&](float_lanes<Arch>& sum, const float* from, const float_lanes<Arch>& values) {
        sum = detail::multiply_add(values, float_lanes<Arch>::load_unaligned(from), sum);
    };
    std::size_t c = 0;
    if constexpr (detail::takes_four<Arch, Reader>)
        for (; c + 4 * lanes <= n && row.can_take(4 * lanes); c += 4 * lanes) {
            const auto four = row.template next_four<Arch>();
            for (std::size_t b = 0; b < 4; ++b) add(b % 2 == 0 ? even : odd, query + c + b * lanes, four[b]);
        }
    for (; c + 2 * lanes <= n; c += 2 * lanes) {
        add(even, query + c, row.template next<Arch>());
        add(odd, query + c + lanes, row.template next<Arch>());
    }
    for (; c + lanes <= n; c += lanes) add(even, query + c, row.template next<Arch>());
    if (c < n) odd = detail::multiply_add(row.template next<Arch>(n - c), detail::load_some<Arch>(query + c, n - c), odd);
    const float sum = detail::sum_lanes(even + odd);
    return Reader::is_scaled ? sum * row.scale : sum;
}

/// |row|^2, for the bounds of ranking; the scale included.
template <class Arch = default_arch, packed_reader Reader>
[[nodiscard]] float squared_length(Reader row, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> squares(0.0F);
    std::size_t c = 0;
    for (; c + lanes <= n; c += lanes) {
        const auto values = row.template next<Arch>();
        squares = detail::multiply_add(values, values, squares);
    }
    if (c < n) {
        const auto values = row.template next<Arch>(n - c);
        squares = detail::multiply_add(values, values, squares);
    }
    return detail::sum_lanes(squares) * row.scale * row.scale;
}

/// Values one after the other, wherever their columns are.
template <value_code Code>
struct value_run {
    const std::byte* values;
    std::size_t count;
    float scale;
};

/// |row|^2 of a row of these values and zeros, added up in another order than above. *Precondition:* a vector may be read from
/// behind the last value.
template <class Arch = default_arch, value_code Code>
[[nodiscard]] float squared_length(value_run<Code> row) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> squares(0.0F);
    for (; row.count > lanes; row.count -= lanes, row.values += lanes * size_of(Code)) {
        const auto values = decode_lanes<Arch, Code>(row.values);
        squares = detail::multiply_add(values, values, squares);
    }
    // Most rows end here at once, also those of no values, without a branch that goes either way.
    const auto last = expand_lanes<Arch, Code>(row.values, nullptr, static_cast<unsigned>((std::uint64_t{1} << row.count) - 1));
    return detail::sum_lanes(detail::multiply_add(last, last, squares)) * row.scale * row.scale;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
