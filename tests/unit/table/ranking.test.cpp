// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/ranking.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"

#include <limits>

namespace ranking_test {

namespace {

enum class item_id : std::uint16_t {};

/// A table that ranks and scores itself: by its first column alone, which any other way would not do, and counts how often.
struct own_way : pleach::dense_table<float> {
    using dense_table::dense_table;
    mutable std::size_t ranked = 0, scored = 0;

    void rank(pleach::matrix_view<const float> queries, std::span<pleach::best_list<float>> lists,
              const pleach::excluded_ids& excluded, pleach::executor_ref exec) const {
        ++ranked;
        exec(queries.rows(), [&](std::size_t q) {
            for (std::size_t x = 0; x < size(); ++x)
                if (!excluded(q).contains(x)) lists[q].offer({x, queries.row(q)[0] * row(static_cast<std::uint32_t>(x))[0]});
        });
    }
    void score(std::span<const float> query, std::span<float> out, pleach::executor_ref) const {
        ++scored;
        for (std::size_t x = 0; x < size(); ++x) out[x] = query[0] * row(static_cast<std::uint32_t>(x))[0];
    }
};

}  // namespace

TEST_CASE("top_k and score take a table's own way, and check arguments before") {
    own_way table(9, 4);
    for (std::uint32_t x = 0; x < 9; ++x) table.row(x)[0] = static_cast<float>(x);
    pleach::matrix<float> queries(2, 4);
    for (float& x : queries.elements()) x = 1;
    const std::vector<item_id> out{item_id{3}, item_id{8}};
    const auto best = tests::fast_top_k(table, queries, 3, {.excluded = [&](std::size_t) { return std::span(out); }});
    REQUIRE(table.ranked == 1);
    for (const auto& list : best) REQUIRE(list == std::vector<pleach::scored<float>>{{7, 7}, {6, 6}, {5, 5}});
    std::vector<float> scores(9);
    pleach::score(table, queries.view().row(0), std::span(scores));
    REQUIRE(table.scored == 1);
    REQUIRE(scores[8] == 8);
    REQUIRE_THROWS_AS(tests::fast_top_k(table, queries, 0), std::invalid_argument);
    REQUIRE(table.ranked == 1);
}

TEST_CASE("tables rank themselves if they know how") {
    using sums = pleach::double_hashed_table<float>;
    using products = pleach::qr_table<float>;
    STATIC_REQUIRE(pleach::ranks_itself<own_way>);
    STATIC_REQUIRE(pleach::scores_itself<own_way>);
    STATIC_REQUIRE(pleach::ranks_itself<sums>);
    STATIC_REQUIRE(pleach::scores_itself<sums>);
    STATIC_REQUIRE_FALSE(pleach::ranks_itself<products>);
    STATIC_REQUIRE_FALSE(pleach::ranks_itself<pleach::dense_table<float>>);
}

TEST_CASE("a list keeps the best: higher scores, then smaller ids, NaN last") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    pleach::best_list<float> list(3);
    REQUIRE_FALSE(list.is_full());
    for (const auto& one : {pleach::scored<float>{4, nan}, {5, 1}, {2, 1}, {9, 2}}) list.offer(one);
    REQUIRE(list.is_full());
    REQUIRE(list.threshold() == 1);
    list.offer({7, 1});  // ties with the worst, whose id is smaller
    const auto best = list.sorted();
    REQUIRE(std::vector(best.begin(), best.end()) == std::vector<pleach::scored<float>>{{9, 2}, {2, 1}, {5, 1}});
}

TEMPLATE_TEST_CASE("ascending ids of any type are found", "", std::uint8_t, std::uint32_t, std::uint64_t, item_id) {
    const std::vector<TestType> ids{TestType{1}, TestType{4}, TestType{200}};
    for (const pleach::ascending_ids seen : {pleach::ascending_ids(ids), pleach::ascending_ids(std::span(ids))}) {
        REQUIRE(seen.size() == 3);
        REQUIRE(seen[2] == 200);
        for (std::size_t x = 0; x < 300; ++x) REQUIRE(seen.contains(x) == (x == 1 || x == 4 || x == 200));
        REQUIRE_FALSE(seen.contains((std::size_t{1} << 40) + 1));
    }
    REQUIRE(pleach::ascending_ids().size() == 0);
    REQUIRE_FALSE(pleach::ascending_ids().contains(0));
    REQUIRE(pleach::excluded_ids()(7).size() == 0);
}

}  // namespace ranking_test
