// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/schedule.hpp>

#include "support/catch.hpp"

namespace schedule_test {

using tests::approx;

TEST_CASE("a cosine schedule runs from initial to final and stays there") {
    const pleach::cosine_schedule s{.initial = 1, .final = 0.2, .steps = 100};
    REQUIRE(s.at(0) == 1);
    REQUIRE(s.at(50) == approx(0.6).epsilon(1e-12));
    REQUIRE(s.at(25) - s.at(50) == approx(0.4 * std::sqrt(0.5)).epsilon(1e-12));
    REQUIRE(s.at(100) == 0.2);
    REQUIRE(s.at(1000000) == 0.2);
    for (std::uint64_t t = 0; t < 110; ++t) REQUIRE(s.at(t + 1) <= s.at(t));
}

TEST_CASE("a cubic ramp falls fast first") {
    constexpr pleach::cubic_ramp s{.initial = 1, .final = 0.1, .begin = 10, .steps = 20};
    REQUIRE(s.at(0) == 1);
    REQUIRE(s.at(10) == 1);
    REQUIRE(s.at(20) == approx(0.1 + 0.9 / 8).epsilon(1e-14));
    REQUIRE(s.at(30) == 0.1);
    REQUIRE(s.at(31) == 0.1);
    for (std::uint64_t t = 10; t < 28; ++t) REQUIRE(s.at(t) - s.at(t + 1) > s.at(t + 1) - s.at(t + 2));
}

TEST_CASE("a schedule of no steps is over at once") {
    REQUIRE(pleach::cosine_schedule{.initial = 3, .final = 2, .steps = 0}.at(0) == 2);
    REQUIRE(pleach::cubic_ramp{.initial = 3, .final = 2, .begin = 5, .steps = 0}.at(5) == 2);
    REQUIRE(pleach::cubic_ramp{.initial = 3, .final = 2, .begin = 5, .steps = 0}.at(4) == 3);
}

}  // namespace schedule_test
