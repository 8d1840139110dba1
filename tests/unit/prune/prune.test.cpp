// SPDX-License-Identifier: Apache-2.0
#include <pleach/prune/prune.hpp>

#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace prune_test {

namespace {

// A rule of somebody else's: the first column goes.
struct first_column {
    template <pleach::prunable_table Table>
    std::size_t apply(Table& table) const {
        pleach::bit_mask mask = table.mask();
        const std::size_t before = mask.count();
        for (std::size_t r = 0; r < mask.rows(); ++r) mask.reset(r, 0);
        table.keep(mask);
        return before - table.mask().count();
    }
};

}  // namespace

TEST_CASE("prune takes any rule, and says how many entries went") {
    pleach::masked table(tests::normal_table<float>(7, 3));
    REQUIRE(pleach::prune(table, first_column{}) == 7);
    REQUIRE(pleach::prune(table, first_column{}) == 0);
    REQUIRE(table.mask().count() == 14);
    REQUIRE(table.row(2)[0] == 0);
}

TEST_CASE("each range of a scope is cut by itself, after its live entries are counted") {
    pleach::masked table(tests::normal_table<float>(5, 2));
    std::vector<std::size_t> lives;
    const auto choose = [&](pleach::row_range range, std::size_t live, pleach::bit_mask& mask) {
        lives.push_back(live);
        mask.reset(range.first, 1);
    };
    const pleach::bit_mask left = pleach::detail::remaining_after(table, pleach::scope::row_groups({3}), choose);
    REQUIRE(pleach::detail::keep_remaining(table, left) == 2);
    REQUIRE(lives == std::vector<std::size_t>{6, 4});
    REQUIRE_FALSE(table.mask().test(3, 1));
}

TEST_CASE("a fraction is of the live entries, rounded down, and between 0 and 1") {
    REQUIRE(pleach::detail::fraction_of(0.5, 7, "rule") == 3);
    REQUIRE(pleach::detail::fraction_of(1, 7, "rule") == 7);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::detail::fraction_of(1.5, 7, "rule"), std::invalid_argument, "but must be in [0, 1]");
    REQUIRE_THROWS_AS(pleach::detail::fraction_of(std::nan(""), 7, "rule"), std::invalid_argument);
}

}  // namespace prune_test
