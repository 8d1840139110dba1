// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/forms/bitmap.hpp>

#include "support/catch.hpp"

namespace bitmap_test {

using form = pleach::frozen::bitmap_level_form<4>;

TEST_CASE("a sparse row of levels takes a bit per column, a byte of scale, and half a byte per value") {
    REQUIRE(form::bytes(64, 6) == 8 + 1 + 3);
    REQUIRE(form::bytes(64, 7) == 8 + 1 + 4);
    REQUIRE(form::bytes(65, 0) == 9 + 1);
}

TEST_CASE("levels are fitted to the values of a row alone, and its zeros stay zeros") {
    std::vector<float> sparse(64), dense{1.5F, -0.7F, 0.4F, 0.9F};
    sparse[3] = 1.5F, sparse[17] = -0.7F, sparse[40] = 0.4F, sparse[63] = 0.9F;
    const std::uint16_t scale = form::code_row(sparse);
    REQUIRE(scale == (pleach::frozen::level_form<4, pleach::frozen::one_byte_scale>::code_row(dense)));
    REQUIRE(std::ranges::count(sparse, 0.0F) == 60);
    REQUIRE(sparse[3] == dense[0]);
    REQUIRE(sparse[63] == dense[3]);
}

TEST_CASE("a row whose values are too small for every scale is a row of zeros") {
    std::vector<float> row(8);
    row[2] = 1e-20F;
    REQUIRE(form::code_row(row) == 0);
    REQUIRE(row == std::vector<float>(8));
}

}  // namespace bitmap_test
