// SPDX-License-Identifier: Apache-2.0

#include <pleach/factor/sparse_coding.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

#include <cmath>

namespace sparse_coding_test {

using tests::dense;

namespace {

constexpr std::size_t atoms = 7, samples = 21, width = 12;

dense drawn(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    dense m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(cols));
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < cols; ++c)
            m(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = pleach::random_stream(seed).normal(r, c);
    return m;
}

struct problem {
    dense dictionary = drawn(atoms, width, 1), rows = drawn(samples, width, 2);
    pleach::matrix<double> gram = tests::copied(dense(dictionary * dictionary.transpose()));
    pleach::matrix<double> products = tests::copied(dense(dictionary * rows.transpose()));
};

}  // namespace

TEST_CASE("codes are where no change of one of them lowers the objective of the lasso") {
    const problem given;
    const double alpha = 2;
    pleach::matrix<double> codes(atoms, samples);
    pleach::lasso_codes(given.gram.view(), given.products.view(), codes.view(),
                        {.alpha = alpha, .tolerance = 1e-12, .sweeps = 10'000});
    // The slope of the smooth part is -sign * alpha where a code is not 0, and at most alpha in size where it is.
    const dense slope = tests::copied(given.gram) * tests::copied(codes) - tests::copied(given.products);
    std::size_t zeros = 0;
    for (std::size_t l = 0; l < atoms; ++l)
        for (std::size_t s = 0; s < samples; ++s) {
            const double v = codes.row(l)[s], g = slope(static_cast<Eigen::Index>(l), static_cast<Eigen::Index>(s));
            zeros += v == 0;
            if (v == 0)
                REQUIRE(std::abs(g) <= alpha + 1e-8);
            else
                REQUIRE(g == tests::approx(v > 0 ? -alpha : alpha).margin(1e-8));
        }
    REQUIRE(zeros > 0);
    REQUIRE(zeros < atoms * samples);
}

TEST_CASE("codes of an atom of length 0 become 0") {
    problem given;
    for (std::size_t l = 0; l < atoms; ++l) given.gram.row(3)[l] = given.gram.row(l)[3] = 0;
    for (double& product : given.products.row(3)) product = 0;
    pleach::matrix<double> codes(atoms, samples);
    for (double& code : codes.row(3)) code = 5;
    pleach::lasso_codes(given.gram.view(), given.products.view(), codes.view(), {.alpha = 1});
    for (const double code : codes.row(3)) REQUIRE(code == 0);
}

TEST_CASE("sizes that disagree and a negative alpha are refused") {
    const problem given;
    pleach::matrix<double> codes(atoms, samples), few(atoms, samples - 1);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::lasso_codes(given.gram.view(), given.products.view(), few.view(), {}),
                                 std::invalid_argument, "7 atoms need a square, unpadded gram matrix");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::lasso_codes(given.gram.view(), given.products.view(), codes.view(), {.alpha = -1}),
                                 std::invalid_argument, "alpha is -1");
}

}  // namespace sparse_coding_test
