// SPDX-License-Identifier: Apache-2.0
#include <pleach/quantize/residual_codes.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "unit/quantize/threads.hpp"

namespace residual_codes_test {

using pleach::fit_residual_codes;
using pleach::refit_residual_codes;
using pleach::residual_options;

namespace {

const pleach::random_stream seed(3);

}  // namespace

TEST_CASE("k-means over a sample of the rows loses little, and over all rows if the sample has no weight") {
    const auto rows = tests::normal_table<float>(1200, 4);
    const auto fitted = [&](std::size_t sample, std::span<const float> weights = {}) {
        return fit_residual_codes(rows.rows(), weights, {.terms = 2, .bits = 4, .rounds = 4, .sweeps = 1, .sample = sample},
                                  seed);
    };
    const auto error = [&](const auto& table) {
        std::vector<float> row(4);
        double squares = 0;
        for (std::uint32_t x = 0; x < 1200; ++x) {
            table.lookup(x, row);
            for (std::size_t c = 0; c < 4; ++c)
                squares += std::pow(static_cast<double>(row[c]) - static_cast<double>(rows.row(x)[c]), 2);
        }
        return squares;
    };
    const auto all = fitted(0), half = fitted(600);
    CHECK(error(half) < 1.1 * error(all));
    CHECK(!std::ranges::equal(half.codes().bytes(), all.codes().bytes()));
    CHECK(std::ranges::equal(fitted(1200).codes().bytes(), all.codes().bytes()));
    std::vector<float> weights(1200, 0);
    for (std::size_t i = 1; i < weights.size(); i += 2) weights[i] = 1;  // a sample of 600 has rows of even numbers
    CHECK(std::ranges::equal(fitted(600, weights).codes().bytes(), fitted(0, weights).codes().bytes()));
}

TEST_CASE("a residual code falls in error with each book and each sweep") {
    const auto rows = tests::normal_table<float>(300, 8);
    double before = 1e300;
    for (const std::size_t terms : {1U, 2U, 3U, 4U}) {
        const double error =
            tests::error_of(rows.rows(), fit_residual_codes(rows.rows(), {}, {.terms = terms, .bits = 4}, seed));
        CHECK(error < 0.9 * before);
        before = error;
    }
    before = 1e300;
    for (const std::size_t sweeps : {0U, 1U, 2U, 4U}) {
        const residual_options options{.terms = 3, .bits = 4, .sweeps = sweeps};
        const double error = tests::error_of(rows.rows(), fit_residual_codes(rows.rows(), {}, options, seed));
        CHECK(error < before);
        before = error;
    }
}

TEST_CASE("a beam as wide as a book finds the best sum of two codewords for every row") {
    const auto rows = tests::normal_table<float>(40, 5);
    const auto table = fit_residual_codes(rows.rows(), {}, {.terms = 2, .bits = 4, .beam = 16, .sweeps = 1}, seed);
    for (std::uint32_t i = 0; i < 40; ++i) {
        double least = 1e300;
        for (std::uint32_t a = 0; a < 16; ++a)
            for (std::uint32_t b = 16; b < 32; ++b) {
                double square = 0;
                for (std::size_t c = 0; c < 5; ++c) {
                    const double off = static_cast<double>(rows.row(i)[c] - table.base().row(a)[c] - table.base().row(b)[c]);
                    square += off * off;
                }
                least = std::min(least, square);
            }
        std::vector<float> row(5);
        table.lookup(i, row);
        CHECK(static_cast<double>(pleach::detail::squared_distance(row, rows.row(i))) <= least + 1e-5);
    }
}

TEST_CASE("rows that are sums of codewords are found again") {
    const auto corners = tests::normal_table<float>(16, 6);
    pleach::matrix<float> rows(160, 6);
    for (std::size_t i = 0; i < 160; ++i)
        for (std::size_t c = 0; c < 6; ++c) rows.row(i)[c] = corners.row(static_cast<std::uint32_t>(i % 16))[c];
    const auto table = fit_residual_codes(std::as_const(rows).view(), {}, {.terms = 1, .bits = 4}, seed);
    CHECK(tests::error_of(std::as_const(rows).view(), table) < 1e-9);
}

TEST_CASE("rows of more weight are off by less") {
    const auto rows = tests::normal_table<float>(400, 6);
    std::vector<float> weights(400, 1.0F);
    for (std::size_t i = 0; i < 40; ++i) weights[i] = 100;
    const residual_options options{.terms = 2, .bits = 4};
    const auto some = rows.rows().rows_from(0, 40);
    CHECK(tests::error_of(some, fit_residual_codes(rows.rows(), weights, options, seed)) <
          0.5 * tests::error_of(some, fit_residual_codes(rows.rows(), {}, options, seed)));
}

TEST_CASE("residual codes have the same bits at any number of threads") {
    const auto rows = tests::normal_table<float>(5000, 6);
    const residual_options options{.terms = 2, .bits = 4, .rounds = 3, .sweeps = 2};
    const auto one = fit_residual_codes(rows.rows(), {}, options, seed);
    for (const std::size_t threads : {2U, 7U}) {
        const auto other = fit_residual_codes(rows.rows(), {}, options, seed, tests::on_threads{threads});
        CHECK(std::ranges::equal(one.codes().bytes(), other.codes().bytes()));
        CHECK(one.base() == other.base());
    }
}

TEST_CASE("a residual code is fitted to its own rows again by the same sweeps that fitting takes") {
    const auto rows = tests::normal_table<float>(300, 8);
    residual_options options{.terms = 3, .bits = 4, .beam = 3, .sweeps = 1};
    const auto once = fit_residual_codes(rows.rows(), {}, options, seed);
    options.sweeps = 4;
    const auto often = fit_residual_codes(rows.rows(), {}, options, seed);
    const auto again = refit_residual_codes(once, rows.rows(), {}, {.beam = 3, .sweeps = 3});
    CHECK(std::abs(tests::error_of(rows.rows(), again) - tests::error_of(rows.rows(), often)) < 1e-3);
    CHECK(tests::error_of(rows.rows(), again) < tests::error_of(rows.rows(), once));
    const auto same = refit_residual_codes(once, rows.rows(), {}, {.sweeps = 0});
    CHECK((same.base() == once.base() && std::ranges::equal(same.codes().bytes(), once.codes().bytes())));
}

TEST_CASE("a residual code follows rows that move, and rows of more weight more closely") {
    const auto rows = tests::normal_table<float>(300, 8);
    const auto table = fit_residual_codes(rows.rows(), {}, {.terms = 3, .bits = 4}, seed);
    auto moved = rows;
    const auto steps = tests::normal_table<float>(300, 8, 9);
    for (std::uint32_t i = 0; i < 300; ++i)
        for (std::size_t c = 0; c < 8; ++c) moved.row(i)[c] += 0.3F * steps.row(i)[c];
    double before = tests::error_of(moved.rows(), table);
    auto followed = table;
    for (int sweep = 0; sweep < 3; ++sweep) {
        followed = refit_residual_codes(followed, moved.rows(), {}, {}, tests::on_threads{3});
        const double error = tests::error_of(moved.rows(), followed);
        CHECK(error < before);
        before = error;
    }
    std::vector<float> weights(300, 1.0F);
    for (std::size_t i = 0; i < 30; ++i) weights[i] = 50;
    const auto some = moved.rows().rows_from(0, 30);
    CHECK(tests::error_of(some, refit_residual_codes(table, moved.rows(), weights, {.sweeps = 3})) <
          0.6 * tests::error_of(some, refit_residual_codes(table, moved.rows(), {}, {.sweeps = 3})));
    const auto one = refit_residual_codes(table, moved.rows(), {}, {});
    const auto other = refit_residual_codes(table, moved.rows(), {}, {}, tests::on_threads{5});
    CHECK((one.base() == other.base() && std::ranges::equal(one.codes().bytes(), other.codes().bytes())));
}

TEST_CASE("residual codes that cannot be are refused with a sentence") {
    const auto rows = tests::normal_table<float>(20, 3);
    CHECK_THROWS_WITH(fit_residual_codes(rows.rows(), {}, {.terms = 0, .bits = 4}, seed),
                      "pleach::fit_residual_codes: there are 0 terms, but a row needs at least one codeword");
    CHECK_THROWS_WITH(fit_residual_codes(rows.rows(), {}, {.terms = 1, .bits = 13}, seed),
                      "pleach::fit_residual_codes: codes have 13 bits, but may have 4 to 12; use more terms of fewer bits");
    CHECK_THROWS_WITH(fit_residual_codes(rows.rows(), {}, {.terms = 1, .bits = 5}, seed),
                      "pleach::fit_residual_codes: there are 20 rows for books of 32 codewords; take fewer bits");
    CHECK_THROWS_WITH(fit_residual_codes(rows.rows(), {}, {.terms = 1, .bits = 4, .beam = 0}, seed),
                      "pleach::fit_residual_codes: the beam is 0, but must keep at least one sum");
    auto bad = rows;
    bad.row(2)[1] = NAN;
    CHECK_THROWS_AS(fit_residual_codes(bad.rows(), {}, {.terms = 1, .bits = 4}, seed), std::invalid_argument);
    const auto table = fit_residual_codes(rows.rows(), {}, {.terms = 1, .bits = 4}, seed);
    CHECK_THROWS_WITH(refit_residual_codes(table, rows.rows(), {}, {.beam = 0}),
                      "pleach::refit_residual_codes: the beam is 0, but must keep at least one sum");
    CHECK_THROWS_WITH(
        refit_residual_codes(table, rows.rows().rows_from(0, 19), {}, {}),
        "pleach::refit_residual_codes: there are 19 rows of 3 columns for a table of 20 rows of 3 columns; give the "
        "row that each entity should have");
    CHECK_THROWS_AS(refit_residual_codes(table, bad.rows(), {}, {}), std::invalid_argument);
}

}  // namespace residual_codes_test
