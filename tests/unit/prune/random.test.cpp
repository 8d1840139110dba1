// SPDX-License-Identifier: Apache-2.0

#include <pleach/prune/random.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>

namespace random_test {

using pleach::masked;
using pleach::prune;
using pleach::random_entries;
using pleach::random_stream;

TEST_CASE("random pruning removes the exact number, by the stream alone") {
    masked one(tests::normal_table<float>(100, 20), tests::random_mask(100, 20, 0.8)), same = one, other = one;
    const std::size_t live = one.mask().count();
    REQUIRE(prune(one, random_entries{.fraction = 0.3, .stream = random_stream(1)}) ==
            static_cast<std::size_t>(0.3 * static_cast<double>(live)));
    prune(same, random_entries{.fraction = 0.3, .stream = random_stream(1)});
    prune(other, random_entries{.fraction = 0.3, .stream = random_stream(2)});
    REQUIRE(one == same);
    REQUIRE_FALSE(one.mask() == other.mask());
    REQUIRE(one.mask().is_subset_of(tests::random_mask(100, 20, 0.8)));
}

TEST_CASE("random pruning is even over the entries and blind to their size") {
    auto rows = tests::normal_table<float>(200, 50);
    for (std::uint32_t r = 0; r < 100; ++r)
        for (float& x : rows.row(r)) x *= 1000;
    masked table(rows);
    prune(table, random_entries{.fraction = 0.5, .stream = random_stream(1)});
    std::size_t upper = 0;
    for (std::size_t r = 0; r < 100; ++r) upper += table.mask().count_row(r);
    REQUIRE(std::abs(static_cast<double>(upper) - 2500) < 150);
}

TEST_CASE("a scope of rows holds for random pruning too") {
    masked table(tests::normal_table<float>(30, 10));
    prune(table, random_entries{.fraction = 0.7, .stream = random_stream(1), .where = pleach::scope::row()});
    for (std::size_t r = 0; r < 30; ++r) REQUIRE(table.mask().count_row(r) == 3);
}

TEST_CASE("a fraction outside [0, 1] is refused") {
    masked table(tests::normal_table<float>(3, 4));
    REQUIRE_THROWS_WITH_SENTENCE(prune(table, random_entries{.fraction = 2}), std::invalid_argument,
                                 "pleach::random_entries: fraction is 2");
}

}  // namespace random_test
