// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/forms/level.hpp>

#include <pleach/core/random_stream.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>

namespace level_test {

using pleach::frozen::one_byte_scale;

namespace {

float kept(float scale) { return pleach::from_bfloat(one_byte_scale::nearest(scale)); }

}  // namespace

TEST_CASE("scales of one byte ascend, are written as their byte, and are their own nearest") {
    float before = -1;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const auto stored = static_cast<std::byte>(byte);
        const float scale = one_byte_scale::read(&stored);
        REQUIRE(scale > before);
        REQUIRE(kept(scale) == scale);
        std::byte again{};
        one_byte_scale::write(one_byte_scale::nearest(scale), &again);
        REQUIRE(again == stored);
        before = scale;
    }
    REQUIRE(before == std::ldexp(1.75F, 23));
}

TEST_CASE("a scale of one byte is an eighth off at most, and at the ends of its range zero or the largest") {
    for (float scale = 2e-12F; scale < 1.4e7F; scale *= 1.013F) REQUIRE(std::abs(kept(scale) - scale) <= scale / 8);
    REQUIRE(kept(0) == 0);
    REQUIRE(kept(1e-13F) == 0);
    REQUIRE(kept(1e30F) == std::ldexp(1.75F, 23));
    REQUIRE(kept(std::numeric_limits<float>::infinity()) == std::ldexp(1.75F, 23));
}

TEST_CASE("rows of very large and very small values keep them") {
    using form = pleach::frozen::level_form<4, pleach::frozen::two_byte_scale>;
    for (const float a : {1e-25F, 1.0F, 1e19F, 1e38F}) {
        std::vector<float> row(8, a);
        row[0] = -a;
        REQUIRE(form::code_row(row) != 0);
        CAPTURE(a, row[0], row[1]);
        REQUIRE(std::abs(row[1] / a - 1) < 0.1F);
        REQUIRE(std::abs(row[0] / a + 1) < 0.1F);
    }
}

TEMPLATE_TEST_CASE("rows that are stored exactly keep their values, whatever their levels", "",
                   (pleach::frozen::level_form<4, pleach::frozen::two_byte_scale>),
                   (pleach::frozen::level_form<4, one_byte_scale>), (pleach::frozen::level_form<3, one_byte_scale>),
                   (pleach::frozen::level_form<2, one_byte_scale>), (pleach::frozen::level_form<1, one_byte_scale>)) {
    const pleach::random_stream stream(3);
    for (std::size_t i = 0; i < 2000; ++i) {
        std::vector<float> row(1 + stream.below(20, i));
        for (std::size_t c = 0; c < row.size(); ++c)
            row[c] = static_cast<float>(stream.fork("row").uniform(i, c) - 0.5) * (i % 3 == 0 && c > 0 ? 0.05F : 1.0F);
        REQUIRE(TestType::code_row(row) != 0);
        std::vector<float> again = row;
        REQUIRE(TestType::code_row(again) != 0);
        REQUIRE(again == row);
    }
}

}  // namespace level_test
