// SPDX-License-Identifier: Apache-2.0

#include "support/serve/top_k_overlap.hpp"
#include "support/serve/row_range.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

TEST_CASE("sampled ids are different, ascending, within the table, and the same for the same seed") {
    for (const std::size_t n : {1U, 7U, 100U, 12'345U}) {
        for (const std::size_t count : {0U, 1U, 5U, 100U}) {
            const auto ids = support::sampled_ids(n, count, 3);
            REQUIRE(ids.size() == std::min(n, count));
            REQUIRE(std::ranges::is_sorted(ids));
            REQUIRE(std::set(ids.begin(), ids.end()).size() == ids.size());
            REQUIRE((ids.empty() || ids.back() < n));
            REQUIRE(ids == support::sampled_ids(n, count, 3));
        }
    }
    REQUIRE(support::sampled_ids(12'345, 100, 3) != support::sampled_ids(12'345, 100, 4));
}

TEST_CASE("overlap is 1 with itself and counts what is shared") {
    using lists = std::vector<std::vector<std::size_t>>;
    REQUIRE(support::mean_overlap({{1, 2, 3, 4}}, {{1, 2, 3, 4}}) == 1);
    REQUIRE(support::mean_overlap({{1, 2, 3, 4}, {5, 6}}, {{2, 4, 8, 9}, {7, 8}}) == 0.25);
    REQUIRE(support::mean_overlap(lists{{}}, lists{{}}) == 1);
}

TEST_CASE("the best ids are those of a full sort, without the excluded ones") {
    const auto table = tests::normal_table<float>(60, 8);
    const auto ids = support::sampled_ids(60, 10, 1);
    const auto queries = support::rows_at(table, ids);
    const auto lists =
        support::best_ids(table, queries.view(), 5, [&](std::size_t q) { return std::span(&ids[q], 1); }, pleach::sequential{});
    for (std::size_t q = 0; q < ids.size(); ++q) {
        std::vector<float> scores(60);
        pleach::score(table, queries.row(q), scores);
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < 60; ++i)
            if (i != ids[q]) order.push_back(i);
        std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
        order.resize(5);
        std::ranges::sort(order);
        REQUIRE(lists[q] == order);
    }
}

TEST_CASE("a range of rows is a table of these rows, and none beyond the table") {
    const auto table = tests::normal_table<float>(10, 3);
    const support::row_range items(table, 4, 6);
    std::vector<float> row(3);
    items.lookup(5, row);
    REQUIRE(std::ranges::equal(row, table.row(9)));
    REQUIRE(items.size() == 6);
    REQUIRE(support::row_range(table, 10, 0).size() == 0);
    REQUIRE_THROWS_AS(support::row_range(table, 5, 6), std::invalid_argument);
    REQUIRE_THROWS_AS(support::row_range(table, 11, ~std::size_t{0}), std::invalid_argument);
}
