// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One packed row, read from its first column to its last a vector at a time: copied, added, multiplied with a query; and sums
/// over many rows, in registers. A row is never expanded in memory where it is not asked for.
///
/// A *reader* walks along a row: next<Arch>() gives the next lane_count<Arch> columns, next_value() one, both without the row's
/// scale; skip(n) leaves n columns out.

#include <pleach/kernel/expand_bits.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include <bit>

namespace pleach::inline PLEACH_ABI {

/// Every column has a value.
template <value_code Code>
struct dense_reader {
    const std::byte* values;
    float scale;
    static constexpr value_code code = Code;

    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto lanes = decode_lanes<Arch, Code>(values);
        values += lane_count<Arch> * size_of(Code);
        return lanes;
    }
    [[nodiscard]] float next_value() noexcept {
        const float value = decode_value<Code>(values);
        values += size_of(Code);
        return value;
    }
    void skip(std::size_t columns) noexcept { values += columns * size_of(Code); }
};

/// A bit for each column, least first, says whether it has a value; the values follow each other. *Precondition:* eight bytes
/// from any byte of the bits, and a vector of values from behind the last one, may be read.
template <value_code Code>
struct bitmap_reader {
    const std::byte* bits;
    const std::byte* values;
    float scale;
    const std::byte* line = nullptr;  ///< the cache line that holds all of the row, if one does and it is known
    std::size_t column = 0;
    static constexpr value_code code = Code;

    /// Bits of `count` columns from this one on, count + column % 8 being at most 64.
    [[nodiscard]] std::uint64_t next_bits(std::size_t count) noexcept {
        std::uint64_t word;
        std::memcpy(&word, bits + column / 8, sizeof word);
        word >>= column % 8;
        column += count;
        return count == 64 ? word : word & ((std::uint64_t{1} << count) - 1);
    }
    template <class Arch>
    [[nodiscard]] float_lanes<Arch> next() noexcept {
        const auto mask = static_cast<unsigned>(next_bits(lane_count<Arch>));
        const auto* from = values;
        values += static_cast<std::size_t>(std::popcount(mask)) * size_of(Code);
        if constexpr (Code == value_code::f32)
            if (line != nullptr) return expand_in_line<Arch>(line, from, mask);
        return expand_lanes<Arch, Code>(from, mask);
    }
    [[nodiscard]] float next_value() noexcept {
        if (next_bits(1) == 0) return 0;
        const float value = decode_value<Code>(values);
        values += size_of(Code);
        return value;
    }
    void skip(std::size_t columns) noexcept {
        while (columns > 0) {
            const std::size_t here = (std::min)(columns, 64 - column % 8);
            values += static_cast<std::size_t>(std::popcount(next_bits(here))) * size_of(Code);
            columns -= here;
        }
    }
};

/// out = row.
template <class Arch = default_arch, class Reader>
void copy_packed(Reader row, float* out, std::size_t n) noexcept {
    constexpr bool scaled = scale_bytes(Reader::code) != 0;
    constexpr std::size_t lanes = lane_count<Arch>;
    const float_lanes<Arch> scale(row.scale);
    std::size_t c = 0;
    for (; c + lanes <= n; c += lanes) {
        const auto values = row.template next<Arch>();
        if constexpr (scaled)
            (values * scale).store_unaligned(out + c);
        else
            values.store_unaligned(out + c);
    }
    for (; c < n; ++c) out[c] = scaled ? row.next_value() * row.scale : row.next_value();
}

/// out += weight * row.
template <class Arch = default_arch, class Reader>
void add_packed(Reader row, float weight, float* out, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    const float factor = scale_bytes(Reader::code) != 0 ? weight * row.scale : weight;
    const float_lanes<Arch> factors(factor);
    std::size_t c = 0;
    for (; c + lanes <= n; c += lanes)
        detail::multiply_add(factors, row.template next<Arch>(), float_lanes<Arch>::load_unaligned(out + c))
            .store_unaligned(out + c);
    using one = detail::one_lane<float>;
    for (; c < n; ++c) out[c] = detail::multiply_add(one(factor), one(row.next_value()), one(out[c])).value;
}

