// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/generalized_power.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

namespace generalized_power_test {

using pleach::dense_operator;
using pleach::matrix;
using pleach::sparsity_norm;

namespace {

// The longest centered column of the modular matrix has a square of 1.4140625.
double share(double gamma, sparsity_norm norm) {
    return gamma / (norm == sparsity_norm::l1 ? std::sqrt(1.4140625) : 1.4140625);
}

// The best l1 or l0 objective of one component over all signs and places: a start from each.
double best_by_force(const tests::dense& x, double gamma, sparsity_norm norm) {
    const auto value = [&](const Eigen::VectorXd& at) {
        const Eigen::ArrayXd w = (x.transpose() * at).array().abs();
        return norm == sparsity_norm::l1 ? (w - gamma).max(0.0).square().sum() : (w.square() - gamma).max(0.0).sum();
    };
    double best = 0;
    for (unsigned places = 1; places < (1U << static_cast<unsigned>(x.cols())); ++places) {
        Eigen::MatrixXd kept = x;
        for (Eigen::Index j = 0; j < x.cols(); ++j)
            if ((places >> static_cast<unsigned>(j) & 1U) == 0) kept.col(j).setZero();
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(kept * kept.transpose());
        Eigen::VectorXd at = eigen.eigenvectors().col(x.rows() - 1);
        for (int step = 0; step < 3000; ++step) {
            const Eigen::VectorXd w = x.transpose() * at;
            Eigen::VectorXd p = w;
            for (Eigen::Index j = 0; j < x.cols(); ++j) {
                const double size = std::abs(w(j));
                if (norm == sparsity_norm::l1)
                    p(j) = size > gamma ? std::copysign(size - gamma, w(j)) : 0;
                else
                    p(j) = size * size > gamma ? w(j) : 0;
            }
            if (p.norm() == 0) break;
            at = (x * p).normalized();
        }
        best = std::max(best, value(at));
    }
    return best;
}

}  // namespace

TEST_CASE("generalized_power gives the reference values of one component") {
    const struct {
        sparsity_norm norm;
        double gamma, objective, loading[6];
    } cases[] = {{sparsity_norm::l1, .1, 2.198936030, {.4780633, .1175210, .0066000, -.5461078, .4407448, .5148894}},
                 {sparsity_norm::l1, .3, 1.160528051, {.4559949, 0, 0, -.5763951, .4181314, .5338572}},
                 {sparsity_norm::l1, .5, .474918901, {0, 0, 0, 0, 0, 1}},
                 {sparsity_norm::l0, .05, 2.622779561, {.4799703, .1753938, 0, -.5330437, .4431986, .5082371}},
                 {sparsity_norm::l0, .3, 1.1140625, {0, 0, 0, 0, 0, 1}},
                 {sparsity_norm::l0, .6, .8140625, {0, 0, 0, 0, 0, 1}}};
    const matrix<double> x = tests::modular_matrix();
    for (const auto& want : cases) {
        CAPTURE(want.gamma);
        const auto got = pleach::generalized_power(
            dense_operator(x.view()),
            {.components = 1, .sparsity = share(want.gamma, want.norm), .norm = want.norm, .refit = false, .tolerance = 1e-14});
        CHECK(got.converged);
        CHECK(got.objective.back() == tests::approx(want.objective).epsilon(1e-8));
        const double sign = want.loading[3] < 0 && got.components.row(0)[3] > 0 ? -1 : 1;
        for (std::size_t j = 0; j < 6; ++j) {
            CHECK(std::abs(sign * got.components.row(0)[j] - want.loading[j]) < 1e-5);
            CHECK((got.components.row(0)[j] == 0) == (want.loading[j] == 0));
        }
        for (std::size_t t = 1; t < got.objective.size(); ++t) CHECK(got.objective[t] >= got.objective[t - 1] * (1 - 1e-12));
    }
}

TEST_CASE("generalized_power is near the best over all places of the values") {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const tests::sparse_and_dense x(20, 8, seed);
        const tests::dense centered = tests::centered_copy(x.rows);
        const double longest = centered.colwise().norm().maxCoeff();
        for (const sparsity_norm norm : {sparsity_norm::l1, sparsity_norm::l0}) {
            const double gamma = norm == sparsity_norm::l1 ? .3 * longest : .1 * longest * longest;
            const auto got = pleach::generalized_power(
                dense_operator(x.rows.view()),
                {.components = 1, .sparsity = norm == sparsity_norm::l1 ? .3 : .1, .norm = norm, .tolerance = 1e-14});
            const double best = best_by_force(centered, gamma, norm);
            CHECK(got.objective.back() <= best * (1 + 1e-9));
            CHECK(got.objective.back() >= best * .97);
        }
    }
}

TEST_CASE("f of several components rises, and its best X has orthonormal columns") {
    const tests::sparse_and_dense x(60, 25, 6);
    for (const sparsity_norm norm : {sparsity_norm::l1, sparsity_norm::l0}) {
        const auto got = pleach::generalized_power(
            dense_operator(x.rows.view()), {.components = 5, .sparsity = .2, .norm = norm, .weights = {1, .8, .6, .5, .4}});
        for (std::size_t t = 1; t < got.objective.size(); ++t) CHECK(got.objective[t] >= got.objective[t - 1] * (1 - 1e-12));
        CHECK(got.objective.back() > got.objective.front());
        CHECK(got.nonzeros() < 5 * 25);
    }
}

