// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/part.hpp>

#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"

namespace part_test {

namespace {

enum class user_id : std::uint32_t {};
enum class item_id : std::uint32_t {};

template <class Id, class Map>
using rows = pleach::part<pleach::dense_table<float, Id>, Map>;
using pleach::identity_map;
using pleach::remainder_map;

}  // namespace

TEST_CASE("entities are named by the first part with a row for each, and served by it") {
    using namespace pleach::detail;
    static_assert(std::same_as<ids_of_parts<rows<item_id, remainder_map>, rows<user_id, identity_map>>::type, user_id>);
    static_assert(std::same_as<ids_of_parts<rows<item_id, remainder_map>>::type, std::uint32_t>);
    static_assert(serves_ids<rows<user_id, identity_map>, user_id> && !serves_ids<rows<user_id, identity_map>, item_id> &&
                  serves_ids<rows<item_id, remainder_map>, user_id> && serves_ids<rows<std::uint32_t, identity_map>, user_id>);
    static_assert(ids_of<user_id>::are_counted && !ids_of<pleach::any_id<user_id>>::are_counted);
    const pleach::part one{"P", pleach::dense_table<float, user_id>(3, 2), identity_map(3)};
    static_assert(std::same_as<std::remove_const_t<decltype(one)>, rows<user_id, identity_map>>);
    REQUIRE(one.name == "P");
}

}  // namespace part_test
