// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies, adds and multiplies one packed row, read a vector at a time. The row is expanded in registers; only copy_packed()
/// writes it to memory.
///
/// The row comes as a packed_reader (kernel/packed_reader.hpp); dense_reader and bitmap_reader are here.

#include <pleach/kernel/packed_reader.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

#if PLEACH_HAS_XSIMD && defined(__AVX__) && !defined(__AVX512F__)
/// The eight lanes starting at 8 - n are a mask of the first n lanes.
alignas(32) inline constexpr std::array<std::int32_t, 16> first_lanes{-1, -1, -1, -1, -1, -1, -1, -1};
[[nodiscard]] inline __m256i mask_of(std::size_t n) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_lanes.data() + 8 - n));
}
#endif

/// Loads the first n lanes; the others are zero. *Precondition:* n < lane_count<Arch>.
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
/// Stores the first n lanes.
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

namespace detail {

/// Bits column .. column + count of a row, and moves `column` past them. *Precondition:* count + column % 8 <= 64, and eight
/// bytes from any byte of the bits are readable.
[[nodiscard]] inline std::uint64_t take_bits(const std::byte* bits, std::size_t& column, std::size_t count) noexcept {
    std::uint64_t word;
    std::memcpy(&word, bits + column / 8, sizeof word);
    word >>= column % 8;
    column += count;
    return count == 64 ? word : word & ((std::uint64_t{1} << count) - 1);
}

}  // namespace detail

/// A row with a value in every column. *Precondition:* the row's cache lines are readable in full.
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

/// A row with one bit per column, least significant first, that says whether the column has a value, and the values one after
/// the other. *Precondition:* eight bytes from any byte of the bits, and the row's cache lines in full, are readable.
template <value_code Code>
struct bitmap_reader {
    const std::byte* bits;
    const std::byte* values;
    const std::byte* end;  ///< see expand_lanes()
    float scale;
    bool is_padded = false;  ///< from a placement of equally long slots; longer rows are overflow rows
    std::size_t column = 0;
    static constexpr bool is_scaled = scale_bytes(Code) != 0;

    /// The bits of the next `count` columns. *Precondition:* count + column % 8 <= 64.
    [[nodiscard]] std::uint64_t next_bits(std::size_t count) noexcept { return detail::take_bits(bits, column, count); }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next(std::size_t n = lane_count<Arch>) noexcept {
        const auto mask = static_cast<unsigned>(next_bits(n));
        const auto* from = values;
        values += static_cast<std::size_t>(std::popcount(mask)) * size_of(Code);
        return expand_lanes<Arch, Code>(from, end, mask);
    }
    /// True if next_four() can take the next `columns` columns, a multiple of 64. For padded rows the answer holds for the
    /// whole row, which keeps the branch predictable.
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

/// |row|^2 including the scale, for the bounds of ranking.
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

/// The values of a row, contiguous, without their columns.
template <value_code Code>
struct value_run {
    const std::byte* values;
    std::size_t count;
    float scale;
};

/// |row|^2 of a row of these values and zeros; the order of addition differs from above.
/// *Precondition:* one vector past the last value is readable.
template <class Arch = default_arch, value_code Code>
[[nodiscard]] float squared_length(value_run<Code> row) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> squares(0.0F);
    for (; row.count > lanes; row.count -= lanes, row.values += lanes * size_of(Code)) {
        const auto values = decode_lanes<Arch, Code>(row.values);
        squares = detail::multiply_add(values, values, squares);
    }
    // Most rows, including empty ones, come straight here: no unpredictable branch.
    const auto last = expand_lanes<Arch, Code>(row.values, nullptr, static_cast<unsigned>((std::uint64_t{1} << row.count) - 1));
    return detail::sum_lanes(detail::multiply_add(last, last, squares)) * row.scale * row.scale;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
