// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/xavier.hpp>

#include "support/catch.hpp"
#include "unit/init/fills.hpp"

namespace xavier_test {

using pleach::matrix;
using pleach::random_stream;
using tests::filled;

TEST_CASE("Xavier fills give the golden numbers, uniform ones to the bit") {
    tests::require_bits(filled<float>(pleach::xavier_uniform{}, 6, 5, tests::golden_stream()),
                        tests::golden_fill("xavier_uniform"));
    tests::require_values(filled<double>(pleach::xavier_normal{}, 6, 5, tests::golden_stream()),
                          tests::golden_fill("xavier_normal"));
}

TEST_CASE("a uniform Xavier fill has the bound and the variance of its formula") {
    const auto u = filled<double>(pleach::xavier_uniform{.gain = 2}, 3000, 10, random_stream(1));
    const double bound = 2 * std::sqrt(6.0 / 3010);
    double sum = 0, square = 0;
    for (const double x : u.elements()) {
        REQUIRE(std::abs(x) <= bound);
        sum += x;
        square += x * x;
    }
    REQUIRE(std::abs(sum / 30000) < 0.02 * bound);
    REQUIRE(square / 30000 == tests::approx(bound * bound / 3).epsilon(0.02));
}

}  // namespace xavier_test
