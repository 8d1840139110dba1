// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/collisions.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>

#include "support/catch.hpp"

TEST_CASE("Quotient and remainder tell all entities apart as long as blocks are no longer than buckets") {
    const auto unique = pleach::count_collisions(100, pleach::quotient_map::for_entities(100, 10), pleach::remainder_map(10));
    CHECK(unique == pleach::collision_counts{100, 100, 0, 1, {10, 10}});
    // 9 buckets: blocks of 12, so that x and x + 9 share both rows where they are in one block.
    const auto too_few = pleach::count_collisions(100, pleach::quotient_map::for_entities(100, 9), pleach::remainder_map(9));
    std::size_t pairs = 0;
    for (std::size_t x = 0; x < 100; ++x)
        for (std::size_t y = x + 1; y < 100; ++y) pairs += x / 12 == y / 12 && x % 9 == y % 9;
    CHECK(pairs > 0);
    CHECK(too_few.colliding_pairs == pairs);
    CHECK(too_few.distinct == 100 - pairs);
    CHECK(too_few.largest_group == 2);
}

TEST_CASE("Counting tells of rows that nobody leads to") {
    // The published example of dead rows: 8,000 buckets for 70,839 entities, of which blocks of 9 address 7,871.
    const pleach::quotient_map blocks(8000, 9);
    const auto counts = pleach::count_collisions(70839, blocks, pleach::remainder_map(8000));
    CHECK(counts.addressed == std::vector<std::size_t>{7871, 8000});
    CHECK(counts.colliding_pairs == 0);
}

TEST_CASE("One hash collides as often as chance has it") {
    const auto table =
        pleach::make_hashed<float>({.entities = 2000, .buckets = 100, .dim = 4}, pleach::normal{}, pleach::random_stream(1));
    const auto counts = pleach::count_collisions(table);
    CHECK(counts.distinct == 100);
    // 2000 * 1999 / 2 pairs, each with chance 1 / 100.
    CHECK(static_cast<double>(counts.colliding_pairs) == tests::approx(19990.0).epsilon(0.05));
    CHECK(pleach::count_collisions(0, pleach::remainder_map(3)) == pleach::collision_counts{0, 0, 0, 0, {0}});
}
