// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as a bit per column (column c is bit c % 8 of byte c / 8), padded to a multiple of the value size; a scale; and the
/// values whose bits are set, in a value code or as levels of two to four bits.

#include <pleach/frozen/forms/level.hpp>
#include <pleach/kernel/sparse_levels.hpp>
#include <pleach/table/packed_bytes.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {

/// The members of forms that begin with a bit per column. The form has prefix_bytes(dim), which covers the bits, and
/// bytes(dim, nonzero).
template <class Form>
struct rows_of_bits {
    static constexpr std::size_t most_columns = 65536;
    /// The bits say how many values there are, so padding of any size is harmless; 4 is what `compact` can use.
    [[nodiscard]] static constexpr std::size_t smallest_step() noexcept { return 4; }
    [[nodiscard]] static std::string name() { return "bitmap"; }

    /// The record of an overflow row has more bits set than it has room for values.
    [[nodiscard]] static bool marks_overflow(const std::byte* row, std::size_t dim, std::size_t stride) noexcept {
        return Form::bytes(dim, count(row, dim)) > stride;
    }
    static void mark_overflow(std::span<const float> row, std::byte* out) noexcept { write_bits(row, out); }
    [[nodiscard]] static const char* defect(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < Form::prefix_bytes(dim)) return "it is too short for its bits";
        if (is_beyond(row, dim)) return "a bit beyond its last column is set";
        return Form::bytes(dim, count(row.data(), dim)) > row.size() ? "it has more bits set than values" : nullptr;
    }

protected:
    [[nodiscard]] static std::size_t count(const std::byte* row, std::size_t dim) noexcept {
        std::size_t column = 0;
        return dim <= 64 ? static_cast<std::size_t>(std::popcount(pleach::detail::take_bits(row, column, dim)))
                         : count_words(row, dim);
    }
    /// Whether a bit beyond the last column is set. *Precondition:* the row has all its bits.
    [[nodiscard]] static bool is_beyond(std::span<const std::byte> row, std::size_t dim) noexcept {
        return dim % 8 != 0 && static_cast<unsigned>(row[dim / 8]) >> (dim % 8) != 0;
    }
    static void write_bits(std::span<const float> row, std::byte* out) noexcept {
        for (std::size_t c = 0; c < row.size(); ++c)
            if (row[c] != 0) out[c / 8] |= std::byte{1} << (c % 8);
    }

private:
    [[nodiscard, gnu::noinline]] static std::size_t count_words(const std::byte* row, std::size_t dim) noexcept {
        std::size_t sum = 0;
        for (std::size_t column = 0; column < dim;)
            sum += static_cast<std::size_t>(
                std::popcount(pleach::detail::take_bits(row, column, (std::min)(dim - column, std::size_t{64}))));
        return sum;
    }
};

}  // namespace detail

template <value_code Code>
struct bitmap_form : coded_values<Code>, detail::rows_of_bits<bitmap_form<Code>> {
    /// The bits, padded by up to three bytes to a multiple of the value size.
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t dim) noexcept {
        return bitmap_bytes(dim, size_of(Code));
    }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t nonzero) noexcept {
        return prefix_bytes(dim) + scale_bytes(Code) + nonzero * size_of(Code);
    }

    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        bitmap_form::write_bits(row, out.data());
        std::byte* at = bitmap_form::write_scale(scale, out.data() + prefix_bytes(row.size()));
        for (const float x : row)
            if (x != 0) {
                encode_value<Code>(x, from_bfloat(scale), at);
                at += size_of(Code);
            }
    }
    [[nodiscard]] static bitmap_reader<Code> read(std::span<const std::byte> row, std::size_t dim) noexcept {
        return read_row<false>(row, dim);
    }
    [[nodiscard]] static bitmap_reader<Code> read(padded_row row, std::size_t dim) noexcept { return read_row<true>(row, dim); }
    [[nodiscard]] static float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < prefix_bytes(dim) + scale_bytes(Code)) return NAN;
        const std::size_t nonzero = bitmap_form::count(row.data(), dim);
        if (bytes(dim, nonzero) > row.size()) return NAN;
        const float square = squared_length(value_run<Code>{read(row, dim).values, nonzero, read(row, dim).scale});
        return bitmap_form::is_beyond(row, dim) ? NAN : square;
    }

private:
    template <bool IsPadded>
    [[nodiscard, gnu::always_inline]] static bitmap_reader<Code> read_row(std::span<const std::byte> row,
                                                                          std::size_t dim) noexcept {
        const std::byte* after = row.data() + prefix_bytes(dim);
        const std::byte* values = after + scale_bytes(Code);
        // Vector loads shorter than half a padded row seldom reach beyond it; checking for the end then costs more than it
        // saves, unless the whole row fits in one load.
        constexpr std::size_t vector_bytes = lane_count<default_arch> * size_of(Code);
        const bool ends = !IsPadded || row.size() <= 2 * vector_bytes || (expands_four<default_arch> && row.size() <= 64);
        const std::byte* end = ends ? end_of_loads<Code>(values, row.data() + row.size()) : nullptr;
        return {row.data(), values, end, decode_scale<Code>(after), IsPadded};
    }
};

/// The values whose bits are set as levels, after the scale of level_form: values take at most a quarter of the bytes of halves.
/// Levels are fitted to these values alone; zeros stay zeros.
template <unsigned Bits, class Scale = one_byte_scale>
struct bitmap_level_form : detail::rows_of_bits<bitmap_level_form<Bits, Scale>> {
    [[nodiscard]] static constexpr double error() noexcept { return 1; }
    [[nodiscard]] static std::string code_name() { return level_form<Bits, Scale>::code_name(); }
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t dim) noexcept { return bitmap_bytes(dim, 1); }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t nonzero) noexcept {
        return prefix_bytes(dim) + Scale::size + (Bits * nonzero + 7) / 8;
    }

    [[nodiscard]] static std::uint16_t code_row(std::span<float> row) noexcept {
        return detail::round_to_levels<Bits, Scale>(row, [](float x) { return x != 0; });
    }
    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        bitmap_level_form::write_bits(row, out.data());
        const std::span<std::byte> after = out.subspan(prefix_bytes(row.size()));
        Scale::write(scale, after.data());
        std::size_t level = 0;
        for (const float x : row)
            if (x != 0)
                detail::put_level<Bits>(after.subspan(Scale::size), level++, nearest_level<Bits>(x / from_bfloat(scale)));
    }
    [[nodiscard]] static bitmap_level_reader<Bits> read(std::span<const std::byte> row, std::size_t dim) noexcept {
        const std::byte* scale = row.data() + prefix_bytes(dim);
        return {row.data(), scale + Scale::size, Scale::read(scale)};
    }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
