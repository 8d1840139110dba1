// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/any_map.hpp>

#include "support/catch.hpp"

#include <string>

namespace any_map_test {

namespace {

pleach::frozen::any_map read_back(const auto& map) {
    return pleach::frozen::from_metadata<pleach::frozen::any_map>(pleach::frozen::to_metadata(map)).value();
}

void require_same(const auto& map) {
    const pleach::frozen::any_map any = read_back(map);
    REQUIRE(any.rows() == map.rows());
    for (std::uint64_t entity = 0; entity < 30; ++entity) REQUIRE(any(entity) == map(entity));
}

}  // namespace

TEST_CASE("each map of the library is read without its type, and leads to the same rows") {
    require_same(pleach::identity_map(30));
    require_same(pleach::remainder_map(7));
    require_same(pleach::hashed_map(9, 5));
    require_same(pleach::split_map(12, pleach::remainder_map(5), pleach::remainder_map(4)));
    require_same(pleach::permuted_map(pleach::remainder_map(7), 30, 3));
}

TEST_CASE("a map keeps its own type, which a visitor sees") {
    const auto any = read_back(pleach::remainder_map(7));
    REQUIRE(any.visit([]<class Map>(const Map&) { return std::is_same_v<Map, pleach::remainder_map>; }));
    REQUIRE(any.reach(5) == 5);
    REQUIRE(any.reach(100) == 7);
}

TEST_CASE("words that name no map of the library, and maps that are nested too deep, are none") {
    const auto is_map = [](const std::string& text) {
        return pleach::frozen::from_metadata<pleach::frozen::any_map>(text).has_value();
    };
    REQUIRE(is_map("all remainder 7"));
    REQUIRE_FALSE(is_map("mine 7"));
    REQUIRE_FALSE(is_map("remainder"));
    REQUIRE_FALSE(is_map(""));
    REQUIRE_FALSE(is_map("split 0 identity 1 identity 2"));
    std::string deep;
    for (int i = 0; i < 20; ++i) deep += "all ";
    REQUIRE_FALSE(is_map(deep + "remainder 7"));
}

}  // namespace any_map_test
