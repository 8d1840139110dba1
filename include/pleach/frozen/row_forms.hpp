// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the bytes of one frozen row are, whatever holds the rows together. Each form says how many bytes a row needs, writes
/// them and reads them; values are in any value_code, and a scale, where the code has one, is a bf16.
///
/// | form | bytes of a row with z values other than zero |
/// |---|---|
/// | dense_form | scale, dim values |
/// | bitmap_form | bits (column c is bit c % 8 of byte c / 8), in whole values; scale, z values |
/// | column_form | scale, z columns in ascending order, z values |
///
/// A row may be given more bytes than it needs: zeros follow, but a column_form fills up with pairs of value 0 at columns that
/// the row does not use, so that every row of a table is read by the same number of steps. Rows that do not fit say so in their
/// first bytes (`marks_overflow`), where a place for the row elsewhere then follows.

#include <pleach/core/value_code.hpp>
#include <pleach/kernel/column_list.hpp>
#include <pleach/kernel/packed_row.hpp>

#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// for_each_value(reader, n, visit): visit(column, value without the scale), ascending; zeros may be left out.
template <value_code Code, class Visit>
void for_each_value(dense_reader<Code> row, std::size_t n, Visit&& visit) {
    for (std::size_t c = 0; c < n; ++c) visit(c, decode_value<Code>(row.values + c * size_of(Code)));
}
template <value_code Code, class Visit>
void for_each_value(bitmap_reader<Code> row, std::size_t n, Visit&& visit) {
    for (std::size_t first = 0; first < n; first += 64) {
        const std::size_t here = n - first < 64 ? n - first : 64;
        for (std::uint64_t bits = row.next_bits(here); bits != 0; bits &= bits - 1) {
            visit(first + static_cast<std::size_t>(std::countr_zero(bits)), decode_value<Code>(row.values));
            row.values += size_of(Code);
        }
    }
}

namespace frozen {

/// Bytes a row must have to say where else it lies: an offset and a length, 32 bits each.
inline constexpr std::size_t place_bytes = 8;

namespace detail {

/// What forms whose values are in a value_code have in common.
template <value_code Code>
struct coded {
    static constexpr value_code code = Code;
    [[nodiscard]] static std::string code_name() { return std::string(name_of(Code)); }
    /// The most by which a value is off, over the largest of its row.
    [[nodiscard]] static constexpr double error() noexcept { return relative_error(Code); }
    /// The same, of rows whose largest magnitudes are in the range.
    [[nodiscard]] static double error(magnitude_range rows) noexcept { return relative_error(Code, rows); }
    /// Replaces the row by what is kept of it; returns the scale.
    [[nodiscard]] static std::uint16_t code_row(std::span<float> row) noexcept {
        const std::uint16_t scale = scale_bytes(Code) != 0 ? row_scale(row) : std::uint16_t{0};
        for (float& x : row) {
            std::byte bytes[4];
            encode_value<Code>(x, from_bfloat(scale), bytes);
            x = decode_value<Code>(bytes) * (scale_bytes(Code) != 0 ? from_bfloat(scale) : 1.0F);
        }
        return scale;
    }
};

template <value_code Code>
std::byte* write_scale(std::uint16_t scale, std::byte* out) noexcept {
    if constexpr (scale_bytes(Code) != 0) std::memcpy(out, &scale, sizeof scale);
    return out + scale_bytes(Code);
}

}  // namespace detail

template <value_code Code>
struct dense_form : detail::coded<Code> {
    static constexpr bool is_dense = true;
    static constexpr std::size_t most_columns = 65536;
    [[nodiscard]] static std::string name() { return "dense"; }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t) noexcept {
        return scale_bytes(Code) + dim * size_of(Code);
    }
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t dim) noexcept { return bytes(dim, 0); }
    [[nodiscard]] static bool marks_overflow(const std::byte*, std::size_t, std::size_t) noexcept { return false; }
    static void mark_overflow(std::span<const float>, std::byte*) noexcept {}

    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        std::byte* at = frozen::detail::write_scale<Code>(scale, out.data());
        for (const float x : row) {
            encode_value<Code>(x, from_bfloat(scale), at);
            at += size_of(Code);
        }
    }
    [[nodiscard]] static dense_reader<Code> read(std::span<const std::byte> row, std::size_t, bool = false) noexcept {
        return {row.data() + scale_bytes(Code), decode_scale<Code>(row.data())};
    }
    /// The first thing wrong with a row of that many bytes, or nothing.
    [[nodiscard]] static const char* defect(std::span<const std::byte> row, std::size_t dim) noexcept {
        return row.size() < bytes(dim, 0) ? "it is too short for its values" : nullptr;
    }
    /// The squared length of a row without defects; no number where it may have one.
    [[nodiscard]] static float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
        return row.size() < bytes(dim, 0) ? NAN : squared_length(read(row, dim), dim);
    }
};

