// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dense rows of one to four bits per value: a scale of one or two bytes, then the level of each column (kernel/levels.hpp).
/// Of several scales around the row's root mean square, the one with the least squared error is kept. No error is guaranteed
/// (the largest value of a row may lie beyond the last level); measure what this costs a ranking (often little).

#include <pleach/frozen/form.hpp>
#include <pleach/kernel/levels.hpp>

#include <algorithm>

namespace pleach {
inline namespace PLEACH_ABI {

namespace frozen {

/// A bf16.
struct two_byte_scale {
    static constexpr std::size_t size = 2;
    static constexpr const char* suffix = "";
    /// The nearest representable scale, as a bf16.
    [[nodiscard]] static std::uint16_t nearest(float scale) noexcept { return to_bfloat(scale); }
    static void write(std::uint16_t scale, std::byte* out) noexcept { std::memcpy(out, &scale, size); }
    [[nodiscard]] static float read(const std::byte* from) noexcept { return decode_scale<value_code::i8>(from); }
};

/// A byte, for short rows (a second byte would take the place of two columns of 4 bits): six bits of exponent and two of
/// mantissa of a bf16, for scales from 1.25 * 2^-40 to 1.75 * 2^23, or zero. Smaller scales become 0, larger ones the
/// largest.
struct one_byte_scale {
    static constexpr std::size_t size = 1;
    static constexpr const char* suffix = "b";
    [[nodiscard]] static std::uint16_t nearest(float scale) noexcept {
        if (!(scale < from_bfloat(expanded(255)))) return expanded(255);
        const unsigned rounded = (static_cast<unsigned>(to_bfloat(scale)) + (1U << (dropped - 1))) >> dropped;
        return rounded <= first ? std::uint16_t{0} : expanded(rounded - first);
    }
    static void write(std::uint16_t scale, std::byte* out) noexcept {
        *out = static_cast<std::byte>(scale == 0 ? 0 : (static_cast<unsigned>(scale) >> dropped) - first);
    }
    [[nodiscard]] static float read(const std::byte* from) noexcept {
        return from_bfloat(expanded(static_cast<unsigned>(*from)));
    }

private:
    static constexpr unsigned dropped = 5, first = (127 - 40) << 2;
    [[nodiscard]] static std::uint16_t expanded(unsigned byte) noexcept {
        return byte == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>((byte + first) << dropped);
    }
};

namespace detail {

/// A scale that gives all values that has_level(value) admits exactly; 0 if none does.
template <unsigned Bits, class Scale, class HasLevel>
[[nodiscard]] std::uint16_t exact_scale(std::span<const float> row, HasLevel has_level) noexcept {
    float largest = 0;
    for (const float x : row)
        if (has_level(x)) largest = (std::max)(largest, std::abs(x));
    if (!(largest > 0)) return 0;
    for (std::size_t level = std::size_t{1} << (Bits - 1); level < std::size_t{1} << Bits; ++level) {
        const std::uint16_t scale = Scale::nearest(largest / normal_levels<Bits>[level]);
        const float step = from_bfloat(scale);
        const auto is_exact = [&](float x) {
            return !has_level(x) || x == step * normal_levels<Bits>[nearest_level<Bits>(x / step)];
        };
        if (step > 0 && std::ranges::all_of(row, is_exact)) return scale;
    }
    return 0;
}

/// Rounds the values that has_level(value) admits to a scale times their nearest levels, all to zero where that has the least
/// squared error; returns the scale. A row that can be stored exactly keeps its values.
template <unsigned Bits, class Scale, class HasLevel>
[[nodiscard]] std::uint16_t round_to_levels(std::span<float> row, HasLevel has_level) noexcept {
    if (const std::uint16_t scale = exact_scale<Bits, Scale>(row, has_level); scale != 0) return scale;
    double square = 0;  // in double, so that no square of a float overflows or underflows
    std::size_t count = 0;
    for (const float x : row)
        if (has_level(x)) {
            square += static_cast<double>(x) * static_cast<double>(x);
            ++count;
        }
    if (count == 0) return 0;
    const auto deviation = static_cast<float>(std::sqrt(square / static_cast<double>(count)));
    std::uint16_t best = 0;
    double least = square;  // the error of rounding the whole row to zero
    for (int step = 0; step < 20 && deviation > 0; ++step) {
        const std::uint16_t scale = Scale::nearest(deviation * (0.6F + 0.05F * static_cast<float>(step)));
        double error = 0;
        for (const float x : row)
            if (has_level(x)) {
                const double off = x - from_bfloat(scale) * normal_levels<Bits>[nearest_level<Bits>(x / from_bfloat(scale))];
                error += off * off;
            }
        if (error < least) {
            best = scale;
            least = error;
        }
    }
    for (float& x : row)
        if (has_level(x))
            x = best == 0 ? 0.0F : from_bfloat(best) * normal_levels<Bits>[nearest_level<Bits>(x / from_bfloat(best))];
    return best;
}

/// Sets level i in zeroed bytes.
template <unsigned Bits>
void put_level(std::span<std::byte> levels, std::size_t i, unsigned level) noexcept {
    for (unsigned bit = 0; bit < Bits; ++bit)
        levels[(Bits * i + bit) / 8] |= static_cast<std::byte>((level >> bit & 1U) << ((Bits * i + bit) % 8));
}

}  // namespace detail

template <unsigned Bits, class Scale>
struct level_form {
    static constexpr bool is_dense = true;
    static constexpr std::size_t most_columns = 65536;
    [[nodiscard]] static constexpr double error() noexcept { return 1; }
    [[nodiscard]] static std::string name() { return "dense"; }
    [[nodiscard]] static std::string code_name() { return "n" + std::to_string(Bits) + Scale::suffix; }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t dim, std::size_t) noexcept {
        return Scale::size + (Bits * dim + 7) / 8;
    }
    /// Rounds the row to its levels; returns the scale.
    [[nodiscard]] static std::uint16_t code_row(std::span<float> row) noexcept {
        return detail::round_to_levels<Bits, Scale>(row, [](float) { return true; });
    }
    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        Scale::write(scale, out.data());
        // A row of zeros gets the lowest positive level, so that its zeros have no sign.
        for (std::size_t c = 0; c < row.size(); ++c)
            detail::put_level<Bits>(out.subspan(Scale::size), c,
                                    scale == 0 ? 1U << (Bits - 1) : nearest_level<Bits>(row[c] / from_bfloat(scale)));
    }
    [[nodiscard]] static level_reader<Bits> read(std::span<const std::byte> row, std::size_t) noexcept {
        return {row.data() + Scale::size, Scale::read(row.data())};
    }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
