// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/dictionary_learning.hpp>

#include "support/catch.hpp"

#include <limits>

namespace dictionary_learning_test {

using pleach::matrix;

namespace {

// The centered columns, as rows, of X[i][j] = ((7 i^2 + 3 j^2 + 5 i j + 2 i + j) mod 17) / 16: a sparse PCA of X.
matrix<double> features() {
    matrix<double> rows(6, 12);
    for (std::size_t j = 0; j < 6; ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < 12; ++i) {
            rows.row(j)[i] = static_cast<double>((7 * i * i + 3 * j * j + 5 * i * j + 2 * i + j) % 17) / 16;
            mean += rows.row(j)[i] / 12;
        }
        for (double& x : rows.row(j)) x -= mean;
    }
    return rows;
}

}  // namespace

TEST_CASE("learn_dictionary reaches the objectives and components of scikit-learn 1.2.1's sparse PCA") {
    const struct {
        double alpha, objective, first[6], second[6];
    } cases[] = {{.1,
                  1.840494860510,
                  {.5048567, .0831988, .1898834, -.5790209, .4801885, .3691824},
                  {0, .0952899, -.7019178, 0, 0, .7058550}},
                 {.3, 2.593344014417, {.4559942, 0, 0, -.5763956, .4181328, .5338561}, {0, 0, -1, 0, 0, 0}},
                 {.6, 3.172538177463, {0, 0, 0, 0, 0, 1}, {0, 0, -1, 0, 0, 0}}};
    const matrix<double> rows = features();
    for (const auto& want : cases) {
        const auto got =
            pleach::learn_dictionary(rows.view(), {.atoms = 2, .alpha = want.alpha, .iterations = 5000, .tolerance = 1e-13});
        CAPTURE(want.alpha);
        CHECK(got.objective.back() == tests::approx(want.objective).epsilon(1e-8));
        for (std::size_t l = 0; l < 2; ++l) {
            double along = 0, norm = 0;
            for (std::size_t j = 0; j < 6; ++j) {
                const double w = l == 0 ? want.first[j] : want.second[j], c = got.codes.row(j)[l];
                along += w * c;
                norm += c * c;
                CHECK((w == 0) == (c == 0));
            }
            CHECK(std::abs(along) / std::sqrt(norm) == tests::approx(1).epsilon(1e-6));
        }
        for (std::size_t t = 1; t < got.objective.size(); ++t)
            CHECK(got.objective[t] <= got.objective[t - 1] + 1e-7 * got.objective[0]);
        // From its own atoms it stops at once, where it was.
        const auto again = pleach::learn_dictionary(rows.view(), {.atoms = 2, .alpha = want.alpha, .start = got.atoms.view()});
        CHECK(again.objective.size() <= 3);
        CHECK(again.objective.back() == tests::approx(want.objective).epsilon(1e-8));
    }
}

TEST_CASE("lasso_codes meets the conditions of the optimum") {
    const matrix<double> rows = features();
    const auto got = pleach::learn_dictionary(rows.view(), {.atoms = 4, .alpha = .2, .iterations = 7});
    for (std::size_t j = 0; j < 6; ++j)
        for (std::size_t l = 0; l < 4; ++l) {
            double slope = 0;
            for (std::size_t i = 0; i < 12; ++i) {
                double rest = rows.row(j)[i];
                for (std::size_t m = 0; m < 4; ++m) rest -= got.codes.row(j)[m] * got.atoms.row(m)[i];
                slope += got.atoms.row(l)[i] * rest;
            }
            const double c = got.codes.row(j)[l];
            if (c != 0) CHECK(std::abs(slope - (c > 0 ? .2 : -.2)) < 1e-6 * .2);
            if (c == 0) CHECK(std::abs(slope) <= .2 * (1 + 1e-6));
        }
}

TEST_CASE("learn_dictionary refuses what has no answer") {
    matrix<double> rows = features();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::learn_dictionary(rows.view(), {.atoms = 2, .alpha = 50}), std::invalid_argument,
                                 "every code would be 0");
    CHECK_THROWS_AS(pleach::learn_dictionary(rows.view(), {.atoms = 0}), std::invalid_argument);
    CHECK_THROWS_AS(pleach::learn_dictionary(rows.view(), {.atoms = 2, .alpha = -1}), std::invalid_argument);
    CHECK_THROWS_AS(pleach::learn_dictionary(rows.view(), {.atoms = 3, .alpha = .1, .start = rows.view()}),
                    std::invalid_argument);
    CHECK_THROWS_AS(pleach::learn_dictionary(matrix<double>(0, 4).view(), {}), std::invalid_argument);
    rows.row(3)[2] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::learn_dictionary(rows.view(), {.atoms = 2, .alpha = .1}), std::invalid_argument,
                                 "row 3 holds");
}

}  // namespace dictionary_learning_test
