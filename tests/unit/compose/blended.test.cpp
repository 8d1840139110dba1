// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/blended.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

TEST_CASE("a blended row is the share of one row and the rest of the other, and so is its gradient") {
    const auto first = tests::normal_table<double>(4, 3, 1), second = tests::normal_table<double>(4, 3, 2);
    const pleach::blended table(first, second, 0.25);
    std::vector<double> row(3);
    table.lookup(3, row);
    auto gradient = table.make_gradient();
    const std::vector<double> upstream{1, -2, 0.5};
    table.accumulate(3, upstream, gradient);
    for (std::size_t c = 0; c < 3; ++c) {
        REQUIRE(row[c] == tests::approx(0.25 * first.row(3)[c] + 0.75 * second.row(3)[c]));
        REQUIRE(gradient.first.row(3)[c] == tests::approx(0.25 * upstream[c]));
        REQUIRE(gradient.second.row(3)[c] == tests::approx(0.75 * upstream[c]));
    }
}
