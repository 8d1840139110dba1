// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/detail/entity_groups.hpp>
#include <pleach/compose/detail/rank_groups.hpp>
#include <pleach/compose/rank.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"
#include "support/tables.hpp"

#include <limits>

namespace rank_test {

namespace {

using pleach::compose;
using pleach::part;

template <class T, class Combiner>
auto two_parts(std::size_t entities, std::size_t dim) {
    const auto quotient = pleach::quotient_map::for_entities(entities, 7);
    return compose<Combiner>(entities, part{"Q", tests::small_table<T>(quotient.rows(), dim, 1), quotient},
                             part{"P", tests::small_table<T>(7, dim, 2), pleach::remainder_map(7)});
}

template <class Table>
void require_ranks_as_slowly(const Table& table, std::size_t queries) {
    using T = typename Table::value_type;
    const auto asked = tests::small_numbers<T>(queries, table.dim(), 9);
    const tests::some_excluded excluded(table.size(), queries);
    for (const std::size_t k : {std::size_t{1}, std::size_t{20}, std::size_t{5000}}) {
        CAPTURE(table.size(), table.dim(), queries, k);
        REQUIRE(tests::fast_top_k(table, asked, k, {.excluded = excluded}) == tests::slow_top_k(table, asked, k, excluded));
    }
    std::vector<T> scores(table.size()), row(table.dim());
    pleach::score(table, std::span<const T>(asked.row(0)), std::span<T>(scores));
    for (std::size_t x = 0; x < table.size(); ++x) {
        table.lookup(static_cast<std::uint32_t>(x), row);
        REQUIRE(scores[x] == pleach::dot(asked.row(0).data(), row.data(), row.size()));
    }
}

// Normal numbers, so that sums are rounded and the order in which they are added matters.
template <class T>
pleach::dense_table<T> normal_table(std::size_t rows, std::size_t dim, std::uint64_t seed, double deviation = 1) {
    return pleach::dense_table<T>(rows, dim, pleach::normal{.deviation = deviation}, pleach::random_stream(seed));
}

// top_k is what sorting score() gives, to the last bit, for several k; `excluded` besides the best of all, who rank first.
template <class Table>
void require_ranks_as_scores(const Table& table, std::size_t queries, bool are_best_excluded) {
    using T = typename Table::value_type;
    pleach::matrix<T> asked(queries, table.dim());
    pleach::normal{}.fill(asked.view(), pleach::random_stream(11));
    tests::ranking<T> all(queries);
    std::vector<T> scores(table.size());
    for (std::size_t q = 0; q < queries; ++q) {
        pleach::score(table, std::span<const T>(asked.row(q)), std::span<T>(scores));
        for (std::size_t x = 0; x < table.size(); ++x) all[q].push_back({x, scores[x]});
        std::ranges::sort(all[q], [](const auto& a, const auto& b) { return a.before(b); });
    }
    std::vector<std::vector<std::uint32_t>> out(queries);
    if (are_best_excluded)
        for (std::size_t q = 0; q < queries; ++q) {
            for (std::size_t rank = 0; rank < 40 * (q + 1); ++rank)
                out[q].push_back(static_cast<std::uint32_t>(all[q][rank].id));
            std::ranges::sort(out[q]);
            all[q].erase(all[q].begin(), all[q].begin() + static_cast<std::ptrdiff_t>(out[q].size()));
            out[q].push_back(4'000'000'000);  // no entity
        }
    const auto excluded = [&](std::size_t q) { return std::span<const std::uint32_t>(out[q]); };
    for (const std::size_t k : {std::size_t{1}, std::size_t{7}, std::size_t{20}, table.size()}) {
        CAPTURE(table.size(), table.dim(), k, are_best_excluded);
        const auto best = tests::fast_top_k(table, asked, k, {.excluded = excluded});
        for (std::size_t q = 0; q < queries; ++q) {
            REQUIRE(best[q].size() == (std::min)(k, all[q].size()));
            for (std::size_t rank = 0; rank < best[q].size(); ++rank) {
                if (best[q][rank].id == all[q][rank].id) continue;
                CAPTURE(q, rank, best[q][rank].id, all[q][rank].id, best[q][rank].score, all[q][rank].score);
                FAIL("another entity than by score()");
            }
        }
    }
}

template <class Table>
void require_ranks_as_scores(const Table& table) {
    require_ranks_as_scores(table, 3, false);
    require_ranks_as_scores(table, 3, true);
}

}  // namespace

TEMPLATE_TEST_CASE("Composed tables rank as their rows would, written out", "", float, double) {
    using T = TestType;
    for (const std::size_t queries : {std::size_t{1}, std::size_t{33}, std::size_t{70}}) {
        require_ranks_as_slowly(two_parts<T, pleach::sum>(300, 12), queries);
        require_ranks_as_slowly(two_parts<T, pleach::concat>(300, 5), queries);
        require_ranks_as_slowly(two_parts<T, pleach::hadamard>(60, 4), queries);  // over the rows
        require_ranks_as_slowly(two_parts<T, pleach::sum>(1, 3), queries);
    }
}

TEST_CASE("Parts may be masked, more than two, of different widths under concat, and composed themselves") {
    const pleach::masked thin(tests::small_table<float>(9, 6, 3), tests::random_mask(9, 6, 0.5));
    require_ranks_as_slowly(compose<pleach::sum>(80, part{"A", thin, pleach::hashed_map(9, 1)},
                                                 part{"B", tests::small_table<float>(80, 6, 4), pleach::identity_map(80)},
                                                 part{"C", tests::small_table<float>(5, 6, 5), pleach::remainder_map(5)}),
                            40);
    require_ranks_as_slowly(compose<pleach::concat>(80, part{"A", thin, pleach::remainder_map(9)},
                                                    part{"B", two_parts<float, pleach::sum>(49, 2), pleach::remainder_map(49)}),
                            40);
}

TEMPLATE_TEST_CASE("Groups of entities that are ruled out hold none of the best", "", float, double) {
    using T = TestType;
    const std::size_t entities = 3'000;
    const auto quotient = pleach::quotient_map::for_entities(entities, 50);
    const auto q = part{"Q", normal_table<T>(quotient.rows(), 9, 1), quotient};
    const auto p = part{"P", normal_table<T>(61, 9, 2), pleach::remainder_map(61)};
    require_ranks_as_scores(compose<pleach::sum>(entities, q, p));
    require_ranks_as_scores(compose<pleach::concat>(entities, q, p));
    require_ranks_as_scores(compose<pleach::sum>(entities, q));
    const auto hashed = [&](double deviation, std::uint64_t seed) {
        return part{"H" + std::to_string(seed), normal_table<T>(30, 9, seed, deviation), pleach::hashed_map(30, seed)};
    };
    for (const std::size_t widest : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {  // its rows make the groups
        const auto one = [&](std::size_t seed) { return hashed(seed == widest ? 2.0 : 1.0, seed); };
        require_ranks_as_scores(compose<pleach::sum>(entities, one(1), one(2), one(3)));
    }
    // A group for each entity; very few groups; one group of all; parts that do not differ.
    const auto own = part{"own", normal_table<T>(entities, 9, 3, 3), pleach::identity_map(entities)};
    require_ranks_as_scores(compose<pleach::sum>(entities, own, p));
    require_ranks_as_scores(
        compose<pleach::sum>(entities, part{"A", normal_table<T>(3, 9, 4, 3), pleach::remainder_map(3)}, p));
    require_ranks_as_scores(
        compose<pleach::sum>(entities, part{"A", normal_table<T>(1, 9, 4, 3), pleach::remainder_map(1)}, p));
    require_ranks_as_scores(compose<pleach::sum>(entities, part{"A", pleach::dense_table<T>(50, 9), quotient},
                                                 part{"B", pleach::dense_table<T>(61, 9), pleach::remainder_map(61)}));
}

TEST_CASE("Equal scores rank by id, whichever group comes first, and scores of no finite value as by score()") {
    const std::size_t entities = 2'000;
    const auto few_values = [](std::size_t rows, std::uint64_t seed) {
        pleach::dense_table<float> table = tests::small_table<float>(rows, 2, seed);
        for (std::size_t r = 0; r < rows; ++r) table.row(static_cast<std::uint32_t>(r))[1] = 0;
        return table;
    };
    auto table = compose<pleach::sum>(entities, part{"A", few_values(40, 1), pleach::hashed_map(40, 1)},
                                      part{"B", few_values(40, 2), pleach::hashed_map(40, 2)});
    require_ranks_as_scores(table);
    const float infinity = std::numeric_limits<float>::infinity();
    table.get<0>().table.row(3)[0] = infinity;
    table.get<1>().table.row(5)[0] = -infinity;
    require_ranks_as_scores(table);
    for (std::uint32_t r = 0; r < 39; ++r) table.get<1>().table.row(r)[0] = std::numeric_limits<float>::quiet_NaN();
    require_ranks_as_scores(table);
    for (std::uint32_t r = 0; r < 40; ++r) table.get<0>().table.row(r)[0] = -infinity;
    require_ranks_as_scores(table);
}

TEST_CASE("Composed rows that score NaN come last") {
    auto table = two_parts<float, pleach::sum>(40, 3);
    table.get<1>().table.row(2)[0] = std::numeric_limits<float>::quiet_NaN();
    const auto best = tests::fast_top_k(table, tests::small_numbers<float>(3, 3, 1), 40);
    for (const auto& list : best) {
        REQUIRE(list.size() == 40);
        for (std::size_t rank = 0; rank < 40; ++rank) CHECK((list[rank].id % 7 == 2) == (rank >= 34));
    }
}

TEST_CASE("Ranking a composed table refuses what does not fit") {
    const auto table = two_parts<float, pleach::sum>(40, 3);
    const pleach::matrix<float> queries(2, 4);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::top_k(table, queries.view(), 5, [](std::size_t, auto) {}), std::invalid_argument,
                                 "queries have 4 columns");
    std::vector<float> query(4), out(40);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::score(table, std::span<const float>(query), std::span<float>(out)),
                                 std::invalid_argument, "the table is 40 x 3");
}

}  // namespace rank_test
