// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/compose/top_k.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"
#include "support/tables.hpp"

#include <limits>

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
        REQUIRE(tests::fast_top_k(table, asked, k, excluded, pleach::sequential{}) ==
                tests::slow_top_k(table, asked, k, excluded));
    }
    std::vector<T> scores(table.size()), row(table.dim());
    pleach::score(table, std::span<const T>(asked.row(0)), std::span<T>(scores));
    for (std::size_t x = 0; x < table.size(); ++x) {
        table.lookup(static_cast<std::uint32_t>(x), row);
        REQUIRE(scores[x] == pleach::dot(asked.row(0).data(), row.data(), row.size()));
    }
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

TEST_CASE("Composed rows that score NaN come last") {
    auto table = two_parts<float, pleach::sum>(40, 3);
    table.get<1>().table.row(2)[0] = std::numeric_limits<float>::quiet_NaN();
    const auto best = tests::fast_top_k(table, tests::small_numbers<float>(3, 3, 1), 40, pleach::nothing_excluded{},
                                        pleach::sequential{});
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
