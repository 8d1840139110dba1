// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/random_stream.hpp>
#include <pleach/core/value_code.hpp>

#include "support/catch.hpp"

#include <limits>
#include <vector>

namespace value_code_test {

using namespace pleach;

TEST_CASE("every half is read and written back, and is what the format says") {
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = from_half(half);
        const std::uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
        if (exponent == 31 && fraction != 0) {
            REQUIRE(std::isnan(value));
            REQUIRE(std::isnan(from_half(to_half(value))));
            continue;
        }
        const double magnitude = exponent == 31 ? std::numeric_limits<double>::infinity()
                                                : std::ldexp(exponent == 0 ? fraction : fraction + 1024.0,
                                                             static_cast<int>(exponent == 0 ? 1 : exponent) - 25);
        REQUIRE(static_cast<double>(value) == (bits >= 32768 ? -magnitude : magnitude));
        REQUIRE(to_half(value) == half);
    }
}

TEST_CASE("floats become the nearest half, ties the even one") {
    for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
        const float low = from_half(static_cast<std::uint16_t>(bits)), high = from_half(static_cast<std::uint16_t>(bits + 1));
        const float middle = low + (high - low) / 2;
        REQUIRE(to_half(middle) == (bits % 2 == 0 ? bits : bits + 1));
        REQUIRE(to_half(std::nextafter(middle, 0.0F)) == bits);
        REQUIRE(to_half(-std::nextafter(middle, 1e9F)) == (bits + 1 | 0x8000U));
    }
    REQUIRE(to_half(65519.0F) == 0x7bff);
    REQUIRE(to_half(65520.0F) == 0x7c00);
    REQUIRE(to_half(1e30F) == 0x7c00);
    REQUIRE(to_half(std::numeric_limits<float>::denorm_min()) == 0);
}

TEST_CASE("bfloat16 is the upper half of a float, rounded to even") {
    REQUIRE(from_bfloat(to_bfloat(1.0F)) == 1.0F);
    REQUIRE(to_bfloat(std::bit_cast<float>(0x3f808000U)) == 0x3f80);
    REQUIRE(to_bfloat(std::bit_cast<float>(0x3f818000U)) == 0x3f82);
    REQUIRE(to_bfloat(std::bit_cast<float>(0x3f808001U)) == 0x3f81);
    REQUIRE(std::isnan(from_bfloat(to_bfloat(std::numeric_limits<float>::quiet_NaN()))));
    REQUIRE(std::isinf(from_bfloat(to_bfloat(std::numeric_limits<float>::max()))));
}

TEST_CASE("a row's scale reaches its largest value, and no value is off by more than the code says") {
    const random_stream stream(4);
    std::vector<float> row(40);
    for (std::uint64_t trial = 0; trial < 500; ++trial) {
        float most = 0;
        for (std::size_t c = 0; c < row.size(); ++c) {
            row[c] =
                static_cast<float>((stream.uniform(trial, c) - 0.5) * std::pow(10.0, static_cast<double>(trial % 20) - 10));
            most = std::max(most, std::abs(row[c]));
        }
        const float scale = from_bfloat(row_scale(row));
        REQUIRE(scale * 127 >= most);
        for (const float x : row) {
            std::byte byte;
            encode_value<value_code::i8>(x, scale, &byte);
            REQUIRE(static_cast<double>(std::abs(decode_value<value_code::i8>(&byte) * scale - x)) <=
                    relative_error(value_code::i8) * static_cast<double>(most));
        }
    }
    REQUIRE(row_scale(std::vector<float>(3)) == 0);
}

}  // namespace value_code_test
