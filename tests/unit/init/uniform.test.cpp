// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/uniform.hpp>

#include "support/catch.hpp"
#include "unit/init/fills.hpp"

namespace uniform_test {

using pleach::matrix;
using pleach::random_stream;
using tests::filled;

TEST_CASE("uniform fills give the golden numbers to the bit") {
    tests::require_bits(filled<float>(pleach::uniform{}, 6, 5, tests::golden_stream()), tests::golden_fill("uniform"));
    tests::require_bits(filled<double>(pleach::uniform{.low = -0.3, .high = 0.7}, 6, 5, tests::golden_stream()),
                        tests::golden_fill("uniform_double"));
}

TEST_CASE("bounds in the wrong order are refused before anything is written") {
    matrix<float> m(2, 2);
    REQUIRE_THROWS_WITH_SENTENCE((pleach::uniform{.low = 1, .high = 0}.fill(m.view(), random_stream(1))), std::invalid_argument,
                                 "high - low is -1");
    REQUIRE(m == matrix<float>(2, 2));
}

}  // namespace uniform_test