template <value_code Code>
struct bitmap_form : detail::coded<Code> {
    static constexpr std::size_t most_columns = 65536;
    /// Fewer spare bytes behind a row than these do not look like another value.
    [[nodiscard]] static constexpr std::size_t smallest_step() noexcept { return 4; }
    [[nodiscard]] static std::string name() { return "bitmap"; }
    /// The bits, and up to three bytes more that bring the values to a multiple of their own size.
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t dim) noexcept {
        return ((dim + 7) / 8 + size_of(Code) - 1) / size_of(Code) * size_of(Code);
    }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t nonzero) noexcept {
        return prefix_bytes(dim) + scale_bytes(Code) + nonzero * size_of(Code);
    }

    /// A row that has more bits than there is room for values lies elsewhere.
    [[nodiscard]] static bool marks_overflow(const std::byte* row, std::size_t dim, std::size_t stride) noexcept {
        return bytes(dim, count(row, dim)) > stride;
    }
    static void mark_overflow(std::span<const float> row, std::byte* out) noexcept { write_bits(row, out); }

    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        write_bits(row, out.data());
        std::byte* at = frozen::detail::write_scale<Code>(scale, out.data() + prefix_bytes(row.size()));
        for (const float x : row)
            if (x != 0) {
                encode_value<Code>(x, from_bfloat(scale), at);
                at += size_of(Code);
            }
    }
    [[nodiscard]] static bitmap_reader<Code> read(std::span<const std::byte> row, std::size_t dim,
                                                  bool is_padded = false) noexcept {
        const std::byte* after = row.data() + prefix_bytes(dim);
        const std::byte* values = after + scale_bytes(Code);
        // Vectors of less than half a padded row seldom reach beyond it; then it is faster not to care, unless all fits in one.
        constexpr std::size_t vector_bytes = lane_count<default_arch> * size_of(Code);
        const bool ends = !is_padded || row.size() <= 2 * vector_bytes || (expands_four<default_arch> && row.size() <= 64);
        const std::byte* end = ends ? end_of_loads<Code>(values, row.data() + row.size()) : nullptr;
        return {row.data(), values, end, decode_scale<Code>(after), is_padded};
    }
    [[nodiscard]] static const char* defect(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < prefix_bytes(dim)) return "it is too short for its bits";
        if (dim % 8 != 0 && static_cast<unsigned>(row[dim / 8]) >> (dim % 8) != 0) return "a bit beyond its last column is set";
        return bytes(dim, count(row.data(), dim)) > row.size() ? "it has more bits set than values" : nullptr;
    }
    [[nodiscard]] static float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < prefix_bytes(dim) + scale_bytes(Code)) return NAN;
        const std::size_t nonzero = count(row.data(), dim);
        if (bytes(dim, nonzero) > row.size()) return NAN;
        const float square = squared_length(value_run<Code>{read(row, dim).values, nonzero, read(row, dim).scale});
        const bool beyond = dim % 8 != 0 && static_cast<unsigned>(row[dim / 8]) >> (dim % 8) != 0;
        return beyond ? NAN : square;
    }

private:
    [[nodiscard]] static std::size_t count(const std::byte* row, std::size_t dim) noexcept {
        bitmap_reader<Code> bits{row, nullptr, nullptr, 1};
        return dim <= 64 ? static_cast<std::size_t>(std::popcount(bits.next_bits(dim))) : count_words(bits, dim);
    }
    [[nodiscard, gnu::noinline]] static std::size_t count_words(bitmap_reader<Code> bits, std::size_t dim) noexcept {
        std::size_t sum = 0;
        for (; dim > 64; dim -= 64) sum += static_cast<std::size_t>(std::popcount(bits.next_bits(64)));
        return sum + static_cast<std::size_t>(std::popcount(bits.next_bits(dim)));
    }
    static void write_bits(std::span<const float> row, std::byte* out) noexcept {
        for (std::size_t c = 0; c < row.size(); ++c)
            if (row[c] != 0) out[c / 8] |= std::byte{1} << (c % 8);
    }
};

