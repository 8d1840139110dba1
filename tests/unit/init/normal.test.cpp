// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/normal.hpp>

#include "support/catch.hpp"
#include "unit/init/fills.hpp"

namespace normal_test {

using pleach::matrix;
using pleach::random_stream;
using tests::filled;

TEST_CASE("normal fills give the golden numbers") {
    tests::require_values(filled<double>(pleach::normal{}, 6, 5, tests::golden_stream()), tests::golden_fill("normal"));
}

TEST_CASE("normal fills have the mean and the deviation that they name") {
    double sum = 0, square = 0;
    const auto z = filled<double>(pleach::normal{.mean = 1, .deviation = 3}, 3000, 10, random_stream(1));
    for (const double x : z.elements()) {
        sum += x;
        square += (x - 1) * (x - 1);
    }
    REQUIRE(sum / 30000 == tests::approx(1.0).epsilon(0.06));
    REQUIRE(square / 30000 == tests::approx(9.0).epsilon(0.03));
}

TEST_CASE("a deviation that makes no sense is refused before anything is written") {
    matrix<float> m(2, 2);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::normal{.deviation = -1}.fill(m.view(), random_stream(1)), std::invalid_argument,
                                 "normal: deviation is -1");
    REQUIRE_THROWS_AS(pleach::normal{.deviation = std::nan("")}.fill(m.view(), random_stream(1)), std::invalid_argument);
    REQUIRE(m == matrix<float>(2, 2));
}

}  // namespace normal_test
