// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/truncated_svd.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"

#include <Eigen/SVD>

namespace truncated_svd_test {

using pleach::matrix;
using pleach::matrix_view;

namespace {

using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Entries of a sparse matrix, and the same matrix written down.
struct both {
    std::vector<std::uint64_t> offsets{0};
    std::vector<std::uint32_t> columns;
    std::vector<double> values;
    matrix<double> rows;
    both(std::size_t n, std::size_t p) : rows(n, p) {
        const pleach::random_stream stream(5);
        for (std::size_t r = 0; r < n; ++r) {
            for (std::size_t c = 0; c < p; ++c) {
                rows.row(r)[c] = 0;
                if (stream.below(4, r, c) != 0) continue;
                rows.row(r)[c] = stream.normal(r, c) / static_cast<double>(1 + c % 7);
                columns.push_back(static_cast<std::uint32_t>(c));
                values.push_back(rows.row(r)[c]);
            }
            offsets.push_back(columns.size());
        }
    }
    [[nodiscard]] dense plain() const {
        return Eigen::Map<const dense>(rows.view().data(), static_cast<Eigen::Index>(rows.rows()),
                                       static_cast<Eigen::Index>(rows.cols()));
    }
};

dense copied(const matrix<double>& m) {
    dense out(static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols()));
    for (std::size_t r = 0; r < m.rows(); ++r)
        for (std::size_t c = 0; c < m.cols(); ++c)
            out(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = m.row(r)[c];
    return out;
}

void check(const pleach::truncated_svd_result<double>& got, const dense& x, Eigen::Index k, double tolerance) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> want(x);
    const dense u = copied(got.left), v = copied(got.right);
    REQUIRE(u.rows() == x.rows());
    REQUIRE(v.rows() == x.cols());
    CHECK((u.transpose() * u - dense::Identity(k, k)).norm() < 1e-8);
    CHECK((v.transpose() * v - dense::Identity(k, k)).norm() < 1e-8);
    for (Eigen::Index i = 0; i < k; ++i) {
        const double s = want.singularValues()(i);
        CHECK(std::abs(got.values[static_cast<std::size_t>(i)] - s) < tolerance * s);
        Eigen::Index at = 0;
        v.col(i).cwiseAbs().maxCoeff(&at);
        CHECK(v(at, i) > 0);
    }
    const double left_out = want.singularValues().tail(want.singularValues().size() - k).squaredNorm();
    const Eigen::Map<const Eigen::VectorXd> values(got.values.data(), k);
    const dense rest = x - u * values.asDiagonal() * v.transpose();
    CHECK(std::abs(rest.squaredNorm() - left_out) < 1e-6 * x.squaredNorm());
}

}  // namespace

TEST_CASE("truncated_svd finds what a dense decomposition finds, of tall and of wide matrices") {
    for (const auto& [n, p] : {std::pair<std::size_t, std::size_t>{90, 40}, {40, 90}}) {
        const both x(n, p);
        const pleach::dense_operator<double> rows(x.rows.view());
        const pleach::csr_operator<double> entries({x.offsets, x.columns, p, x.values});
        const pleach::svd_options options{.rank = 6, .rounds = 6};
        check(pleach::truncated_svd(rows, options), x.plain(), 6, 1e-6);
        check(pleach::truncated_svd(entries, options), x.plain(), 6, 1e-6);
        const dense moved = x.plain().rowwise() - x.plain().colwise().mean();
        check(pleach::truncated_svd(pleach::centered(rows, pleach::sequential{}), options), moved, 6, 1e-6);
        check(pleach::truncated_svd(pleach::centered(entries, pleach::sequential{}), options), moved, 6, 1e-6);
    }
}

TEST_CASE("truncated_svd gives the same bits at any number of threads") {
    const both x(5000, 20);
    const pleach::csr_operator<double> entries({x.offsets, x.columns, 20, x.values});
    const auto one = pleach::truncated_svd(entries, {.rank = 4});
    const auto two = pleach::truncated_svd(entries, {.rank = 4}, pleach::openmp{2});
    CHECK(one.values == two.values);
    CHECK(copied(one.left) == copied(two.left));
    CHECK(copied(one.right) == copied(two.right));
}

TEST_CASE("truncated_svd finds values that repeat more often than a block is wide") {
    matrix<double> twos(100, 100);
    for (std::size_t r = 0; r < 100; ++r) {
        std::ranges::fill(twos.row(r), 0.0);
        twos.row(r)[r] = r < 64 ? 2 : 1;
    }
    const pleach::dense_operator<double> rows(std::as_const(twos).view());
    for (const std::size_t rounds : {1U, 2U})
        for (const std::size_t rank : {64U, 70U, 100U}) {
            const auto got = pleach::truncated_svd(rows, {.rank = rank, .block = 40, .rounds = rounds});
            for (std::size_t i = 0; i < rank; ++i) CHECK(got.values[i] == tests::approx(i < 64 ? 2 : 1).epsilon(1e-10));
            const dense u = copied(got.left);
            CHECK((u.transpose() * u - dense::Identity(u.cols(), u.cols())).norm() < 1e-8);
        }
}

TEST_CASE("truncated_svd refuses more singular values than there are") {
    matrix<double> ones(9, 5);
    for (std::size_t r = 0; r < 9; ++r)
        for (double& value : ones.row(r)) value = 1;
    const pleach::dense_operator<double> rows(std::as_const(ones).view());
    CHECK(pleach::truncated_svd(rows, {.rank = 1}).values[0] == tests::approx(std::sqrt(45.0)));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::truncated_svd(rows, {.rank = 2}), std::invalid_argument, "has a rank of 1");
    CHECK_THROWS_AS(pleach::truncated_svd(rows, {.rank = 0}), std::invalid_argument);
    CHECK_THROWS_AS(pleach::truncated_svd(rows, {.rank = 6}), std::invalid_argument);
    ones.row(3)[2] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::truncated_svd(rows, {.rank = 1}), std::invalid_argument, "not finite");
}

}  // namespace truncated_svd_test
