// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/rank.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/kernel/score_sparse.hpp>
#include <pleach/table/top_k.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace rank_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

using lists = std::vector<std::vector<pleach::scored<float>>>;

template <class Table>
lists best(const Table& table, const pleach::matrix<float>& queries, std::size_t k, const pleach::ranking_options& how = {}) {
    lists result;
    pleach::top_k(
        table, queries.view(), k,
        [&](std::size_t, std::span<const pleach::scored<float>> one) { result.emplace_back(one.begin(), one.end()); }, how);
    return result;
}

pleach::matrix<float> queries_for(std::size_t count, std::size_t dim) {
    pleach::matrix<float> queries(count, dim);
    for (std::size_t q = 0; q < count; ++q) pleach::detail::copy_values(random_row<float>(dim, 100 + q), queries.row(q));
    return queries;
}

}  // namespace

TEST_CASE("the best of frozen rows are those of the expanded rows, bit for bit") {
    for (const std::size_t dim : {5U, 64U, 70U}) {
        const auto table = sparse_table(1000, dim, 0.15);
        const auto queries = queries_for(67, dim);
        for_each_kind([&]<class Format>(const Format*) {
            CAPTURE(Format::kind(), dim);
            const auto rows = frozen_as<Format>(table);
            REQUIRE(best(rows, queries, 10) == best(expanded(rows), queries, 10));
        });
    }
}

TEST_CASE("exclusions, short tables, ties and executors") {
    auto table = sparse_table(600, 16, 0.3);
    for (std::uint32_t r = 100; r < 140; ++r) pleach::detail::copy_values(table.row(0), table.row(r));  // equal scores
    const auto rows = frozen_as<frozen::bitmap_records<>>(table);
    const auto queries = queries_for(300, 16);
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < 600; i += 3) out.push_back(i);
    const auto excluded = [&](std::size_t q) {
        return q % 2 == 0 ? std::span<const std::uint32_t>(out) : std::span<const std::uint32_t>();
    };
    REQUIRE(best(rows, queries, 45, {.excluded = excluded}) == best(table, queries, 45, {.excluded = excluded}));
    REQUIRE(best(rows, queries, 45, {.exec = pleach::openmp{3}, .excluded = excluded}) ==
            best(rows, queries, 45, {.excluded = excluded}));
    REQUIRE(best(rows, queries, 5000)[0].size() == 600);
    REQUIRE_THROWS_AS(best(rows, queries, 0), std::invalid_argument);
    REQUIRE_THROWS_AS(best(rows, queries_for(2, 15), 3), std::invalid_argument);
}

TEST_CASE("blocks that are left out by their bound change nothing") {
    auto table = sparse_table(4000, 8, 0.5);
    for (std::uint32_t r = 0; r < 4000; ++r)
        for (float& x : table.row(r)) x *= r < 256 ? 1.0F : 0.01F;
    table.row(3999)[3] = 5;  // in the last block
    const auto rows = frozen_as<frozen::csr_rows<>>(table);
    REQUIRE(rows.bounds().size() == 16);
    REQUIRE(rows.bounds()[5] < 0.1F);
    const auto queries = queries_for(9, 8);
    REQUIRE(best(rows, queries, 20) == best(table, queries, 20));
}

TEST_CASE("scores of one query are its products with all rows") {
    const auto table = sparse_table(500, 33, 0.2);
    const auto query = random_row<float>(33, 9);
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto rows = frozen_as<Format>(table);
        std::vector<float> scores(500), expected(500);
        pleach::score(rows, std::span<const float>(query), std::span<float>(scores));
        pleach::score(expanded(rows), std::span<const float>(query), std::span<float>(expected));
        for (std::size_t i = 0; i < 500; ++i) REQUIRE(scores[i] == tests::approx(expected[i]).margin(1e-5));
    });
}

TEST_CASE("a block of rows whose squares are too small for a float is not left out") {
    pleach::dense_table<float> table(600, 4);
    table.row(300)[2] = 1e-25F;  // behind 256 rows of zeros, whose score is 0
    table.row(599)[1] = 1e-23F;
    pleach::matrix<float> queries(2, 4);
    std::ranges::fill(queries.row(0), 1.0F);
    std::ranges::fill(queries.row(1), 1e-10F);
    for_each_kind([&]<class Format>(const Format*) {
        if constexpr (Format::form_type::error() == 0) {
            CAPTURE(Format::kind());
            REQUIRE(best(frozen_as<Format>(table), queries, 2) == best(table, queries, 2));
        }
    });
    REQUIRE(best(table, queries, 2)[0][0].id == 599);
}

TEST_CASE("a query with infinity or NaN ranks and scores as by dense rows in every format, and changes no other query") {
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    const auto table = sparse_table(300, 9, 0.4);
    pleach::matrix<float> queries(5, 9), usual(1, 9);
    for (std::size_t q = 0; q < 5; ++q) std::ranges::copy(random_row<float>(9, q), queries.row(q).begin());
    std::ranges::copy(queries.row(4), usual.row(0).begin());
    queries.row(0)[3] = infinity;
    queries.row(1)[0] = -infinity;
    queries.row(2)[8] = nan;
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto rows = frozen_as<Format>(table);
        const auto dense = expanded(rows);
        const auto found = best(rows, queries, 7), expected = best(dense, queries, 7);
        for (std::size_t q = 0; q < 3; ++q) {
            for (std::size_t i = 0; i < 7; ++i) REQUIRE(found[q][i].id == expected[q][i].id);
            std::vector<float> scores(300), dense_scores(300);
            const std::span<const float> query = std::as_const(queries).row(q);
            pleach::score(rows, query, std::span<float>(scores));
            pleach::score(dense, query, std::span<float>(dense_scores));
            for (std::size_t i = 0; i < 300; ++i)
                REQUIRE((scores[i] == dense_scores[i] || (std::isnan(scores[i]) && std::isnan(dense_scores[i]))));
        }
        REQUIRE(found[4] == best(rows, usual, 7)[0]);
    });
}

}  // namespace rank_test