TEST_CASE("without sparsity generalized_power finds principal components, in order by falling weights") {
    const matrix<double> x = tests::modular_matrix();
    const auto got = pleach::generalized_power(
        dense_operator(x.view()),
        {.components = 3, .sparsity = 0, .weights = {1, .5, .25}, .iterations = 20000, .tolerance = 1e-15});
    const double eigenvalues[] = {2.88947037, 1.35566583, .99749954};
    const tests::dense centered = tests::centered_copy(x);
    for (std::size_t l = 0; l < 3; ++l) {
        CHECK(tests::variance_along(centered, got.components.row(l)) == tests::approx(eigenvalues[l]).epsilon(1e-6));
        CHECK(got.variances[l] == tests::approx(eigenvalues[l] / 11).epsilon(1e-6));
    }
}

TEST_CASE("a refit makes the best of the places that are left") {
    const matrix<double> x = tests::modular_matrix();
    const dense_operator rows(x.view());
    const auto got = pleach::generalized_power(rows, {.components = 1, .sparsity = .25, .tolerance = 1e-14});
    const tests::dense centered = tests::centered_copy(x);
    // All of {0, 3, 4, 5}, of which no four places explain more.
    CHECK(got.nonzeros() == 4);
    CHECK(tests::variance_along(centered, got.components.row(0)) == tests::approx(2.804485858).epsilon(1e-8));
    const auto raw = pleach::generalized_power(rows, {.components = 1, .sparsity = .25, .refit = false});
    CHECK(tests::variance_along(centered, raw.components.row(0)) < 2.8044);
}

TEST_CASE("sparse and dense matrices, tall and wide, have the same components by generalized_power") {
    for (const auto& [n, p] : {std::pair<std::size_t, std::size_t>{90, 30}, {30, 70}}) {
        const tests::sparse_and_dense x(n, p, 5);
        const pleach::csr_operator<double> entries({x.offsets, x.columns, p, x.values});
        const pleach::generalized_power_options options{.components = 3, .sparsity = .3, .tolerance = 1e-13};
        const auto dense = pleach::generalized_power(dense_operator(x.rows.view()), options);
        const auto sparse = pleach::generalized_power(entries, options);
        CHECK(dense.objective.back() == tests::approx(sparse.objective.back()).epsilon(1e-10));
        CHECK((tests::copied(dense.components) - tests::copied(sparse.components)).norm() < 1e-6);
        CHECK((tests::copied(dense.scores) - tests::copied(sparse.scores)).norm() < 1e-5);
        const auto threads = pleach::generalized_power(entries, options, pleach::openmp{2});
        CHECK(threads.components == sparse.components);
        CHECK(threads.scores == sparse.scores);
        // From its own loadings it is where it was.
        const matrix<double> start = sparse.loadings();
        const auto again =
            pleach::generalized_power(entries, {.components = 3, .sparsity = .3, .tolerance = 1e-13, .start = start.view()});
        CHECK(again.objective.back() >= sparse.objective.back() * (1 - 1e-9));
    }
}

TEST_CASE("generalized_power finds two planted groups of columns exactly") {
    const matrix<double> x = tests::grouped_matrix(3000);
    const auto got = pleach::generalized_power(
        dense_operator(x.view()), {.components = 2, .sparsity = .5, .norm = sparsity_norm::l0, .weights = {1, .8}});
    // X9 and X10 go with the second group; see the exact supports with truncated_power.
    const tests::dense c = tests::copied(got.components);
    CHECK(c.row(0).cwiseAbs().leftCols(4).maxCoeff() == 0);
    CHECK(c.row(1).cwiseAbs().middleCols(4, 4).maxCoeff() == 0);
    CHECK(c.row(1).cwiseAbs().leftCols(4).minCoeff() > .4);
}

TEST_CASE("generalized_power says what is wrong with its input") {
    matrix<double> x = tests::modular_matrix();
    const auto refuses = [&](const pleach::generalized_power_options& options, const char* part) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::generalized_power(dense_operator(x.view()), options), std::invalid_argument, part);
    };
    refuses({.components = 0}, "0 components were asked for");
    refuses({.components = 7}, "the rank of the centered columns is at most 6");
    refuses({.sparsity = 1}, "the sparsity is 1");
    refuses({.sparsity = -.1}, "the sparsity is -0.1");
    refuses({.weights = {1}}, "1 weights were given for 2 components");
    refuses({.weights = {1, 0}}, "a weight is 0");
    refuses({.start = x.view()}, "the start has 12 components");
    refuses({.ridge = -1}, "the ridge is -1");
    // Only the shortest columns: none of them reaches .95 of the longest.
    matrix<double> start(1, 6);
    start.row(0)[1] = 1;
    refuses({.components = 1, .sparsity = .95, .start = start.view()}, "the start leaves no component");
    for (std::size_t r = 0; r < 12; ++r)
        for (std::size_t c = 3; c < 6; ++c) x.row(r)[c] = x.row(r)[c - 3];
    refuses({.components = 4}, "the rank of the centered columns is at most 3");
    x.row(2)[5] = std::numeric_limits<double>::quiet_NaN();
    refuses({}, "column 5 holds a value that is not finite");
    x = matrix<double>(12, 6);
    refuses({}, "every column is constant");
    x = matrix<double>(1, 6);
    refuses({}, "a matrix of 1 rows");
}

}  // namespace generalized_power_test
