// SPDX-License-Identifier: Apache-2.0
#include <pleach/learn/penalty.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace {

template <class Penalty>
void require_slope(const Penalty& penalty) {
    for (const double z : {-0.04, -0.011, -0.002, 0.0, 0.003, 0.02, 0.5}) {
        const double h = 1e-6, difference = (penalty.value(z + h) - penalty.value(z - h)) / (2 * h);
        CAPTURE(z);
        REQUIRE(penalty.slope(z) == tests::approx(difference).epsilon(1e-5).margin(1e-7));
    }
}

}  // namespace

TEST_CASE("the gradients of penalties are their differences") {
    require_slope(pleach::squared_norm{.weight = 0.3});
    require_slope(pleach::tanh_density{.weight = 0.7});
    require_slope(pleach::tanh_density{.weight = 2, .eta = 5});
}

TEST_CASE("a penalty is summed over rows and added to the gradient") {
    const auto rows = tests::normal_table<double>(3, 5);
    pleach::matrix<double> gradient(3, 5);
    gradient.row(1)[2] = 10;
    const double total = pleach::penalize(pleach::squared_norm{.weight = 0.5}, rows.rows(), gradient.view());
    double expected = 0;
    for (std::uint32_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 5; ++c) {
            expected += 0.5 * rows.row(r)[c] * rows.row(r)[c];
            REQUIRE(gradient.row(r)[c] == tests::approx(rows.row(r)[c] + (r == 1 && c == 2 ? 10 : 0)));
        }
    REQUIRE(total == tests::approx(expected));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::penalize(pleach::squared_norm{}, rows.rows(), pleach::matrix<double>(2, 5).view()),
                                 std::invalid_argument, "the rows are 3 x 5, but the gradient is 2 x 5");
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
