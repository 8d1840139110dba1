// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/power_law.hpp>

#include "support/catch.hpp"
#include "unit/init/fills.hpp"

namespace power_law_test {

using pleach::matrix;
using pleach::random_stream;
using tests::filled;

TEST_CASE("power law fills give the golden numbers") {
    tests::require_values(filled<double>(pleach::power_law{}, 6, 5, tests::golden_stream()), tests::golden_fill("power_law"));
}

TEST_CASE("a power law shrinks column by column") {
    const auto m = filled<double>(pleach::power_law{.deviation = 1, .exponent = 1}, 20, 4, random_stream(1));
    const auto flat = filled<double>(pleach::power_law{.deviation = 1, .exponent = 0}, 20, 4, random_stream(1));
    for (std::size_t r = 0; r < 20; ++r)
        for (std::size_t c = 0; c < 4; ++c) REQUIRE(m.row(r)[c] * static_cast<double>(c + 1) == tests::approx(flat.row(r)[c]));
}

TEST_CASE("an exponent below zero is refused before anything is written") {
    matrix<float> m(2, 2);
    REQUIRE_THROWS_WITH_SENTENCE((pleach::power_law{.exponent = -2}.fill(m.view(), random_stream(1))), std::invalid_argument,
                                 "exponent is -2");
    REQUIRE(m == matrix<float>(2, 2));
}

}  // namespace power_law_test
