// SPDX-License-Identifier: Apache-2.0
#include <pleach/learn/penalty.hpp>

#include "support/catch.hpp"

TEST_CASE("the slope of the penalty is its derivative") {
    for (const pleach::tanh_density penalty :
         {pleach::tanh_density{.weight = 0.7}, pleach::tanh_density{.weight = 2, .eta = 5}})
        for (const double z : {-0.04, -0.011, -0.002, 0.0, 0.003, 0.02, 0.5}) {
            const double h = 1e-6, difference = (penalty.value(z + h) - penalty.value(z - h)) / (2 * h);
            CAPTURE(z);
            REQUIRE(penalty.slope(z) == tests::approx(difference).epsilon(1e-5).margin(1e-7));
        }
}

TEST_CASE("the tanh term rewards values that are not zero, whatever their size") {
    const pleach::tanh_density penalty;
    REQUIRE(penalty.value(0.0) == 0);
    REQUIRE(penalty.value(0.1) == tests::approx(-1).epsilon(1e-6));
    REQUIRE(penalty.value(-7.0) == tests::approx(-1));
    REQUIRE(std::abs(penalty.slope(0.1)) < 1e-5);
}

TEST_CASE("CERP's weight halves after every epoch") {
    REQUIRE(pleach::halved_weight(1, 0) == 1);
    REQUIRE(pleach::halved_weight(1, 3) == 0.125);
    REQUIRE(pleach::halved_weight(1, 5000) == 0);
}
