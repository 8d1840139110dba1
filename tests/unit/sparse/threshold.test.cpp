// SPDX-License-Identifier: Apache-2.0
#include <pleach/sparse/threshold.hpp>

#include "support/catch.hpp"

#include <array>

namespace threshold_test {

namespace {

template <class Squash>
void require_slope_of_values() {
    for (const double s : {-6.0, -0.7, 0.3, 2.0}) {
        const double h = 1e-6;
        std::array<double, 3> x{s - h, s, s + h};
        Squash::values(std::span<double>(x));
        REQUIRE(x[1] >= 0);
        REQUIRE(Squash::slope(s, x[1]) == tests::approx((x[2] - x[0]) / (2 * h)).epsilon(1e-6));
    }
}

}  // namespace

TEST_CASE("the slopes of squashings are their derivatives, and their values thresholds") {
    require_slope_of_values<pleach::sigmoid>();
    require_slope_of_values<pleach::softplus>();
    require_slope_of_values<pleach::absolute_value>();
}

TEST_CASE("learned thresholds are the gain times the squashed slot, and so is their gradient") {
    pleach::learned_thresholds<double, pleach::per_dim, pleach::softplus> thresholds(4, 3, 0.5);
    thresholds.slots().row(0)[2] = -1;
    thresholds.set_gain(2);
    std::array<double, 2> tau{};
    thresholds.fill(3, 1, tau);
    REQUIRE(tau[0] == tests::approx(2 * std::log1p(std::exp(0.5))));
    REQUIRE(tau[1] == tests::approx(2 * std::log1p(std::exp(-1.0))));
    auto gradient = thresholds.make_gradient();
    const std::array<double, 2> upstream{1, 10};
    thresholds.accumulate(0, 1, tau, upstream, gradient);
    thresholds.accumulate(3, 1, tau, upstream, gradient);  // another row, the same slots
    REQUIRE(gradient.row(0)[0] == 0);
    REQUIRE(gradient.row(0)[1] == tests::approx(2 * 2 / (1 + std::exp(-0.5))));
    REQUIRE(gradient.row(0)[2] == tests::approx(20 * 2 / (1 + std::exp(1.0))));
}

TEST_CASE("thresholds below 0, slots without end and gains below 0 are refused with the number") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::fixed_threshold<float>(-0.5F), std::invalid_argument, "the threshold is -0.5");
    using learned = pleach::learned_thresholds<float>;
    REQUIRE_THROWS_WITH_SENTENCE(learned(2, 2, -std::numeric_limits<float>::infinity()), std::invalid_argument, "-inf");
    learned thresholds(2, 2, -3);
    REQUIRE_THROWS_WITH_SENTENCE(thresholds.set_gain(-1), std::invalid_argument, "the gain is -1");
    REQUIRE_THROWS_WITH_SENTENCE(thresholds.check(2, 3), std::invalid_argument, "of 2 x 2, but given one of 2 x 3");
}

}  // namespace threshold_test
