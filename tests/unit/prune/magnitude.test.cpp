// SPDX-License-Identifier: Apache-2.0

#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

#include <limits>

namespace magnitude_test {

using pleach::bit_mask;
using pleach::magnitude;
using pleach::masked;
using pleach::prune;
using pleach::scope;

namespace {

// Few different values, so that ties are the rule.
pleach::dense_table<float> tied_table(std::size_t size, std::size_t dim, std::uint64_t seed) {
    pleach::dense_table<float> table(size, dim);
    for (std::uint32_t r = 0; r < size; ++r)
        for (std::size_t c = 0; c < dim; ++c)
            table.row(r)[c] = static_cast<float>(pleach::random_stream(seed).below(9, r, c)) - 4;
    return table;
}

}  // namespace

TEST_CASE("exactly floor(fraction * live) entries go, the smallest, against sorting") {
    const double fraction = GENERATE(0.0, 0.001, 0.1, 1.0 / 3, 0.5, 0.999, 1.0);
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
    masked table(tied_table(23, 70, seed), tests::random_mask(23, 70, 0.8, seed));
    const auto before = table;
    const std::size_t live = table.mask().count();
    const auto count = static_cast<std::size_t>(std::floor(fraction * static_cast<double>(live)));
    REQUIRE(prune(table, magnitude{.fraction = fraction}) == count);
    REQUIRE(table.mask().count() == live - count);
    REQUIRE(table.mask() == tests::reference_prune(tests::rows_of(before), before.mask(), count, 0, 23));
    REQUIRE(table.mask().is_subset_of(before.mask()));
    REQUIRE(table == masked(before.base(), table.mask()));
}

TEST_CASE("of equal weights the lower rows go first, then the lower columns") {
    pleach::dense_table<float> ones(3, 4);
    for (float& x : ones.row(0)) x = 1;
    for (float& x : ones.row(1)) x = -1;
    for (float& x : ones.row(2)) x = 1;
    masked table(ones);
    REQUIRE_THROWS_WITH_SENTENCE(prune(table, magnitude{}), std::invalid_argument, "fraction is -1.000000, but must be in");
    REQUIRE(prune(table, magnitude{.fraction = 0.5}) == 6);
    REQUIRE(table.mask().count_row(0) == 0);
    REQUIRE(table.mask().row_words(1)[0] == 0b1100);
    REQUIRE(table.mask().count_row(2) == 4);
}

TEST_CASE("rounds of pruning nest") {
    masked table(tests::normal_table<float>(50, 16));
    bit_mask before = table.mask();
    for (std::size_t live = 800; live > 10;) {
        const std::size_t removed = prune(table, magnitude{.fraction = 0.3});
        REQUIRE(removed == static_cast<std::size_t>(std::floor(0.3 * static_cast<double>(live))));
        REQUIRE(table.mask().is_subset_of(before));
        live -= removed;
        REQUIRE(table.mask().count() == live);
        before = table.mask();
    }
}

TEST_CASE("a scope of rows prunes each row by itself") {
    masked table(tied_table(12, 33, 4), tests::random_mask(12, 33, 0.7));
    const auto before = table;
    prune(table, magnitude{.fraction = 0.4, .where = scope::row()});
    bit_mask expected = before.mask();
    for (std::size_t r = 0; r < 12; ++r)
        expected = tests::reference_prune(
            tests::rows_of(before), expected,
            static_cast<std::size_t>(std::floor(0.4 * static_cast<double>(before.mask().count_row(r)))), r, r + 1);
    REQUIRE(table.mask() == expected);
}

TEST_CASE("row groups are pruned each by itself") {
    auto rows = tests::normal_table<float>(10, 8);
    for (std::uint32_t r = 6; r < 10; ++r)
        for (float& x : rows.row(r)) x *= 100;
    masked together(rows), apart(rows);
    prune(together, magnitude{.fraction = 0.5});
    prune(apart, magnitude{.fraction = 0.5, .where = scope::row_groups({6})});
    const auto live = [](const auto& table, std::size_t first, std::size_t last) {
        std::size_t count = 0;
        for (std::size_t r = first; r < last; ++r) count += table.mask().count_row(r);
        return count;
    };
    REQUIRE(live(together, 0, 6) < 15);
    REQUIRE(live(apart, 0, 6) == 24);
    REQUIRE(live(apart, 6, 10) == 16);
}

TEST_CASE("a floor keeps the largest entries of every row") {
    auto rows = tied_table(20, 10, 3);
    for (std::size_t c = 0; c < 10; ++c) rows.row(4)[c] = 0.001f * static_cast<float>(c % 3);
    masked table(rows);
    REQUIRE(prune(table, magnitude{.fraction = 0.8, .row_floor = 2}) == 160);
    for (std::size_t r = 0; r < 20; ++r) REQUIRE(table.mask().count_row(r) == 2);
    REQUIRE(table.mask().test(4, 8));
    REQUIRE(table.mask().test(4, 5));
    masked larger(rows);
    REQUIRE(prune(larger, magnitude{.fraction = 0.5, .row_floor = 2}) == 100);
    for (std::size_t r = 0; r < 20; ++r) REQUIRE(larger.mask().count_row(r) >= 2);
}

TEST_CASE("more than a floor allows cannot go, and the table stays") {
    masked table(tied_table(5, 10, 3));
    const auto before = table;
    REQUIRE_THROWS_WITH_SENTENCE(prune(table, magnitude{.fraction = 0.9, .row_floor = 2}), std::invalid_argument,
                                 "45 of 50 live entries are to go, but with row_floor = 2 only 40 may");
    REQUIRE(table == before);
}

TEST_CASE("fractions outside [0, 1] are refused in a sentence") {
    masked table(tied_table(5, 10, 3));
    const auto before = table;
    for (const double wrong : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
        REQUIRE_THROWS_WITH_SENTENCE(prune(table, magnitude{.fraction = wrong}), std::invalid_argument,
                                     "pleach::magnitude: fraction is");
    REQUIRE(table == before);
}

TEST_CASE("a NaN weight is reported by its row") {
    auto rows = tied_table(5, 10, 3);
    rows.row(3)[7] = std::numeric_limits<float>::quiet_NaN();
    masked table(rows);
    REQUIRE_THROWS_WITH_SENTENCE(prune(table, magnitude{.fraction = 0.5}), std::invalid_argument, "row 3 holds a NaN");
    REQUIRE(table.mask().count() == 50);
}

TEST_CASE("an empty table and a dead one prune to nothing") {
    masked none(pleach::dense_table<float>(0, 4));
    REQUIRE(prune(none, magnitude{.fraction = 0.5}) == 0);
    masked dead(tied_table(3, 4, 1), bit_mask::zeros(3, 4));
    REQUIRE(prune(dead, magnitude{.fraction = 1}) == 0);
}

}  // namespace magnitude_test