/// row . query.
template <class Arch = default_arch, class Reader>
[[nodiscard]] float dot_packed(Reader row, const float* query, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> even(0.0F), odd(0.0F);
    std::size_t c = 0;
    for (; c + 2 * lanes <= n; c += 2 * lanes) {
        even = detail::multiply_add(row.template next<Arch>(), float_lanes<Arch>::load_unaligned(query + c), even);
        odd = detail::multiply_add(row.template next<Arch>(), float_lanes<Arch>::load_unaligned(query + c + lanes), odd);
    }
    for (; c + lanes <= n; c += lanes)
        even = detail::multiply_add(row.template next<Arch>(), float_lanes<Arch>::load_unaligned(query + c), even);
    float sum = detail::sum_lanes(even + odd);
    for (; c < n; ++c) sum += row.next_value() * query[c];
    return scale_bytes(Reader::code) != 0 ? sum * row.scale : sum;
}

/// |row|^2, for the bounds of ranking; the scale included.
template <class Arch = default_arch, class Reader>
[[nodiscard]] float squared_length(Reader row, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    float_lanes<Arch> squares(0.0F);
    std::size_t c = 0;
    for (; c + lanes <= n; c += lanes) {
        const auto values = row.template next<Arch>();
        squares = detail::multiply_add(values, values, squares);
    }
    float sum = detail::sum_lanes(squares);
    for (; c < n; ++c) {
        const float value = row.next_value();
        sum += value * value;
    }
    return sum * row.scale * row.scale;
}

namespace detail {

/// Asks for the row that is prefetch_distance further on, and before it for what leads there.
template <class Rows, class Id>
inline void prefetch_packed(const Rows& rows, const Id* ids, std::size_t j, std::size_t count) noexcept {
    if constexpr (requires { rows.prefetch_start(ids[j]); })
        if (j + 2 * prefetch_distance < count) rows.prefetch_start(ids[j + 2 * prefetch_distance]);
    if (j + prefetch_distance < count) rows.prefetch(ids[j + prefetch_distance]);
}

template <class Arch, std::size_t Batches, class Rows, class Id, class Weights>
inline void sum_packed_block(const Rows& rows, const Id* ids, std::size_t count, std::size_t ahead, Weights weights,
                             std::size_t column, float* out) noexcept {
    using lanes_type = float_lanes<Arch>;
    constexpr std::size_t lanes = lane_count<Arch>;
    lanes_type sums[Batches];
    for (lanes_type& sum : sums) sum = lanes_type(0.0F);
    for (std::size_t j = 0; j < count; ++j) {
        if (column == 0) prefetch_packed(rows, ids, j, count + ahead);
        auto row = rows.reader(ids[j]);
        constexpr bool scaled = scale_bytes(decltype(row)::code) != 0;
        if (column != 0) row.skip(column);
        [[maybe_unused]] const lanes_type factor(scaled ? row.scale * weights.template at<float>(j) : weights.template at<float>(j));
        for (lanes_type& sum : sums) {
            const auto values = row.template next<Arch>();
            if constexpr (std::is_same_v<Weights, unit_weights> && !scaled)
                sum = sum + values;
            else
                sum = multiply_add(factor, values, sum);
        }
    }
    for (std::size_t b = 0; b < Batches; ++b) sums[b].store_unaligned(out + column + b * lanes);
}

}  // namespace detail

/// out = sum_j weight_j * row(id_j), where rows.reader(id) reads a row and rows.prefetch(id) asks for it; `ahead` more ids
/// may be read behind the last one. *Complexity:* count rows, read once for every 8 vectors of columns.
template <class Arch = default_arch, class Rows, class Id, class Weights = detail::unit_weights>
void sum_packed(const Rows& rows, const Id* ids, std::size_t count, std::size_t ahead, float* out, std::size_t n,
                Weights weights = {}) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    std::size_t c = 0;
    for (; c + 8 * lanes <= n; c += 8 * lanes)
        detail::sum_packed_block<Arch, 8>(rows, ids, count, ahead, weights, c, out);
    if (c + 4 * lanes <= n) {
        detail::sum_packed_block<Arch, 4>(rows, ids, count, ahead, weights, c, out);
        c += 4 * lanes;
    }
    if (c + 2 * lanes <= n) {
        detail::sum_packed_block<Arch, 2>(rows, ids, count, ahead, weights, c, out);
        c += 2 * lanes;
    }
    for (; c + lanes <= n; c += lanes) detail::sum_packed_block<Arch, 1>(rows, ids, count, ahead, weights, c, out);
    for (; c < n; ++c) detail::sum_packed_block<scalar_arch, 1>(rows, ids, count, ahead, weights, c, out);
}

}  // namespace pleach::inline PLEACH_ABI
