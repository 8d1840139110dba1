// SPDX-License-Identifier: Apache-2.0

#include <pleach/prune/scope.hpp>

#include "support/catch.hpp"

namespace scope_test {

using pleach::scope;

TEST_CASE("scopes cut rows into ranges that cover them once") {
    REQUIRE(scope::table().ranges(7).size() == 1);
    REQUIRE(scope::table().ranges(7).front().last == 7);
    REQUIRE(scope::row().ranges(7).size() == 7);
    const auto groups = scope::row_groups({2, 5}).ranges(7);
    REQUIRE(groups.size() == 3);
    REQUIRE(groups[0].first == 0);
    REQUIRE(groups[1].first == 2);
    REQUIRE(groups[1].last == 5);
    REQUIRE(groups[2].last == 7);
}

TEST_CASE("group borders must increase from above 0 and lie within the rows") {
    REQUIRE_THROWS_WITH_SENTENCE(scope::row_groups({0}), std::invalid_argument, "must increase from above 0, but 0 follows 0");
    REQUIRE_THROWS_WITH_SENTENCE(scope::row_groups({3, 3}), std::invalid_argument, "3 follows 3");
    REQUIRE_THROWS_WITH_SENTENCE(scope::row_groups({7}).ranges(7), std::invalid_argument,
                                 "a group begins at row 7, but the table has only 7 rows");
}

}  // namespace scope_test
