// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/entity_id.hpp>

#include "support/catch.hpp"

#include <cstdint>

namespace entity_id_test {

namespace {
enum class item_id : std::uint32_t {};
}

TEST_CASE("to_index is the number that an id stands for") {
    REQUIRE(pleach::to_index(std::uint8_t{255}) == 255);
    REQUIRE(pleach::to_index(item_id{4294967295u}) == 4294967295u);
    REQUIRE(pleach::to_index(std::uint64_t{1} << 40) == std::size_t{1} << 40);
}

TEST_CASE("an id type can tell as many entities apart as it has values") {
    STATIC_REQUIRE(pleach::most_entities<std::uint8_t> == 256);
    STATIC_REQUIRE(pleach::most_entities<item_id> == std::uint64_t{1} << 32);
    STATIC_REQUIRE(pleach::most_entities<std::uint64_t> == ~std::uint64_t{0});
}

}  // namespace entity_id_test
