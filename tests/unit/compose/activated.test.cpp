// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/activated.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

TEST_CASE("an activated row is the function of each value, and its gradient is multiplied by the slope there") {
    const auto base = tests::normal_table<double>(4, 3);
    auto table = pleach::activate<pleach::hyperbolic_tangent>(base);
    std::vector<double> row(3);
    table.lookup(2, row);
    auto gradient = table.make_gradient();
    const std::vector<double> upstream{1, -2, 0.5};
    table.accumulate(2, upstream, gradient);
    for (std::size_t c = 0; c < 3; ++c) {
        REQUIRE(row[c] == tests::approx(std::tanh(base.row(2)[c])));
        REQUIRE(gradient.row(2)[c] == tests::approx(upstream[c] * (1 - row[c] * row[c])));
    }
    REQUIRE(gradient.touched().size() == 1);
}
