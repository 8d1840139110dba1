// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/index_map.hpp>

#include "support/catch.hpp"

#include <set>
#include <vector>

namespace index_map_test {

using namespace pleach;

TEST_CASE("the balanced pair tells entities apart exactly when blocks are no longer than buckets are many") {
    for (const std::size_t entities : {1u, 7u, 100u, 101u, 2500u, 70839u})
        for (const std::size_t buckets : {1u, 10u, 50u, 500u, 1000u}) {
            const remainder_map p(buckets);
            const auto q = quotient_map::for_entities(entities, buckets);
            std::set<std::pair<std::size_t, std::size_t>> pairs;
            std::vector<std::size_t> members_of_p(buckets), members_of_q(q.rows());
            for (std::size_t x = 0; x < entities; ++x) {
                REQUIRE(p(x) < p.rows());
                REQUIRE(q(x) < q.rows());
                pairs.emplace(p(x), q(x));
                ++members_of_p[p(x)];
                ++members_of_q[q(x)];
            }
            CAPTURE(entities, buckets, q.block());
            REQUIRE((pairs.size() == entities) == (q.block() <= buckets || entities <= buckets));
            REQUIRE(q.rows() <= buckets);
            for (const std::size_t count : members_of_p)
                REQUIRE((count == entities / buckets || count == (entities + buckets - 1) / buckets));
            for (std::size_t r = 0; r + 1 < q.rows(); ++r) REQUIRE(members_of_q[r] == q.block());
        }
    // Gowalla in 1,000 buckets, by hand: blocks of 71, of which 998 are addressed.
    REQUIRE(quotient_map::for_entities(70839, 1000).block() == 71);
    REQUIRE(quotient_map::for_entities(70839, 1000).rows() == 998);
}

TEST_CASE("digits tell all entities apart, and are those of the number") {
    const digit_map low(7, 0), middle(7, 1), high(7, 2);
    std::set<std::vector<std::size_t>> seen;
    for (std::size_t x = 0; x < 343; ++x) {
        REQUIRE(low(x) + 7 * middle(x) + 49 * high(x) == x);
        seen.insert({low(x), middle(x), high(x)});
    }
    REQUIRE(seen.size() == 343);
}

TEST_CASE("maps that grow move no old entity") {
    const remainder_map remainder(10);
    const quotient_map quotient(10, 8);
    const hashed_map hash(10, 5), same_hash(10, 5), other_hash(10, 6);
    std::size_t moved = 0;
    for (std::uint64_t x = 0; x < 80; ++x) {
        REQUIRE(quotient(x) < quotient.rows());
        REQUIRE(hash(x) == same_hash(x));
        moved += hash(x) != other_hash(x);
    }
    REQUIRE(moved > 40);
    REQUIRE(remainder(~std::uint64_t{0}) < 10);
    REQUIRE(hash(~std::uint64_t{0}) < 10);
}

TEST_CASE("hashes fill buckets evenly, and are the same everywhere") {
    const hashed_map hash(64, 1);
    std::vector<double> counts(64);
    for (std::uint64_t x = 0; x < 64000; ++x) counts[hash(x)] += 1;
    double chi_squared = 0;
    for (const double count : counts) chi_squared += (count - 1000) * (count - 1000) / 1000;
    REQUIRE(chi_squared < 110);  // 63 degrees of freedom: beyond this once in ten thousand
    REQUIRE(chi_squared > 25);
}

TEST_CASE("permuted maps permute") {
    for (const std::size_t entities : {1u, 2u, 5u, 64u, 1000u}) {
        const permuted_map map(identity_map(entities), entities, 9);
        std::vector<bool> hit(entities);
        std::size_t fixed = 0;
        for (std::size_t x = 0; x < entities; ++x) {
            REQUIRE(map(x) < entities);
            REQUIRE_FALSE(hit[map(x)]);
            hit[map(x)] = true;
            fixed += map(x) == x;
        }
        if (entities == 1000) REQUIRE(fixed < 10);
    }
}

TEST_CASE("permuted maps are the same in every version, or old files would be read wrongly") {
    // Powers of four fill their network exactly; the last one does not.
    const std::vector<std::pair<std::size_t, std::vector<std::size_t>>> known{
        {4, {3, 0, 2, 1}},
        {16, {0, 11, 4, 15, 8, 6, 5, 10}},
        {64, {3, 32, 18, 17, 48, 23, 20, 45}},
        {256, {21, 202, 40, 33, 196, 39, 49, 93}},
        {1000, {53, 820, 660, 147, 247, 240, 113, 401}},
    };
    for (const auto& [entities, rows] : known) {
        const permuted_map map(identity_map(entities), entities, 9);
        for (std::size_t x = 0; x < rows.size(); ++x) REQUIRE(map(x) == rows[x]);
    }
}

TEST_CASE("a split map keeps both sides apart, and without a border is the map itself") {
    const split_map<remainder_map> sides(30, remainder_map(4), remainder_map(5));
    REQUIRE(sides.rows() == 9);
    for (std::uint64_t x = 0; x < 80; ++x) REQUIRE(sides(x) == (x < 30 ? x % 4 : 4 + (x - 30) % 5));
    const split_map<remainder_map> all(remainder_map(7));
    REQUIRE(all.rows() == 7);
    for (std::uint64_t x = 0; x < 80; ++x) REQUIRE(all(x) == x % 7);
}

TEST_CASE("a split map whose first map would have no entity is refused") {
    REQUIRE_THROWS_WITH_SENTENCE(split_map<remainder_map>(0, remainder_map(4), remainder_map(5)), std::invalid_argument,
                                 "the border is 0");
}

TEST_CASE("maps without buckets are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(remainder_map(0), std::invalid_argument, "pleach::remainder_map: there are 0 buckets");
    REQUIRE_THROWS_WITH_SENTENCE(hashed_map(0), std::invalid_argument, "pleach::hashed_map: there are 0 buckets");
    REQUIRE_THROWS_WITH_SENTENCE(quotient_map::for_entities(10, 0), std::invalid_argument, "pleach::quotient_map");
    REQUIRE_THROWS_WITH_SENTENCE(digit_map(1000, 7), std::invalid_argument, "beyond 64 bits");
}

}  // namespace index_map_test
