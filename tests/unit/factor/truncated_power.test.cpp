// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/truncated_power.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

#include <bit>

namespace truncated_power_test {

using pleach::dense_operator;
using pleach::matrix;

namespace {

// The largest eigenvalue of S over all choices of `count` columns.
double best_by_force(const tests::dense& x, unsigned count) {
    double best = 0;
    for (unsigned places = 1; places < (1U << static_cast<unsigned>(x.cols())); ++places) {
        if (static_cast<unsigned>(std::popcount(places)) != count) continue;
        Eigen::MatrixXd kept(x.rows(), count);
        Eigen::Index at = 0;
        for (Eigen::Index j = 0; j < x.cols(); ++j)
            if ((places >> static_cast<unsigned>(j) & 1U) != 0) kept.col(at++) = x.col(j);
        best = std::max(best, Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(kept.transpose() * kept).eigenvalues()(count - 1));
    }
    return best;
}

std::size_t nonzeros_of(std::span<const double> row) {
    return row.size() - static_cast<std::size_t>(std::count(row.begin(), row.end(), 0.0));
}

}  // namespace

TEST_CASE("truncated_power reaches the best variance of every number of values") {
    const struct {
        std::size_t count;
        double variance;
        std::vector<std::size_t> places;
    } cases[] = {{1, 1.4140625, {5}}, {2, 1.888569627, {3, 4}}, {3, 2.396924849, {0, 3, 5}}, {4, 2.804485858, {0, 3, 4, 5}}};
    const matrix<double> x = tests::modular_matrix();
    for (const auto& want : cases) {
        CAPTURE(want.count);
        const auto got = pleach::truncated_power(dense_operator(x.view()), {.cardinality = {want.count}});
        CHECK(got.objective[0] == tests::approx(want.variance).epsilon(1e-8));
        CHECK(got.variances[0] == tests::approx(want.variance / 11).epsilon(1e-8));
        CHECK(got.nonzeros() == want.count);
        for (const std::size_t j : want.places) CHECK(got.components.row(0)[j] != 0);
    }
}

TEST_CASE("one start can end in a worse place than many") {
    std::size_t worse = 0;
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
        const tests::sparse_and_dense many(24, 10, seed);
        const tests::dense centered = tests::centered_copy(many.rows);
        for (const unsigned count : {1U, 2U, 3U, 5U, 8U}) {
            CAPTURE(seed, count);
            const double best = best_by_force(centered, count);
            const auto got = pleach::truncated_power(dense_operator(many.rows.view()), {.cardinality = {count}, .starts = 64});
            CHECK(got.objective[0] == tests::approx(best).epsilon(1e-7));
            const auto lone = pleach::truncated_power(dense_operator(many.rows.view()), {.cardinality = {count}, .starts = 1});
            CHECK(lone.objective[0] <= best * (1 + 1e-7));
            worse += lone.objective[0] < best * (1 - 1e-4) ? 1U : 0U;
        }
    }
    CHECK(worse > 0);
}

TEST_CASE("truncated_power never loses variance from one iteration to the next") {
    const tests::sparse_and_dense x(40, 20, 9);
    double before = 0;
    for (std::size_t t = 0; t < 12; ++t) {
        const auto got = pleach::truncated_power(dense_operator(x.rows.view()),
                                                 {.cardinality = {20}, .starts = 1, .iterations = t, .tolerance = 0});
        CHECK(got.objective[0] >= before * (1 - 1e-12));
        before = got.objective[0];
    }
    CHECK(before > 0);
}

TEST_CASE("truncated_power keeps exactly the values asked for, and deflates what it found") {
    const tests::sparse_and_dense x(50, 30, 3);
    const auto got = pleach::truncated_power(dense_operator(x.rows.view()), {.cardinality = {7, 1, 12}});
    CHECK(got.converged);
    CHECK(nonzeros_of(got.components.row(0)) == 7);
    CHECK(nonzeros_of(got.components.row(1)) == 1);
    CHECK(nonzeros_of(got.components.row(2)) == 12);
    // What the deflated matrix, written down, has along each of them.
    tests::dense left = tests::centered_copy(x.rows);
    for (std::size_t l = 0; l < 3; ++l) {
        CHECK(tests::variance_along(left, got.components.row(l)) == tests::approx(got.objective[l]).epsilon(1e-9));
        const Eigen::VectorXd z = tests::copied(got.components).row(static_cast<Eigen::Index>(l));
        left -= (left * z).eval() * z.transpose();
    }
}

