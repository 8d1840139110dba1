// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/variable_projection.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

namespace variable_projection_test {

using pleach::dense_operator;
using pleach::matrix;

namespace {

struct written_down {
    tests::dense covariance;
    double square = 0;  ///< of the largest singular value

    explicit written_down(const matrix<double>& x) {
        const tests::dense centered = tests::centered_copy(x);
        covariance = centered.transpose() * centered;
        square = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance).eigenvalues().maxCoeff();
    }
    [[nodiscard]] static tests::dense polar(const tests::dense& g) {
        const Eigen::JacobiSVD<Eigen::MatrixXd> svd(g, Eigen::ComputeThinU | Eigen::ComputeThinV);
        return svd.matrixU() * svd.matrixV().transpose();
    }
    [[nodiscard]] double objective(const tests::dense& b, double alpha, double beta) const {
        const tests::dense a = polar(covariance * b);
        return 0.5 * (covariance.trace() - 2 * (a.transpose() * covariance * b).trace() +
                      (b.transpose() * covariance * b).trace()) +
               square * (alpha * b.cwiseAbs().sum() + 0.5 * beta * b.squaredNorm());
    }
};

tests::dense loadings_of(const pleach::sparse_components& found) { return tests::copied(found.loadings()).transpose(); }

}  // namespace

TEST_CASE("variable_projection ends where no loading can be moved with profit") {
    const tests::sparse_and_dense x(60, 20, 4);
    const written_down s(x.rows);
    constexpr double alpha = 0.01, beta = 0.01;
    const auto got =
        pleach::variable_projection(dense_operator(x.rows.view()),
                                    {.components = 3, .alpha = alpha, .beta = beta, .iterations = 100000, .tolerance = 1e-15});
    const tests::dense b = loadings_of(got);
    CHECK(got.nonzeros() < 50);
    CHECK(got.nonzeros() > 3);
    const tests::dense a = written_down::polar(s.covariance * b), slope = s.covariance * (a - b) - beta * s.square * b;
    for (Eigen::Index j = 0; j < b.rows(); ++j)
        for (Eigen::Index l = 0; l < b.cols(); ++l) {
            CAPTURE(j, l);
            if (b(j, l) != 0)
                CHECK(slope(j, l) == tests::approx(std::copysign(alpha * s.square, b(j, l))).epsilon(1e-4));
            else
                CHECK(std::abs(slope(j, l)) <= alpha * s.square * (1 + 1e-4));
        }
    CHECK(got.objective.back() == tests::approx(s.objective(b, alpha, beta)).epsilon(1e-9));
}

TEST_CASE("the objective of variable_projection never rises") {
    const tests::sparse_and_dense x(40, 25, 8);
    for (const double alpha : {0.0, 0.001, 0.02, 0.1}) {
        const auto got =
            pleach::variable_projection(dense_operator(x.rows.view()), {.components = 4, .alpha = alpha, .tolerance = 1e-9});
        REQUIRE(got.objective.size() > 1);
        for (std::size_t t = 1; t < got.objective.size(); ++t) CHECK(got.objective[t] <= got.objective[t - 1] * (1 + 1e-12));
        CHECK(got.converged);
    }
}

TEST_CASE("without penalties variable_projection finds principal components") {
    const matrix<double> x = tests::modular_matrix();
    const auto got = pleach::variable_projection(dense_operator(x.view()), {.components = 3, .alpha = 0, .beta = 0});
    const double eigenvalues[] = {2.88947037, 1.35566583, .99749954}, all = 6.87272139;
    double left = all;
    for (std::size_t l = 0; l < 3; ++l) {
        CHECK(got.variances[l] == tests::approx(eigenvalues[l] / 11).epsilon(1e-7));
        left -= eigenvalues[l];
    }
    CHECK(got.objective.back() == tests::approx(left / 2).epsilon(1e-7));
    CHECK(got.nonzeros() == 18);
}

TEST_CASE("more alpha leaves fewer values, down to none, which is refused") {
    const tests::sparse_and_dense x(60, 20, 4);
    const dense_operator rows(x.rows.view());
    std::size_t before = 61;
    for (const double alpha : {0.0, 0.002, 0.01, 0.03}) {
        const auto got = pleach::variable_projection(rows, {.components = 3, .alpha = alpha, .tolerance = 1e-10});
        CHECK(got.nonzeros() < before);
        before = got.nonzeros();
    }
    REQUIRE_THROWS_WITH_SENTENCE(pleach::variable_projection(rows, {.components = 3, .alpha = 1.1}), std::invalid_argument,
                                 "alpha is 1.1");
}

TEST_CASE("sparse and dense matrices, tall and wide, have the same components by variable_projection") {
    for (const auto& [n, p] : {std::pair<std::size_t, std::size_t>{90, 30}, {30, 70}}) {
        const tests::sparse_and_dense x(n, p, 5);
        const pleach::csr_operator<double> entries({x.offsets, x.columns, p, x.values});
        const pleach::variable_projection_options options{
            .components = 3, .alpha = 0.02, .iterations = 20000, .tolerance = 1e-13};
        const auto dense = pleach::variable_projection(dense_operator(x.rows.view()), options);
        const auto sparse = pleach::variable_projection(entries, options);
        CHECK(dense.objective.back() == tests::approx(sparse.objective.back()).epsilon(1e-9));
        CHECK((tests::copied(dense.components) - tests::copied(sparse.components)).norm() < 1e-4);
        const auto threads = pleach::variable_projection(entries, options, pleach::openmp{2});
        CHECK(threads.components == sparse.components);
        CHECK(threads.scores == sparse.scores);
    }
}

TEST_CASE("variable_projection says what is wrong with its input") {
    matrix<double> x = tests::modular_matrix();
    const auto refuses = [&](const pleach::variable_projection_options& options, const char* part) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::variable_projection(dense_operator(x.view()), options), std::invalid_argument,
                                     part);
    };
    refuses({.components = 0}, "0 components were asked for");
    refuses({.components = 7}, "the rank of the centered columns is at most 6");
    refuses({.alpha = -1}, "alpha is -1");
    refuses({.beta = -1}, "beta is -1");
    refuses({.ridge = -1}, "the ridge is -1");
    x.row(2)[5] = std::numeric_limits<double>::quiet_NaN();
    refuses({}, "column 5 holds a value that is not finite");
    x = matrix<double>(12, 6);
    refuses({}, "every column is constant");
}

}  // namespace variable_projection_test
