// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/any_frozen_table.hpp>

#include "support/catch.hpp"

namespace any_frozen_table_test {

// What it does is tested in erased_table.test.cpp and, for every kind of file, in io/open_any.test.cpp.
TEST_CASE("a table without its type is a table that ranks and scores itself") {
    STATIC_REQUIRE(pleach::enumerable_table<pleach::any_frozen_table>);
    STATIC_REQUIRE(pleach::ranks_itself<pleach::any_frozen_table>);
    STATIC_REQUIRE(pleach::scores_itself<pleach::any_frozen_table>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<pleach::any_frozen_table>);
}

}  // namespace any_frozen_table_test
