// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/assignments.hpp>

#include "support/catch.hpp"

#include <limits>

namespace assignments_test {

namespace {

void check(const pleach::matrix<std::uint32_t>& ids, const pleach::matrix<float>& weights, std::size_t codes) {
    pleach::check_assignment<float>(ids.view(), weights.view(), codes);
}

}  // namespace

TEST_CASE("an assignment is good as it is, and refused by its entity for each thing that can be wrong") {
    pleach::matrix<std::uint32_t> ids(3, 2);
    pleach::matrix<float> weights(3, 2);
    for (std::size_t x = 0; x < 3; ++x) ids.row(x)[1] = static_cast<std::uint32_t>(x + 1);
    REQUIRE_NOTHROW(check(ids, weights, 4));
    using wrong = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(check(ids, weights, 3), wrong, "entity 2 is assigned to row 3, but the codebook has 3 rows");
    REQUIRE_THROWS_WITH_SENTENCE(check(ids, weights, 1), wrong, "2 terms, but the codebook has 1 rows");
    REQUIRE_THROWS_WITH_SENTENCE(check(ids, weights, 0), wrong, "the codebook is empty");
    REQUIRE_THROWS_WITH_SENTENCE(check(ids, pleach::matrix<float>(3, 1), 4), wrong, "3 x 2 ids, but 3 x 1 weights");
    for (const float bad : {-1.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        weights.row(1)[0] = bad;
        REQUIRE_THROWS_WITH_SENTENCE(check(ids, weights, 4), wrong, "entity 1 has the weight");
    }
    weights.row(1)[0] = 0;
    ids.row(2)[0] = 3;
    REQUIRE_THROWS_WITH_SENTENCE(check(ids, weights, 4), wrong, "entity 2 is assigned to row 3 twice");
}

}  // namespace assignments_test
