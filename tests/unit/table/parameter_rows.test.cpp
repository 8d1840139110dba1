// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/parameter_rows.hpp>

#include "support/catch.hpp"

#include <array>

namespace parameter_rows_test {

using pleach::matrix_view;
using pleach::parameter_rows;

TEST_CASE("the rows of a matrix are seen with its stride") {
    std::array<float, 10> values{1, 2, 3, 0, 0, 4, 5, 6, 0, 0};
    const parameter_rows<float> rows(matrix_view<float>(values.data(), 2, 3, 5));
    REQUIRE_FALSE(rows.is_packed());
    REQUIRE(rows.count() == 6);
    REQUIRE(rows.row(1)[2] == 6);
    REQUIRE(rows.matrix().stride() == 5);
    rows.row(0)[0] = 9;
    REQUIRE(values[0] == 9);
    const parameter_rows<const float> read = matrix_view<float>(values.data(), 2, 3, 5);
    REQUIRE(read.is_shaped_like(rows));
}

TEST_CASE("packed rows have the lengths that their starts give, and are one column as a matrix") {
    std::array<float, 4> values{1, 2, 3, 4};
    const std::array<std::uint32_t, 4> starts{0, 3, 3, 4};
    const parameter_rows<float> rows(values.data(), starts, 7);
    REQUIRE(rows.is_packed());
    REQUIRE(rows.rows() == 3);
    REQUIRE(rows.cols() == 7);
    REQUIRE(rows.count() == 4);
    REQUIRE(rows.row(0).size() == 3);
    REQUIRE(rows.row(1).empty());
    REQUIRE(rows.row(2)[0] == 4);
    REQUIRE(rows.start(2) == 3);
    REQUIRE(rows.matrix().rows() == 4);
    REQUIRE(rows.matrix().cols() == 1);
    REQUIRE_FALSE(rows.is_shaped_like(parameter_rows<float>(matrix_view<float>(values.data(), 1, 4))));
}

}  // namespace parameter_rows_test
