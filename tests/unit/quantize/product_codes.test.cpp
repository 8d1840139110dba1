// SPDX-License-Identifier: Apache-2.0
#include <pleach/quantize/product_codes.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "unit/quantize/threads.hpp"

namespace product_codes_test {

using pleach::fit_product_codes;
using pleach::refit_product_codes;

namespace {

const pleach::random_stream seed(3);

}  // namespace

TEST_CASE("a product code is k-means of each group of columns, and falls in error with every group") {
    const auto rows = tests::normal_table<float>(300, 7);
    double before = 1e300;
    for (const std::size_t terms : {1U, 2U, 3U, 7U}) {
        const auto table = fit_product_codes(rows.rows(), {}, {.terms = terms, .bits = 4}, seed);
        REQUIRE((table.size() == 300 && table.dim() == 7 && table.base().size() == terms * 16));
        const double error = tests::error_of(rows.rows(), table);
        CHECK(error < 0.9 * before);
        before = error;
        double of_groups = 0;
        for (std::size_t k = 0; k < terms; ++k) {
            const pleach::column_group group = table.group(k);
            for (std::uint32_t i = 0; i < 300; ++i) {
                double least = 1e300;
                for (std::uint32_t j = 0; j < 16; ++j) {
                    const auto codeword = table.base().row(static_cast<std::uint32_t>(k * 16) + j).first(group.count);
                    least = std::min(least, static_cast<double>(pleach::detail::squared_distance(
                                                rows.row(i).subspan(group.first, group.count), codeword)));
                }
                of_groups += least;
            }
        }
        CHECK(std::abs(of_groups - error) < 1e-3);
    }
}

TEST_CASE("product codes have the same bits at any number of threads") {
    const auto rows = tests::normal_table<float>(5000, 6);
    const auto one = fit_product_codes(rows.rows(), {}, {.terms = 2, .bits = 5}, seed);
    for (const std::size_t threads : {2U, 7U}) {
        const auto other = fit_product_codes(rows.rows(), {}, {.terms = 2, .bits = 5}, seed, tests::on_threads{threads});
        CHECK(std::ranges::equal(one.codes().bytes(), other.codes().bytes()));
        CHECK(one.base() == other.base());
    }
}

TEST_CASE("a product code follows rows that move, by rounds of k-means from where it is") {
    const auto rows = tests::normal_table<float>(300, 7);
    const auto table = fit_product_codes(rows.rows(), {}, {.terms = 3, .bits = 4, .rounds = 2}, seed);
    auto moved = rows;
    const auto steps = tests::normal_table<float>(300, 7, 9);
    for (std::uint32_t i = 0; i < 300; ++i)
        for (std::size_t c = 0; c < 7; ++c) moved.row(i)[c] += 0.3F * steps.row(i)[c];
    double before = tests::error_of(moved.rows(), table);
    auto followed = table;
    for (int round = 0; round < 3; ++round) {
        followed = refit_product_codes(followed, moved.rows(), {}, 1);
        const double error = tests::error_of(moved.rows(), followed);
        CHECK(error < before);
        before = error;
    }
    const auto at_once = refit_product_codes(table, moved.rows(), {}, 3, tests::on_threads{5});
    CHECK((at_once.base() == followed.base() && std::ranges::equal(at_once.codes().bytes(), followed.codes().bytes())));
    const auto same = refit_product_codes(table, moved.rows(), {}, 0);
    CHECK((same.base() == table.base() && std::ranges::equal(same.codes().bytes(), table.codes().bytes())));

    // Of one group with equal rows, the codeword is their weighted mean.
    pleach::matrix<float> two(32, 2);
    std::vector<float> weights(32, 1.0F);
    for (std::size_t i = 0; i < 32; ++i) two.row(i)[0] = two.row(i)[1] = static_cast<float>(i % 16);
    const auto pairs = fit_product_codes(std::as_const(two).view(), {}, {.terms = 2, .bits = 4}, seed);
    for (std::size_t i = 0; i < 16; ++i) {
        two.row(i)[1] += 0.25F;
        weights[i] = 3;
    }
    const auto weighted = refit_product_codes(pairs, std::as_const(two).view(), weights, 1);
    std::vector<float> row(2);
    for (std::uint32_t i = 0; i < 32; ++i) {
        weighted.lookup(i, row);
        CHECK(row == std::vector<float>{static_cast<float>(i % 16), static_cast<float>(i % 16) + 0.1875F});
    }
}

TEST_CASE("product codes that cannot be are refused with a sentence") {
    const auto rows = tests::normal_table<float>(20, 3);
    CHECK_THROWS_WITH(fit_product_codes(rows.rows(), {}, {.terms = 4, .bits = 4}, seed),
                      "pleach::fit_product_codes: there are 4 groups for 3 columns; take at most one for each");
    CHECK_THROWS_AS(fit_product_codes(rows.rows(), {}, {.terms = 0, .bits = 4}, seed), std::invalid_argument);
    CHECK_THROWS_AS(fit_product_codes(rows.rows(), {}, {.terms = 2, .bits = 3}, seed), std::invalid_argument);
    CHECK_THROWS_WITH(fit_product_codes(rows.rows(), {}, {.terms = 2, .bits = 5}, seed),
                      "pleach::fit_product_codes: there are 20 rows for books of 32 codewords; take fewer bits");
    const auto table = fit_product_codes(rows.rows(), {}, {.terms = 2, .bits = 4}, seed);
    CHECK_THROWS_WITH(
        refit_product_codes(table, tests::normal_table<float>(20, 4).rows(), {}, 1),
        "pleach::refit_product_codes: there are 20 rows of 4 columns for a table of 20 rows of 3 columns; give the "
        "row that each entity should have");
    auto bad = rows;
    bad.row(2)[1] = INFINITY;
    CHECK_THROWS_AS(refit_product_codes(table, bad.rows(), {}, 1), std::invalid_argument);
}

}  // namespace product_codes_test
