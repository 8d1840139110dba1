// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/rotated_codes.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "unit/quantize/threads.hpp"

namespace rotated_codes_test {

using pleach::fit_rotated_codes;

namespace {

const pleach::random_stream seed(3);

/// Rows near a few points in the first columns, then turned by a random rotation, so that no column is like another.
pleach::matrix<float> turned_clusters(std::size_t rows, std::size_t dim) {
    const auto noise = tests::normal_table<float>(rows, dim, 1);
    const auto axes = tests::normal_table<double>(dim, dim, 2);
    const auto rotation = pleach::detail::polar_factor<double>(pleach::detail::mapped(axes.rows()));
    pleach::matrix<float> result(rows, dim);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < dim; ++c)
            for (std::size_t k = 0; k < dim; ++k) {
                const float center = static_cast<float>((i * (2 * k + 3) / 7) % 4);
                const float value = center + 0.05F * noise.rows().row(i)[k];
                result.row(i)[c] +=
                    value * static_cast<float>(rotation(pleach::detail::to_eigen(k), pleach::detail::to_eigen(c)));
            }
    return result;
}

}  // namespace

TEST_CASE("codes of turned rows lose much less than codes of the rows as they are") {
    const auto rows = turned_clusters(3000, 6);
    const pleach::product_options codes{.terms = 6, .bits = 4};
    const auto view = std::as_const(rows).view();
    const double as_they_are = tests::error_of(view, pleach::fit_product_codes(view, {}, codes, seed));
    const auto table = fit_rotated_codes(view, {}, {.codes = codes, .turns = 25}, seed);
    CHECK(tests::error_of(view, table) < 0.75 * as_they_are);
    for (std::size_t a = 0; a < 6; ++a)
        for (std::size_t b = 0; b < 6; ++b) {
            double product = 0;
            for (std::size_t c = 0; c < 6; ++c)
                product += static_cast<double>(table.rotation().row(a)[c]) * static_cast<double>(table.rotation().row(b)[c]);
            CHECK(std::abs(product - (a == b ? 1 : 0)) < 1e-5);
        }
}

TEST_CASE("without turns the codes are those of the rows as they are") {
    const auto rows = tests::normal_table<float>(300, 6);
    const pleach::product_options codes{.terms = 3, .bits = 4};
    const auto table = fit_rotated_codes(rows.rows(), {}, {.codes = codes, .turns = 0}, seed);
    CHECK(table.base().base() == pleach::fit_product_codes(rows.rows(), {}, codes, seed).base());
    CHECK(table.rotation().row(1)[1] == 1);
}

TEST_CASE("turned codes have the same bits at any number of threads") {
    const auto rows = tests::normal_table<float>(4000, 6);
    const pleach::rotated_options options{.codes = {.terms = 2, .bits = 4}, .turns = 3};
    const auto one = fit_rotated_codes(rows.rows(), {}, options, seed);
    const auto other = fit_rotated_codes(rows.rows(), {}, options, seed, tests::on_threads{7});
    CHECK(std::ranges::equal(one.base().codes().bytes(), other.base().codes().bytes()));
    CHECK(one.rotation() == other.rotation());
}

}  // namespace rotated_codes_test
