// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One packed row, read from its first column to its last a vector at a time: copied, added, multiplied with a query; and sums
/// over many rows, in registers. A row is never expanded in memory where it is not asked for.
///
/// A *reader* walks along a row: next<Arch>() gives the next lane_count<Arch> columns without the row's scale, next<Arch>(n) the
/// next n of them, fewer than a vector has, and zeros; skip(n) leaves n columns out.

#include <pleach/kernel/expand_bits.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include <bit>

namespace pleach::inline PLEACH_ABI {

namespace detail {

/// The first n lanes from memory, zeros behind them. *Precondition:* n is less than there are lanes.
template <class Arch>
[[nodiscard]] inline float_lanes<Arch> load_some(const float* from, std::size_t n) noexcept {
    std::array<float, lane_count<Arch>> lanes{};
    std::memcpy(lanes.data(), from, n * sizeof(float));
    return float_lanes<Arch>::load_unaligned(lanes.data());
}
/// The first n lanes to memory.
template <class Arch>
inline void store_some(const float_lanes<Arch>& from, float* to, std::size_t n) noexcept {
    std::array<float, lane_count<Arch>> lanes;
    from.store_unaligned(lanes.data());
    std::memcpy(to, lanes.data(), n * sizeof(float));
}

}  // namespace detail

/// Every column has a value.
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
        std::array<float, lane_count<Arch>> lanes{};
        for (std::size_t j = 0; j < n; ++j) lanes[j] = decode_value<Code>(values + j * size_of(Code));
        skip(n);
        return float_lanes<Arch>::load_unaligned(lanes.data());
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
        if (line != nullptr) return expand_in_line<Arch, Code>(line, from, mask);
        return expand_lanes<Arch, Code>(from, mask);
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
    for (; c + lanes <= n; c += lanes) scaled_lanes(row.template next<Arch>()).store_unaligned(out + c);
    if (c < n) detail::store_some<Arch>(scaled_lanes(row.template next<Arch>(n - c)), out + c, n - c);
}

/// out += weight * row.
template <class Arch = default_arch, class Reader>
void add_packed(Reader row, float weight, float* out, std::size_t n) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    const float factor = Reader::is_scaled ? weight * row.scale : weight;
    const float_lanes<Arch> factors(factor);
    std::size_t c = 0;
    for (; c + lanes <= n; c += lanes)
        detail::multiply_add(factors, row.template next<Arch>(), float_lanes<Arch>::load_unaligned(out + c))
            .store_unaligned(out + c);
    if (c < n)
        detail::store_some<Arch>(detail::multiply_add(factors, row.template next<Arch>(n - c), detail::load_some<Arch>(out + c, n - c)),
                                 out + c, n - c);
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
    if (c < n) odd = detail::multiply_add(row.template next<Arch>(n - c), detail::load_some<Arch>(query + c, n - c), odd);
    const float sum = detail::sum_lanes(even + odd);
    return Reader::is_scaled ? sum * row.scale : sum;
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
    const auto last = expand_lanes<Arch, Code>(row.values, static_cast<unsigned>((std::uint64_t{1} << row.count) - 1));
    return detail::sum_lanes(detail::multiply_add(last, last, squares)) * row.scale * row.scale;
}

namespace detail {

/// Asks for the row that is prefetch_distance further on, and before it for what leads there.
template <class Rows, class Id>
inline void prefetch_packed(const Rows& rows, const Id* ids, std::size_t j, std::size_t count) noexcept {
    if constexpr (requires { rows.prefetch_start(ids[j]); })
        if (j + 2 * prefetch_distance < count) rows.prefetch_start(ids[j + 2 * prefetch_distance]);
    if (j + prefetch_distance < count) rows.prefetch(ids[j + prefetch_distance]);
}

// Columns column .. column + Batches * lanes of the result, or the last `some` of them, fewer than a vector has.
template <class Arch, std::size_t Batches, class Rows, class Id, class Weights>
inline void sum_packed_block(const Rows& rows, const Id* ids, std::size_t count, std::size_t ahead, Weights weights,
                             std::size_t column, float* out, std::size_t some = 0) noexcept {
    using lanes_type = float_lanes<Arch>;
    constexpr std::size_t lanes = lane_count<Arch>;
    lanes_type sums[Batches];
    for (lanes_type& sum : sums) sum = lanes_type(0.0F);
    for (std::size_t j = 0; j < count; ++j) {
        if (column == 0) prefetch_packed(rows, ids, j, count + ahead);
        auto row = rows.reader(ids[j]);
        constexpr bool scaled = decltype(row)::is_scaled;
        if (column != 0) row.skip(column);
        [[maybe_unused]] const lanes_type factor(scaled ? row.scale * weights.template at<float>(j) : weights.template at<float>(j));
        for (lanes_type& sum : sums) {
            const auto values = some == 0 ? row.template next<Arch>() : row.template next<Arch>(some);
            if constexpr (std::is_same_v<Weights, unit_weights> && !scaled)
                sum = sum + values;
            else
                sum = multiply_add(factor, values, sum);
        }
    }
    if (some != 0) return store_some<Arch>(sums[0], out + column, some);
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
    if (c < n) detail::sum_packed_block<Arch, 1>(rows, ids, count, ahead, weights, c, out, n - c);
}

}  // namespace pleach::inline PLEACH_ABI