/// *Precondition:* dim is at most 2^(8 sizeof(Column)).
template <value_code Code, class Column = std::uint8_t>
struct column_form : detail::coded<Code> {
    static constexpr std::size_t pair_bytes = sizeof(Column) + size_of(Code);
    static constexpr std::size_t most_columns = std::size_t{1} << (8 * sizeof(Column));
    [[nodiscard]] static constexpr std::size_t smallest_step() noexcept { return pair_bytes; }
    [[nodiscard]] static std::string name() { return "columns" + std::to_string(8 * sizeof(Column)); }
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t) noexcept {
        return scale_bytes(Code) + 2 * sizeof(Column);
    }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t, std::size_t nonzero) noexcept {
        return scale_bytes(Code) + nonzero * pair_bytes;
    }

    /// A row whose first two columns are equal lies elsewhere; one of a single column has no second, and always fits.
    [[nodiscard]] static bool marks_overflow(const std::byte* row, std::size_t dim, std::size_t) noexcept {
        return dim > 1 && std::memcmp(row + scale_bytes(Code), row + scale_bytes(Code) + sizeof(Column), sizeof(Column)) == 0;
    }
    static void mark_overflow(std::span<const float>, std::byte*) noexcept {}  // zeros are equal columns

    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        const std::size_t pairs = count(out.size(), row.size());
        std::byte* columns = frozen::detail::write_scale<Code>(scale, out.data());
        std::byte* values = columns + pairs * sizeof(Column);
        const auto put = [&](std::size_t c) {
            const auto column = static_cast<Column>(c);
            std::memcpy(columns, &column, sizeof column);
            encode_value<Code>(row[c], from_bfloat(scale), values);
            columns += sizeof(Column);
            values += size_of(Code);
        };
        std::size_t used = 0;
        for (std::size_t c = 0; c < row.size(); ++c)
            if (row[c] != 0) {
                put(c);
                ++used;
            }
        for (std::size_t c = 0; c < row.size() && used < pairs; ++c)
            if (row[c] == 0) {
                put(c);
                ++used;
            }
    }
    [[nodiscard]] static column_list<Code, Column> read(std::span<const std::byte> row, std::size_t dim,
                                                        bool = false) noexcept {
        const std::size_t pairs = count(row.size(), dim);
        const std::byte* columns = row.data() + scale_bytes(Code);
        return {columns, columns + pairs * sizeof(Column), pairs, decode_scale<Code>(row.data())};
    }
    [[nodiscard]] static const char* defect(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < bytes(dim, 0)) return "it is too short for its scale";
        const auto list = read(row, dim);
        std::uint64_t seen[most_columns / 64 < 4 ? 1 : most_columns / 64];
        const std::size_t words = (dim + 63) / 64;
        for (std::size_t w = 0; w < words; ++w) seen[w] = 0;
        for (std::size_t i = 0; i < list.count; ++i) {
            const std::size_t c = list.column(i);
            if (c >= dim) return "it has a value in a column beyond the last one";
            if ((seen[c / 64] >> (c % 64) & 1) != 0) return "it has two values in one column";
            seen[c / 64] |= std::uint64_t{1} << (c % 64);
        }
        return nullptr;
    }
    [[nodiscard]] static float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < bytes(dim, 0) || dim > 256) return NAN;
        const auto list = read(row, dim);
        const std::size_t different = dim <= 64 ? columns_below<1>(list, dim) : columns_below<4>(list, dim);
        if (different != list.count) return NAN;
        return squared_length(value_run<Code>{list.values, list.count, list.scale});
    }

private:
    /// How many different columns below dim, of which there are at most 64 a word.
    template <std::size_t Words>
    [[nodiscard]] static std::size_t columns_below(const column_list<Code, Column>& list, std::size_t dim) noexcept {
        std::uint64_t seen[Words]{};
        for (std::size_t i = 0; i < list.count; ++i) {
            const std::size_t c = list.column(i);
            seen[c / 64 % Words] |= std::uint64_t{c < dim} << (c % 64);
        }
        std::size_t different = 0;
        for (const std::uint64_t word : seen) different += static_cast<std::size_t>(std::popcount(word));
        return different;
    }
    /// Pairs in a row of that many bytes; what is left over is too short for one.
    [[nodiscard]] static std::size_t count(std::size_t bytes, std::size_t dim) noexcept {
        const std::size_t pairs = (bytes - scale_bytes(Code)) / pair_bytes;
        return pairs < dim ? pairs : dim;
    }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
