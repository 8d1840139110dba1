// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/soft_threshold.hpp>

#include "support/catch.hpp"

#include <array>
#include <cmath>

TEST_CASE("the soft threshold shrinks sizes by tau, and what is no larger becomes plus zero") {
    REQUIRE(pleach::soft_threshold(3.0, 1.0) == 2);
    REQUIRE(pleach::soft_threshold(-3.0, 1.0) == -2);
    for (const double v : {-1.0, -0.5, -0.0, 0.5, 1.0}) {
        REQUIRE(pleach::soft_threshold(v, 1.0) == 0);
        REQUIRE_FALSE(std::signbit(pleach::soft_threshold(v, 1.0)));
    }
    REQUIRE(std::isnan(pleach::soft_threshold(std::nan(""), 1.0)));
}

TEST_CASE("a gradient passes where a value is left, and pulls its threshold the other way by sign") {
    const std::array<float, 4> v{3, -3, 0.5F, -1}, tau{1, 1, 1, 1}, g{10, 20, 30, 40};
    std::array<float, 4> to_values{}, to_thresholds{};
    pleach::soft_threshold_gradient(v.data(), tau.data(), g.data(), to_values.data(), to_thresholds.data(), v.size());
    REQUIRE(to_values == std::array<float, 4>{10, 20, 0, 0});
    REQUIRE(to_thresholds == std::array<float, 4>{-10, 20, 0, 0});
}
