// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/given_rows.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"

#include <limits>

namespace given_rows_test {

using pleach::matrix;

namespace {

matrix<double> counted(std::size_t rows, std::size_t cols) {
    matrix<double> m(rows, cols);
    for (std::size_t i = 0; i < m.elements().size(); ++i) m.elements()[i] = static_cast<double>(i) - 7.25;
    return m;
}

}  // namespace

TEST_CASE("a table begins with the rows given, scaled and in its own precision") {
    STATIC_REQUIRE(pleach::initializer<pleach::given_rows<double>, float>);
    const matrix<double> rows = counted(5, 3);
    const pleach::dense_table<float> table(5, 3, pleach::given_rows{rows.view(), 0.5}, pleach::random_stream(1));
    for (std::uint32_t r = 0; r < 5; ++r)
        for (std::size_t c = 0; c < 3; ++c) CHECK(table.row(r)[c] == static_cast<float>(rows.row(r)[c] / 2));
}

TEST_CASE("given rows may lie in a wider matrix, and reach tables that recipes make") {
    const matrix<double> wide = counted(4, 6);
    const pleach::matrix_view<const double> part(wide.data() + 1, 4, 2, 6);
    const auto table = pleach::make_pep<float>({.rows = 4, .dim = 2, .first_slot = -15.0F}, pleach::given_rows{part},
                                               pleach::random_stream(3));
    for (std::uint32_t r = 0; r < 4; ++r)
        for (std::size_t c = 0; c < 2; ++c) CHECK(table.base().row(r)[c] == static_cast<float>(wide.row(r)[c + 1]));
}

TEST_CASE("given rows of another shape, and values that are not finite, are refused") {
    matrix<double> rows = counted(5, 3);
    matrix<float> table(5, 4), same(5, 3);
    const pleach::random_stream stream(1);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::given_rows{rows.view()}.fill(table.view(), stream), std::invalid_argument,
                                 "5 rows of 3 columns were given, but the table has 5 of 4");
    REQUIRE_THROWS_WITH_SENTENCE((pleach::given_rows{rows.view(), 1e39}.fill(same.view(), stream)), std::invalid_argument,
                                 "not finite");
    rows.row(2)[1] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::given_rows{rows.view()}.fill(same.view(), stream), std::invalid_argument,
                                 "row 2, column 1");
}

}  // namespace given_rows_test
