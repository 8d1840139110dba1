// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/detail/feature_rows.hpp>
#include <pleach/factor/sparse_pca.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"
#include "support/components.hpp"

#include <Eigen/SVD>

namespace sparse_pca_test {

using pleach::dense_operator;
using pleach::matrix;

namespace {

// The objective at components in their lengths, with the best U of unit columns found by plain alternation.
double objective_of(const tests::dense& x, const tests::dense& v, double alpha) {
    const Eigen::MatrixXd a = v * v.transpose(), b = x * v.transpose();
    Eigen::MatrixXd u = Eigen::MatrixXd::Zero(x.rows(), v.rows());
    for (int pass = 0; pass < 3000; ++pass)
        for (Eigen::Index l = 0; l < v.rows(); ++l) {
            if (a(l, l) == 0) continue;
            u.col(l) += (b.col(l) - u * a.col(l)) / a(l, l);
            u.col(l) /= std::max(1.0, u.col(l).norm());
        }
    return 0.5 * (x - u * v).squaredNorm() + alpha * v.cwiseAbs().sum();
}

}  // namespace

TEST_CASE("sparse_pca gives the objectives, components and scores of scikit-learn 1.2.1") {
    // SparsePCA(n_components=2, ridge_alpha=.01, max_iter=2000, tol=1e-12, random_state=0)
    const struct {
        double alpha, objective, components[2][6], first[2], last[2], squares;
    } cases[] = {{.1,
                  1.840494860510,
                  {{.5048567, .0831988, .1898834, -.5790209, .4801885, .3691824}, {0, .0952899, -.7019178, 0, 0, .7058550}},
                  {-.4728118, .0902075},
                  {-.5757415, -.0807319},
                  4.114396},
                 {.3,
                  2.593344014417,
                  {{.4559942, 0, 0, -.5763956, .4181328, .5338561}, {0, 0, -1, 0, 0, 0}},
                  {-.3913974, -.1804868},
                  {-.5985116, .2526815},
                  3.772198},
                 {.6,
                  3.172538177463,
                  {{0, 0, 0, 0, 0, 1}, {0, 0, -1, 0, 0, 0}},
                  {.2475248, -.1804868},
                  {-.4950495, .2526815},
                  2.415957}};
    const matrix<double> x = tests::modular_matrix();
    for (const auto& want : cases) {
        CAPTURE(want.alpha);
        const auto got =
            pleach::sparse_pca(dense_operator(x.view()), {.alpha = want.alpha, .iterations = 2000, .tolerance = 1e-12});
        CHECK(got.converged);
        CHECK(got.objective.back() == tests::approx(want.objective).epsilon(1e-9));
        CHECK(objective_of(tests::centered_copy(x), tests::copied(got.loadings()), want.alpha) ==
              tests::approx(want.objective).epsilon(1e-8));
        double squares = 0;
        for (const double z : got.scores.elements()) squares += z * z;
        CHECK(squares == tests::approx(want.squares).epsilon(1e-6));
        for (std::size_t l = 0; l < 2; ++l) {
            double along = 0;
            for (std::size_t j = 0; j < 6; ++j) along += got.components.row(l)[j] * want.components[l][j];
            const double sign = along > 0 ? 1 : -1;
            for (std::size_t j = 0; j < 6; ++j) {
                CHECK(std::abs(sign * got.components.row(l)[j] - want.components[l][j]) < 2e-6);
                CHECK((got.components.row(l)[j] == 0) == (want.components[l][j] == 0));
            }
            CHECK(std::abs(sign * got.scores.row(0)[l] - want.first[l]) < 5e-6);
            CHECK(std::abs(sign * got.scores.row(11)[l] - want.last[l]) < 5e-6);
        }
        for (std::size_t t = 1; t < got.objective.size(); ++t)
            CHECK(got.objective[t] <= got.objective[t - 1] + 1e-7 * got.objective[0]);
    }
}

TEST_CASE("the largest value of every component of a sparse PCA is positive, and lengths make loadings of them") {
    const auto got = pleach::sparse_pca(dense_operator(tests::modular_matrix().view()), {.components = 3, .alpha = .1});
    for (std::size_t l = 0; l < 3; ++l) {
        const Eigen::VectorXd row = tests::copied(got.components).row(static_cast<Eigen::Index>(l));
        CHECK(row.norm() == tests::approx(1));
        CHECK(row.maxCoeff() >= -row.minCoeff());
        for (std::size_t j = 0; j < 6; ++j) CHECK(got.loadings().row(l)[j] == got.components.row(l)[j] * got.lengths[l]);
    }
}

TEST_CASE("without a penalty sparse_pca spans the principal subspace") {
    const matrix<double> x = tests::modular_matrix();
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(tests::centered_copy(x), Eigen::ComputeThinV);
    CHECK(svd.singularValues()(0) == tests::approx(1.6998442186).epsilon(1e-9));
    const auto got = pleach::sparse_pca(dense_operator(x.view()), {.components = 3, .alpha = 0, .tolerance = 1e-14});
    const Eigen::VectorXd squares = svd.singularValues().cwiseAbs2();
    CHECK(got.objective.back() == tests::approx(squares.tail(3).sum() / 2).epsilon(1e-9));
    CHECK(got.kept_variance() == tests::approx(squares.head(3).sum() / squares.sum()).epsilon(1e-9));
    CHECK(got.total_variance == tests::approx(squares.sum() / 11));
    const Eigen::MatrixXd v = svd.matrixV().leftCols(3), c = tests::copied(got.components);
    CHECK((c - c * v * v.transpose()).norm() < 1e-5);
}

TEST_CASE("a tall matrix gives what its columns, uncompressed, give") {
    const tests::sparse_and_dense x(60, 8, 3);
    const double alpha = .8;
    const auto got = pleach::sparse_pca(dense_operator(x.rows.view()), {.components = 3, .alpha = alpha, .tolerance = 1e-13});
    const matrix<double> columns = tests::copied(tests::dense(tests::centered_copy(x.rows).transpose()));
    const auto want = pleach::learn_dictionary(columns.view(), {.atoms = 3, .alpha = alpha, .tolerance = 1e-13});
    CHECK(got.objective.back() == tests::approx(want.objective.back()).epsilon(1e-10));
    const tests::dense codes = tests::copied(want.codes).transpose();
    for (std::size_t l = 0; l < 3; ++l) {
        const Eigen::VectorXd code = codes.row(static_cast<Eigen::Index>(l));
        CHECK(tests::best_cosine(got.components, {code.data(), code.data() + code.size()}) == tests::approx(1).epsilon(1e-8));
    }
}

TEST_CASE("sparse and dense matrices, tall and wide, have the same sparse components") {
    for (const auto& [n, p] : {std::pair<std::size_t, std::size_t>{90, 40}, {30, 70}}) {
        const tests::sparse_and_dense x(n, p, 5);
        const pleach::sparse_pca_options options{.components = 4, .alpha = .9, .tolerance = 1e-12};
        const auto dense = pleach::sparse_pca(dense_operator(x.rows.view()), options);
        const pleach::csr_operator<double> entries({x.offsets, x.columns, p, x.values});
        const auto sparse = pleach::sparse_pca(entries, options);
        CHECK(dense.objective.back() == tests::approx(sparse.objective.back()).epsilon(1e-10));
        CHECK((tests::copied(dense.components) - tests::copied(sparse.components)).norm() < 1e-7);
        CHECK((tests::copied(dense.scores) - tests::copied(sparse.scores)).norm() < 1e-7);
        CHECK(dense.nonzeros() == sparse.nonzeros());
        CHECK(dense.nonzeros() < 4 * p);
        // Other rows are scored as the rows themselves were.
        CHECK((tests::copied(pleach::transform(entries, dense)) - tests::copied(dense.scores)).norm() < 1e-8);
    }
}

TEST_CASE("sparse_pca moves with rows, columns and signs") {
    const tests::sparse_and_dense x(40, 9, 8);
    const pleach::sparse_pca_options options{.components = 3, .alpha = .6, .tolerance = 1e-13};
    const auto plain = pleach::sparse_pca(dense_operator(x.rows.view()), options);
    tests::dense moved = tests::copied(x.rows);
    moved.row(3).swap(moved.row(27));
    moved.col(1).swap(moved.col(6));
    moved.col(4) *= -1;
    const matrix<double> other = tests::copied(moved);
    const auto turned = pleach::sparse_pca(dense_operator(other.view()), options);
    CHECK(turned.objective.back() == tests::approx(plain.objective.back()).epsilon(1e-10));
    for (std::size_t l = 0; l < 3; ++l) {
        std::vector<double> want(plain.components.row(l).begin(), plain.components.row(l).end());
        std::swap(want[1], want[6]);
        want[4] = -want[4];
        CHECK(tests::best_cosine(turned.components, want) == tests::approx(1).epsilon(1e-6));
    }
    // Scaled by c with c alpha, loadings are scaled and nothing else.
    const matrix<double> tripled = tests::copied(tests::dense(tests::copied(x.rows) * 3));
    const auto scaled = pleach::sparse_pca(dense_operator(tripled.view()), {.components = 3, .alpha = 1.8, .tolerance = 1e-13});
    CHECK((tests::copied(scaled.loadings()) - 3 * tests::copied(plain.loadings())).norm() < 1e-6);
}

TEST_CASE("sparse_pca stays where it starts from its own loadings, and follows a path of penalties") {
    const tests::sparse_and_dense x(50, 12, 2);
    const dense_operator rows(x.rows.view());
    const auto first = pleach::sparse_pca(rows, {.components = 3, .alpha = .5, .tolerance = 1e-13});
    const matrix<double> start = first.loadings();
    const auto again = pleach::sparse_pca(rows, {.components = 3, .alpha = .5, .start = start.view()});
    CHECK(again.objective.size() <= 3);
    CHECK(again.objective.back() == tests::approx(first.objective.back()).epsilon(1e-8));
    const auto sparser = pleach::sparse_pca(rows, {.components = 3, .alpha = .9, .start = start.view()});
    CHECK(sparser.nonzeros() < first.nonzeros());
}

TEST_CASE("sparse_pca of a matrix cut to its own rank is that of the matrix, and a smaller rank keeps most of it") {
    const tests::sparse_and_dense x(50, 12, 2);
    const dense_operator rows(x.rows.view());
    const auto exact = pleach::sparse_pca(rows, {.components = 2, .alpha = .4, .tolerance = 1e-12});
    const auto whole = pleach::sparse_pca(rows, {.components = 2, .alpha = .4, .tolerance = 1e-12, .rank = 12});
    CHECK(whole.objective.back() == tests::approx(exact.objective.back()).epsilon(1e-9));
    const auto cut = pleach::sparse_pca(rows, {.components = 2, .alpha = .4, .tolerance = 1e-12, .rank = 6});
    CHECK(cut.kept_variance() > .95 * exact.kept_variance());
}

TEST_CASE("sparse_pca of floats, and at any number of threads, has the same bits") {
    const tests::sparse_and_dense x(5000, 24, 4);
    matrix<float> floats(5000, 24);
    for (std::size_t i = 0; i < floats.elements().size(); ++i) floats.elements()[i] = static_cast<float>(x.rows.elements()[i]);
    const dense_operator rows(floats.view());
    const pleach::sparse_pca_options options{.components = 5, .alpha = 8, .iterations = 20};
    const auto one = pleach::sparse_pca(rows, options), two = pleach::sparse_pca(rows, options, pleach::openmp{2});
    CHECK(one.components == two.components);
    CHECK(one.scores == two.scores);
    CHECK(one.objective == two.objective);
    const auto doubles = pleach::sparse_pca(dense_operator(x.rows.view()), options);
    CHECK(doubles.objective.back() == tests::approx(one.objective.back()).epsilon(1e-6));
}

TEST_CASE("a constant column has no loading, and variances add up to those of the span") {
    matrix<double> x = tests::modular_matrix();
    for (std::size_t r = 0; r < 12; ++r) x.row(r)[2] = 7.1;
    const auto got = pleach::sparse_pca(dense_operator(x.view()), {.components = 3, .alpha = .05});
    for (std::size_t l = 0; l < 3; ++l) CHECK(got.components.row(l)[2] == 0);
    const tests::dense centered = tests::centered_copy(x), c = tests::copied(got.components);
    CHECK(got.variances[0] == tests::approx(tests::variance_along(centered, got.components.row(0)) / 11));
    const Eigen::MatrixXd z = centered * c.transpose();
    CHECK(std::accumulate(got.variances.begin(), got.variances.end(), 0.0) * 11 ==
          tests::approx(Eigen::MatrixXd(z.householderQr().matrixQR().triangularView<Eigen::Upper>()).diagonal().squaredNorm()));
}

TEST_CASE("sparse_pca says what is wrong with its input") {
    matrix<double> x = tests::modular_matrix();
    const auto refuses = [&](const pleach::sparse_pca_options& options, const char* part) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::sparse_pca(dense_operator(x.view()), options), std::invalid_argument, part);
    };
    refuses({.components = 0}, "0 components were asked for");
    refuses({.components = 7, .alpha = .1}, "the rank of the centered columns is at most 6");
    refuses({.alpha = -1}, "alpha is -1");
    refuses({.alpha = std::numeric_limits<double>::quiet_NaN()}, "alpha is nan");
    refuses({.alpha = 1.19}, "leaves no component; the longest centered column is 1.18");
    refuses({.alpha = .1, .ridge = -1}, "the ridge is -1");
    refuses({.alpha = .1, .rank = 1}, "a rank of 1 was given, but 2 components");
    refuses({.components = 3, .alpha = .1, .start = x.view()}, "the start has 12 components of 6 columns, but 3 of 6");
    const pleach::sparse_components found = pleach::sparse_pca(dense_operator(x.view()), {.alpha = .1});
    REQUIRE_THROWS_WITH_SENTENCE(pleach::transform(dense_operator(matrix<double>(4, 5).view()), found), std::invalid_argument,
                                 "rows of 5 columns were given, but the components have 6");
    for (std::size_t r = 0; r < 12; ++r)
        for (std::size_t c = 0; c < 6; ++c) x.row(r)[c] = c < 3 ? x.row(r)[c] : 2 * x.row(r)[c - 3] - .1;
    refuses({.components = 4, .alpha = .1}, "the rank of the centered columns is at most 3");
    x.row(7)[4] = std::numeric_limits<double>::infinity();
    refuses({.alpha = .1}, "column 4 holds a value that is not finite");
    x = matrix<double>(12, 6);
    for (double& value : x.elements()) value = .1;
    refuses({.alpha = .1}, "every column is constant");
    x = matrix<double>(0, 6);
    refuses({.alpha = .1}, "a matrix of 0 rows and 6 columns was given");
    x = matrix<double>(5, 0);
    refuses({.alpha = .1}, "5 rows and 0 columns");
}

}  // namespace sparse_pca_test
