// SPDX-License-Identifier: Apache-2.0
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/prune/row_magnitude.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace row_magnitude_test {

using pleach::masked;
using pleach::prune;
using pleach::row_magnitude;
using pleach::scope;

namespace {

double square_of(const auto& table, std::size_t r) {
    double sum = 0;
    for (const float x : table.row(static_cast<std::uint32_t>(r))) sum += static_cast<double>(x) * static_cast<double>(x);
    return sum;
}

}  // namespace

TEST_CASE("exactly floor(fraction * live rows) rows go, the shortest, against sorting, and what stays is untouched") {
    const double fraction = GENERATE(0.0, 0.01, 0.3, 1.0 / 3, 0.999, 1.0);
    masked table(tests::normal_table<float>(61, 70, 4), tests::random_mask(61, 70, 0.5, 4));
    pleach::bit_mask alive = table.mask();
    for (std::size_t c = 0; c < 70; ++c) alive.reset(7, c);  // a row that is dead already
    table.keep(alive);
    const auto before = table;
    std::vector<std::size_t> order(61);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase(order, 7U);
    std::ranges::stable_sort(order, {}, [&](std::size_t r) { return square_of(before, r); });
    const auto count = static_cast<std::size_t>(fraction * 60);
    std::size_t entries = 0;
    for (std::size_t i = 0; i < count; ++i) entries += before.mask().count_row(order[i]);
    REQUIRE(pleach::count_live_rows(table.mask()) == 60);
    REQUIRE(prune(table, row_magnitude{.fraction = fraction}) == entries);
    REQUIRE(pleach::count_live_rows(table.mask()) == 60 - count);
    for (std::size_t i = 0; i < order.size(); ++i)
        REQUIRE(table.mask().count_row(order[i]) == (i < count ? 0 : before.mask().count_row(order[i])));
    REQUIRE(table == masked(before.base(), table.mask()));
}

TEST_CASE("of rows of equal length the lower go first") {
    pleach::dense_table<float> rows(4, 2);
    rows.row(0)[0] = 3;
    rows.row(1)[1] = -3;
    rows.row(2)[0] = 3;
    rows.row(3)[0] = 1;
    masked table(rows);
    REQUIRE(prune(table, row_magnitude{.fraction = 0.5}) == 4);
    REQUIRE(table.mask().count_row(3) == 0);
    REQUIRE(table.mask().count_row(0) == 0);
    REQUIRE(table.mask().count_row(1) == 2);
    REQUIRE(table.mask().count_row(2) == 2);
}

TEST_CASE("rows of tiny values are told apart") {
    pleach::dense_table<float> rows(2, 1);
    rows.row(0)[0] = 2e-12F;
    rows.row(1)[0] = 1e-12F;
    masked table(rows);
    REQUIRE(prune(table, row_magnitude{.fraction = 0.5}) == 1);
    REQUIRE(table.mask().count_row(0) == 1);
}

TEST_CASE("rows compete in their scope, and dead entries do not count for their length") {
    auto rows = tests::normal_table<float>(10, 8, 2);
    for (std::uint32_t r = 0; r < 4; ++r)
        for (float& x : rows.row(r)) x *= 100;
    masked table(rows);
    static_cast<void>(prune(table, row_magnitude{.fraction = 0.5, .where = scope::row_groups({4})}));
    std::size_t of_first = 0;
    for (std::size_t r = 0; r < 4; ++r) of_first += table.mask().count_row(r) > 0 ? 1U : 0U;
    REQUIRE(of_first == 2);
    REQUIRE(pleach::count_live_rows(table.mask()) == 5);

    pleach::dense_table<float> two(2, 2);
    two.row(0)[0] = 9;
    two.row(0)[1] = 1;
    two.row(1)[0] = 2;
    pleach::bit_mask mask = masked(two).mask();
    mask.reset(0, 0);
    masked left(two, mask);
    static_cast<void>(prune(left, row_magnitude{.fraction = 0.5}));
    REQUIRE(left.mask().count_row(0) == 0);  // its 9 is dead
    REQUIRE(left.mask().count_row(1) == 2);
}

TEST_CASE("a ticket by rows is rewound like any other, and rounds of it nest") {
    const auto first = tests::normal_table<float>(40, 6, 1);
    masked table(tests::normal_table<float>(40, 6, 2));
    for (const std::size_t left : {20U, 10U, 5U}) {
        const auto before = table.mask();
        static_cast<void>(prune(table, row_magnitude{.fraction = 0.5}));
        REQUIRE(pleach::count_live_rows(table.mask()) == left);
        REQUIRE(table.mask().is_subset_of(before));
        REQUIRE(table.mask().count() == left * 6);
    }
    pleach::rewind(table, masked(first));
    REQUIRE(table == masked(first, table.mask()));
}

TEST_CASE("what cannot be ranked or no fraction is refused, and the table stays") {
    masked table(tests::normal_table<float>(5, 3, 1));
    const auto before = table;
    REQUIRE_THROWS_WITH_SENTENCE(prune(table, row_magnitude{.fraction = 1.5}), std::invalid_argument, "must be in [0, 1]");
    auto rows = tests::normal_table<float>(5, 3, 1);
    rows.row(2)[1] = std::numeric_limits<float>::quiet_NaN();
    masked bad(rows);
    REQUIRE_THROWS_WITH_SENTENCE(prune(bad, row_magnitude{.fraction = 0.5}), std::invalid_argument, "row 2 holds a NaN");
    REQUIRE(bad.mask().count() == 15);
    REQUIRE(table == before);
}

}  // namespace row_magnitude_test
