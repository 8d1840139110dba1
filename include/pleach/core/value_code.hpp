// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a value is stored in a file or a frozen table: as a float or in fewer bits.
///
/// | code | bytes per value | largest error of a value v in a row with largest magnitude m |
/// |---|---|---|
/// | f32 | 4 | 0 |
/// | f16 | 2 | 2^-11 v (IEEE binary16; for magnitudes from 2^-14 to 65504) |
/// | bf16 | 2 | 2^-8 v (the upper half of a float) |
/// | i8 | 1, plus 2 per row | m / 252 (an integer from -127 to 127 times the row's scale, a bf16) |
///
/// Conversions round to nearest, ties to even.

#include <pleach/config.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace pleach {
inline namespace PLEACH_ABI {

enum class value_code : std::uint8_t { f32, f16, bf16, i8 };

/// Bytes of one value.
[[nodiscard]] constexpr std::size_t size_of(value_code code) noexcept {
    return code == value_code::f32 ? 4 : code == value_code::i8 ? 1 : 2;
}

/// Bytes of the scale that precedes the values of a row; 0 if the code has none.
[[nodiscard]] constexpr std::size_t scale_bytes(value_code code) noexcept { return code == value_code::i8 ? 2 : 0; }

[[nodiscard]] constexpr std::string_view name_of(value_code code) noexcept {
    constexpr std::string_view names[] = {"f32", "f16", "bf16", "i8"};
    return names[static_cast<std::size_t>(code)];
}

/// The largest error of a value, relative to the largest magnitude in its row.
[[nodiscard]] constexpr double relative_error(value_code code) noexcept {
    constexpr double errors[] = {0, 1.0 / 2048, 1.0 / 256, 1.0 / 252};
    return errors[static_cast<std::size_t>(code)];
}

/// The smallest and largest of the rows' largest magnitudes. Rows of zeros do not count: every code stores them exactly.
struct magnitude_range {
    float least = 1;
    float most = 1;
};

/// Decodes an IEEE half.
[[nodiscard]] inline float from_half(std::uint16_t bits) noexcept {
#if defined(__F16C__)
    return _cvtsh_ss(bits);
#else
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
    const std::uint32_t exponent = bits >> 10U & 31U, fraction = bits & 0x3ffU;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000U | fraction << 13U);
    if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112U) << 23U | fraction << 13U);
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;  // exact
    return sign != 0 ? -magnitude : magnitude;
#endif
}

/// The nearest IEEE half; infinity for magnitudes from 65520, NaN for NaN.
[[nodiscard]] inline std::uint16_t to_half(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16U & 0x8000U, magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
    if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);
    if (magnitude < 0x38800000U) {  // below 2^-14: a multiple of 2^-24, which adding 0.5 rounds to
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U));
    }
    const std::uint32_t odd = magnitude >> 13U & 1U;
    return static_cast<std::uint16_t>(sign | ((magnitude + 0xfffU + odd - 0x38000000U) >> 13U));
}

/// Decodes a bfloat16.
[[nodiscard]] inline float from_bfloat(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

/// The nearest bfloat16; NaN for NaN.
[[nodiscard]] inline std::uint16_t to_bfloat(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>(bits >> 16U | 0x40U);
    return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16U & 1U)) >> 16U);
}

/// The scale of a row of i8 values: the smallest bf16 s with 127 s >= the largest magnitude; 0 for a row of zeros.
[[nodiscard]] inline std::uint16_t row_scale(std::span<const float> row) noexcept {
    float largest = 0;
    for (const float x : row) largest = largest < std::abs(x) ? std::abs(x) : largest;
    auto bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(largest / 127) >> 16U);
    while (from_bfloat(bits) * 127 < largest) ++bits;
    return bits;
}

/// As relative_error(code), for rows whose largest magnitudes are in the given range: larger if the code rounds the smallest of
/// them more coarsely (subnormals), infinite if it cannot represent the largest.
[[nodiscard]] inline double relative_error(value_code code, magnitude_range rows) noexcept {
    const double error = relative_error(code), least = static_cast<double>(rows.least);
    const auto at_least = [](double floor, double other, float largest) {
        return !std::isfinite(largest) ? HUGE_VAL : floor < other ? other : floor;
    };
    // Subnormals: halves below 2^-14 are multiples of 2^-24; bf16 values (and so scales) below 2^-126, of 2^-133.
    switch (code) {
        case value_code::f32:
            break;
        case value_code::f16:
            return at_least(error, 0x1p-25 / least, from_half(to_half(rows.most)));
        case value_code::bf16:
            return at_least(error, 0x1p-134 / least, from_bfloat(to_bfloat(rows.most)));
        case value_code::i8:
            return at_least(error, least < 0x1p-119 ? error + 0x1p-134 / least : 0,
                            127 * from_bfloat(row_scale({&rows.most, 1})));
    }
    return error;
}

/// Writes the value to size_of(Code) bytes; `scale` is that of the row, see row_scale().
template <value_code Code>
inline void encode_value(float value, [[maybe_unused]] float scale, std::byte* out) noexcept {
    const auto put = [out](auto stored) { std::memcpy(out, &stored, sizeof stored); };
    if constexpr (Code == value_code::f32)
        put(value);
    else if constexpr (Code == value_code::f16)
        put(to_half(value));
    else if constexpr (Code == value_code::bf16)
        put(to_bfloat(value));
    else
        put(static_cast<std::int8_t>(scale == 0 ? 0 : std::nearbyint(value / scale)));
}

/// Reads a value from size_of(Code) bytes, before multiplication by the row's scale (if any).
template <value_code Code>
[[nodiscard]] inline float decode_value(const std::byte* from) noexcept {
    const auto get = [from](auto stored) {
        std::memcpy(&stored, from, sizeof stored);
        return stored;
    };
    if constexpr (Code == value_code::f32)
        return get(float{});
    else if constexpr (Code == value_code::f16)
        return from_half(get(std::uint16_t{}));
    else if constexpr (Code == value_code::bf16)
        return from_bfloat(get(std::uint16_t{}));
    else
        return static_cast<float>(get(std::int8_t{}));
}

/// Reads the scale in front of a row's values; 1 if the code has none.
template <value_code Code>
[[nodiscard]] inline float decode_scale([[maybe_unused]] const std::byte* from) noexcept {
    if constexpr (scale_bytes(Code) == 0) {
        return 1;
    } else {
        std::uint16_t bits;
        std::memcpy(&bits, from, sizeof bits);
        return from_bfloat(bits);
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