TEST_CASE("with all values truncated_power finds principal components") {
    const matrix<double> x = tests::modular_matrix();
    const auto got = pleach::truncated_power(dense_operator(x.view()), {.cardinality = {6, 6, 6}, .tolerance = 1e-15});
    CHECK(got.objective[0] == tests::approx(2.88947037).epsilon(1e-8));
    CHECK(got.objective[1] == tests::approx(1.35566583).epsilon(1e-8));
    CHECK(got.objective[2] == tests::approx(.99749954).epsilon(1e-7));
}

TEST_CASE("truncated_power finds planted groups of columns exactly") {
    // Zou's covariance: 10 columns of two groups of four and two that mix them.
    const matrix<double> x = tests::grouped_matrix(3000);
    const auto got = pleach::truncated_power(dense_operator(x.view()), {.cardinality = {4, 4}});
    for (std::size_t c = 0; c < 10; ++c) {
        CHECK((got.components.row(0)[c] != 0) == (c >= 4 && c < 8));
        CHECK((got.components.row(1)[c] != 0) == (c < 4));
        if (c < 8) CHECK(got.components.row(c < 4 ? 1 : 0)[c] == tests::approx(.5).epsilon(.01));
    }
    CHECK(got.kept_variance() == tests::approx(.80406).epsilon(.01));
    CHECK(got.variances[0] / got.total_variance == tests::approx(.40884).epsilon(.05));
}

TEST_CASE("sparse and dense matrices have the same components by truncated_power, at any number of threads") {
    for (const auto& [n, p] : {std::pair<std::size_t, std::size_t>{90, 30}, {30, 70}}) {
        const tests::sparse_and_dense x(n, p, 5);
        const pleach::csr_operator<double> entries({x.offsets, x.columns, p, x.values});
        const pleach::truncated_power_options options{.cardinality = {5, 9}, .tolerance = 1e-13};
        const auto dense = pleach::truncated_power(dense_operator(x.rows.view()), options);
        const auto sparse = pleach::truncated_power(entries, options);
        CHECK((tests::copied(dense.components) - tests::copied(sparse.components)).norm() < 1e-6);
        CHECK(dense.objective[1] == tests::approx(sparse.objective[1]).epsilon(1e-10));
        CHECK(pleach::truncated_power(entries, options, pleach::openmp{2}).components == sparse.components);
    }
}

TEST_CASE("a start that is given counts as one more") {
    const tests::sparse_and_dense x(40, 12, 7);
    const dense_operator rows(x.rows.view());
    const auto best = pleach::truncated_power(rows, {.cardinality = {3}, .starts = 64});
    const matrix<double> start = best.loadings();
    const auto got = pleach::truncated_power(rows, {.cardinality = {3}, .starts = 1, .start = start.view()});
    CHECK(got.objective[0] == tests::approx(best.objective[0]).epsilon(1e-9));
}

TEST_CASE("truncated_power says what is wrong with its input") {
    matrix<double> x = tests::modular_matrix();
    const auto refuses = [&](const pleach::truncated_power_options& options, const char* part) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::truncated_power(dense_operator(x.view()), options), std::invalid_argument, part);
    };
    refuses({.cardinality = {}}, "0 components were asked for");
    refuses({.cardinality = {2, 0}}, "a component is to have 0 values, but there are 6 columns");
    refuses({.cardinality = {7}}, "a component is to have 7 values");
    refuses({.cardinality = {2}, .starts = 0}, "0 starts");
    refuses({.cardinality = {1, 1, 1, 1, 1, 1, 1}}, "the rank of the centered columns is at most 6");
    refuses({.cardinality = {2}, .start = x.view()}, "the start has 12 components");
    for (std::size_t r = 0; r < 12; ++r)
        for (std::size_t c = 2; c < 6; ++c) x.row(r)[c] = x.row(r)[c - 2];
    refuses({.cardinality = {6, 6, 6}}, "the rank of the centered columns is at most 2");
    x.row(2)[5] = std::numeric_limits<double>::quiet_NaN();
    refuses({.cardinality = {2}}, "column 5 holds a value that is not finite");
    x = matrix<double>(12, 6);
    refuses({.cardinality = {2}}, "every column is constant");
}

}  // namespace truncated_power_test
