// SPDX-License-Identifier: Apache-2.0
#include <pleach/sparse/granularity.hpp>

#include "support/catch.hpp"

#include <set>
#include <utility>

namespace granularity_test {

namespace {

// The slots that the elements of 4 x 3 use; all are within the extents.
template <class Layout>
std::size_t slots_used(const Layout& layout) {
    const pleach::slot_extents extents = layout.extents(4, 3);
    std::set<std::pair<std::size_t, std::size_t>> used;
    for (std::size_t r = 0; r < 4; ++r)
        for (std::size_t c = 0; c < 3; ++c) {
            REQUIRE((layout.row(r) < extents.rows && layout.col(c) < extents.cols));
            used.emplace(layout.row(r), layout.col(c));
        }
    REQUIRE(used.size() == extents.rows * extents.cols);  // none is left over
    return used.size();
}

}  // namespace

TEST_CASE("every granularity uses all of its slots and no other") {
    const pleach::row_groups groups({0, 1, 0, 1});
    REQUIRE(slots_used(pleach::per_table{}) == 1);
    REQUIRE(slots_used(pleach::per_dim{}) == 3);
    REQUIRE(slots_used(pleach::per_row{}) == 4);
    REQUIRE(slots_used(pleach::per_element{}) == 12);
    REQUIRE(slots_used(pleach::per_group{groups}) == 2);
    REQUIRE(slots_used(pleach::per_group_and_dim{groups}) == 6);
}

TEST_CASE("rows of one group share a slot, and rows of two do not") {
    const pleach::per_group layout{pleach::row_groups({2, 0, 2})};
    REQUIRE(layout.row(0) == layout.row(2));
    REQUIRE(layout.row(0) != layout.row(1));
    REQUIRE(layout.groups.count() == 3);
}

TEST_CASE("groups of no rows, and of another number of rows than the table has, are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::row_groups({}), std::invalid_argument, "there are no rows");
    const pleach::per_group layout{pleach::row_groups({0, 1})};
    REQUIRE_NOTHROW(layout.check(2));
    REQUIRE_THROWS_WITH_SENTENCE(layout.check(3), std::invalid_argument, "2 rows have a group, but the table has 3 rows");
}

}  // namespace granularity_test
