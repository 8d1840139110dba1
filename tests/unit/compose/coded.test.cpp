// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/coded.hpp>

#include <pleach/compose/composed.hpp>
#include <pleach/compose/detail/rank_codes.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/top_k.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <map>

namespace coded_test {

using pleach::coded;
using pleach::concat;
using pleach::sum;

namespace {

pleach::packed_codes<> random_codes(std::size_t entities, std::size_t terms, std::size_t bits) {
    pleach::matrix<std::uint16_t> ids(entities, terms);
    const pleach::random_stream stream(7);
    for (std::size_t x = 0; x < entities; ++x)
        for (std::size_t k = 0; k < terms; ++k)
            ids.row(x)[k] = static_cast<std::uint16_t>(stream.below(std::uint64_t{1} << bits, x, k));
    return pleach::packed_codes<>(std::as_const(ids).view(), bits);
}

template <class T = float>
auto sums(std::size_t entities = 50, std::size_t dim = 6) {
    return coded<sum, pleach::dense_table<T>>(tests::normal_table<T>(3 * 16, dim), random_codes(entities, 3, 4));
}
template <class T = float>
auto groups(std::size_t entities = 50, std::size_t dim = 7) {
    return coded<concat, pleach::dense_table<T>>(tests::normal_table<T>(3 * 16, (dim + 2) / 3), random_codes(entities, 3, 4),
                                                 dim);
}

template <class Table>
void require_conformance(Table table) {
    const auto report = pleach::testing::check(std::move(table));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

// The products of looked-up rows, every one of them, sorted.
template <class Table>
std::vector<pleach::scored<double>> slow_ranking(const Table& table, std::span<const float> query) {
    std::vector<pleach::scored<double>> all;
    std::vector<float> row(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        double score = 0;
        for (std::size_t c = 0; c < row.size(); ++c) score += static_cast<double>(query[c]) * static_cast<double>(row[c]);
        all.push_back({x, score});
    }
    std::ranges::sort(all, [](const auto& a, const auto& b) { return a.before(b); });
    return all;
}

template <class Table>
void require_ranking(const Table& table) {
    const auto queries = tests::normal_table<float>(70, table.dim(), 9);
    const std::vector<std::uint32_t> out{0, 3, 4, 20};
    const auto excluded = [&](std::size_t q) {
        return q % 2 == 0 ? std::span<const std::uint32_t>(out) : std::span<const std::uint32_t>();
    };
    std::vector<float> scores(table.size());
    std::size_t asked = 0;
    pleach::top_k(table, queries.rows(), 10,
                  [&](std::size_t q, std::span<const pleach::scored<float>> best) {
                      REQUIRE(q == asked++);
                      auto slow = slow_ranking(table, queries.row(static_cast<std::uint32_t>(q)));
                      if (q % 2 == 0)
                          std::erase_if(slow, [&](const auto& one) { return std::ranges::count(out, one.id) != 0; });
                      REQUIRE(best.size() == std::min<std::size_t>(10, slow.size()));
                      pleach::score(table, queries.row(static_cast<std::uint32_t>(q)), scores);
                      for (std::size_t i = 0; i < best.size(); ++i) {
                          REQUIRE(std::abs(static_cast<double>(best[i].score) - slow[i].score) < 1e-4);
                          REQUIRE(scores[best[i].id] == best[i].score);  // to the bit
                          if (i > 0) REQUIRE(best[i - 1].before(best[i]));
                      }
                  },
                  {.excluded = excluded});
    REQUIRE(asked == 70);
}

}  // namespace

TEST_CASE("coded tables pass the conformance kit") {
    require_conformance(sums<double>());
    require_conformance(groups<double>());
    require_conformance(sums());
    require_conformance(groups(50, 6));
    require_conformance(coded<sum, pleach::masked<pleach::dense_table<double>>>(
        pleach::masked(tests::normal_table<double>(32, 5), tests::random_mask(32, 5, 0.5)), random_codes(20, 2, 4)));
}

TEST_CASE("rows are sums of codewords, or codewords side by side") {
    const auto table = sums();
    const auto beside = groups();
    std::vector<float> row(6), wide(7);
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        table.lookup(x, row);
        for (std::uint32_t c = 0; c < 6; ++c) {
            float expected = 0;
            for (std::size_t k = 0; k < 3; ++k)
                expected += table.base().row(static_cast<std::uint32_t>(k * 16 + table.codes().id(x, k)))[c];
            REQUIRE(row[c] == expected);
        }
        beside.lookup(x, wide);
        const std::size_t first[] = {0, 2, 4, 7};  // groups of 2, 2 and 3 of seven columns
        for (std::size_t k = 0; k < 3; ++k)
            for (std::size_t c = first[k]; c < first[k + 1]; ++c)
                REQUIRE(wide[c] ==
                        beside.base().row(static_cast<std::uint32_t>(k * 16 + beside.codes().id(x, k)))[c - first[k]]);
    }
}

TEST_CASE("coded tables rank by products with their codewords as their rows would") {
    require_ranking(sums(500));
    require_ranking(groups(500));
    require_ranking(sums(5));
    require_ranking(sums(0));
}

TEST_CASE("coded tables are parts of compositions") {
    const auto both = pleach::compose<sum>(10, pleach::part{"one", sums(10), pleach::identity_map(10)},
                                           pleach::part{"two", tests::normal_table<float>(3, 6), pleach::remainder_map(3)});
    require_conformance(both);
    std::map<std::string, std::size_t> names;
    both.for_each_parameter([&](const auto& p) { names[std::string(p.name)] = p.values.rows(); });
    CHECK(names == std::map<std::string, std::size_t>{{"one.books.weights", 48}, {"two.weights", 3}});
}

TEST_CASE("books of other shapes than the codes are refused with a sentence") {
    using table = coded<sum, pleach::dense_table<float>>;
    CHECK_THROWS_WITH(table(tests::normal_table<float>(40, 6), random_codes(5, 3, 4)),
                      "pleach::coded: 3 books of 16 codewords need 48 rows, but the table of books has 40");
    CHECK_THROWS_WITH(table(tests::normal_table<float>(48, 6), random_codes(5, 3, 4), 7),
                      "pleach::coded: rows of 7 columns in 3 terms do not have codewords of 6 columns");
    using beside = coded<concat, pleach::dense_table<float>>;
    CHECK_THROWS_AS(beside(tests::normal_table<float>(48, 2), random_codes(5, 3, 4), 7), std::invalid_argument);
    CHECK_THROWS_AS(beside(tests::normal_table<float>(48, 3), random_codes(5, 3, 4), 6), std::invalid_argument);
    CHECK(beside(tests::normal_table<float>(48, 3), random_codes(5, 3, 4)).dim() == 9);
}

}  // namespace coded_test
