// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/constant.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

TEST_CASE("a constant table reads as it is, shows its parameters as constants, and takes no gradient") {
    const auto base = tests::normal_table<float>(4, 3);
    pleach::constant table(base);
    std::vector<float> row(3);
    table.lookup(1, row);
    REQUIRE(std::ranges::equal(row, base.row(1)));
    auto gradient = table.make_gradient();
    table.accumulate(1, row, gradient);
    REQUIRE(gradient.touched().empty());
    std::size_t shown = 0;
    table.for_each_parameter(gradient, [&](const pleach::parameter<float>& p) {
        REQUIRE(p.role == pleach::role::constants);
        ++shown;
    });
    std::as_const(table).for_each_parameter([&](const pleach::stored_parameter<float>& p) {
        REQUIRE(p.role == pleach::role::constants);
        ++shown;
    });
    REQUIRE(shown == 2);
}
