// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/copy_values.hpp>

#include "support/catch.hpp"

#include <array>
#include <cmath>

namespace copy_values_test {

using namespace pleach::detail;

TEST_CASE("values are copied within one array as if they had been read before any was written") {
    std::array<int, 5> values{1, 2, 3, 4, 5};
    copy_values(std::span<const int>(values.data(), 4), std::span<int>(values.data() + 1, 4));
    REQUIRE(values == std::array<int, 5>{1, 1, 2, 3, 4});
}

TEST_CASE("values of another type are converted one by one, and what lies behind them stays") {
    const std::array<double, 2> from{1.5, -2.25};
    std::array<float, 3> to{7, 8, 9};
    copy_values(from, std::span<float>(to));
    REQUIRE(to == std::array<float, 3>{1.5F, -2.25F, 9});
}

TEST_CASE("filled values are all the same, and equality looks at every value and at the length") {
    std::array<float, 3> some{1, 2, 3};
    fill_values(std::span<float>(some), 4.0F);
    REQUIRE(some == std::array<float, 3>{4, 4, 4});
    const auto view = [&](std::size_t n) { return std::span<const float>(some.data(), n); };
    const std::array<float, 3> other{4, 4, 5};
    REQUIRE(equal_values(view(2), std::span<const float>(other.data(), 2)));
    REQUIRE_FALSE(equal_values(view(3), std::span<const float>(other)));
    REQUIRE_FALSE(equal_values(view(2), view(3)));
    some[1] = std::nanf("");
    REQUIRE_FALSE(equal_values(view(3), view(3)));  // as numbers, not as bits
}

}  // namespace copy_values_test
