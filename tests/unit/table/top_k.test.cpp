// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/score_block.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"
#include "support/tables.hpp"

#include <limits>

namespace top_k_test {

namespace {

// Runs tasks last first, as another executor may.
struct backwards {
    template <class Run>
    void operator()(std::size_t tasks, Run&& run) const {
        while (tasks-- > 0) run(tasks);
    }
};

}  // namespace

TEMPLATE_TEST_CASE("top_k equals sorting every score, ties by smaller id, for any sizes", "", float, double) {
    using T = TestType;
    for (const auto& [entities, dim, queries] : {std::tuple(1U, 1U, 1U), {5U, 3U, 2U}, {333U, 17U, 41U}, {40U, 64U, 200U}}) {
        const auto table = tests::small_table<T>(entities, dim, 1);
        const auto asked = tests::small_numbers<T>(queries, dim, 2);
        const tests::some_excluded excluded(entities, queries);
        for (const std::size_t k : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
            CAPTURE(entities, dim, queries, k);
            REQUIRE(tests::fast_top_k(table, asked, k, {.excluded = excluded}) == tests::slow_top_k(table, asked, k, excluded));
            REQUIRE(tests::fast_top_k(table, asked, k, {.exec = backwards{}}) == tests::slow_top_k(table, asked, k));
        }
    }
}

TEST_CASE("score gives the dot product of every row") {
    const auto table = tests::normal_table<double>(20, 5);
    const auto query = tests::random_row<double>(5);
    std::vector<double> out(20);
    pleach::score(table, std::span<const double>(query), std::span<double>(out));
    for (std::uint32_t x = 0; x < 20; ++x)
        CHECK(out[x] == tests::approx(pleach::dot(query.data(), table.row(x).data(), 5)).epsilon(1e-12));
}

TEST_CASE("Rows that score NaN come last") {
    auto table = tests::small_table<float>(50, 4, 1);
    table.row(3)[1] = std::numeric_limits<float>::quiet_NaN();
    const pleach::matrix<float> ones(1, 4);
    const auto best = tests::fast_top_k(table, ones, 50).front();
    REQUIRE(best.size() == 50);
    CHECK(best.back().id == 3);
}

TEST_CASE("Ranking refuses what does not fit with a sentence") {
    const auto table = tests::normal_table<float>(9, 4);
    const pleach::matrix<float> queries(2, 3);
    const auto ignore = [](std::size_t, auto) {};
    REQUIRE_THROWS_WITH_SENTENCE(pleach::top_k(table, queries.view(), 5, ignore), std::invalid_argument,
                                 "queries have 3 columns, but the table's rows have 4");
    const pleach::matrix<float> fitting(2, 4);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::top_k(table, fitting.view(), 0, ignore), std::invalid_argument, "k is 0");
    std::vector<float> query(4), out(8);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::score(table, std::span<const float>(query), std::span<float>(out)),
                                 std::invalid_argument, "the table is 9 x 4");
}

TEST_CASE("Ids to leave out that do not ascend are refused, whoever ranks") {
    const auto table = tests::normal_table<float>(9, 4);
    const pleach::matrix<float> queries(2, 4);
    const auto ignore = [](std::size_t, auto) {};
    const std::vector<std::uint32_t> repeated{1, 1, 4}, unsorted{1, 7, 2};
    const auto excluded = [&](std::size_t query) -> const auto& { return query == 0 ? repeated : unsorted; };
    REQUIRE_THROWS_WITH_SENTENCE(pleach::top_k(table, queries.view(), 5, ignore, {.excluded = excluded}), std::invalid_argument,
                                 "to leave out for query 1 have 7 before 2, but must ascend; sort them");
    REQUIRE_NOTHROW(pleach::top_k(table, queries.view().rows_from(0, 1), 5, ignore, {.excluded = excluded}));
    const std::vector<std::int64_t> narrowed{1, 2, 9}, negative{4, -3};
    const auto of_int64 = [&](std::size_t query) -> const auto& { return query == 0 ? narrowed : negative; };
    pleach::top_k(table, queries.view().rows_from(0, 1), 5,
                  [&](std::size_t, auto best) {
                      for (const auto& one : best)
                          REQUIRE_FALSE(std::ranges::count(narrowed, static_cast<std::int64_t>(one.id)) > 0);
                  },
                  {.excluded = of_int64});
    REQUIRE_THROWS_WITH_SENTENCE(pleach::top_k(table, queries.view(), 5, ignore, {.excluded = of_int64}), std::invalid_argument,
                                 "the ids to leave out for query 1 have -3, but ids are 0 or more");
}

}  // namespace top_k_test
