// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the tests of sparse principal components share.

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace tests {

using dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// X[i][j] = ((7 i^2 + 3 j^2 + 5 i j + 2 i + j) mod 17) / 16, 12 x 6: the matrix of the reference values.
inline pleach::matrix<double> modular_matrix() {
    pleach::matrix<double> x(12, 6);
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 6; ++j)
            x.row(i)[j] = static_cast<double>((7 * i * i + 3 * j * j + 5 * i * j + 2 * i + j) % 17) / 16;
    return x;
}

inline dense copied(const pleach::matrix<double>& m) {
    return Eigen::Map<const dense>(m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols()));
}
inline pleach::matrix<double> copied(const dense& m) {
    return pleach::matrix<double>(
        pleach::matrix_view<const double>(m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())));
}
inline dense centered_copy(const pleach::matrix<double>& m) {
    const dense x = copied(m);
    return x.rowwise() - x.colwise().mean();
}

/// Few values of normal size, as compressed rows and written down.
struct sparse_and_dense {
    std::vector<std::uint64_t> offsets{0};
    std::vector<std::uint32_t> columns;
    std::vector<double> values;
    pleach::matrix<double> rows;

    sparse_and_dense(std::size_t n, std::size_t p, std::uint64_t seed) : rows(n, p) {
        const pleach::random_stream stream(seed);
        for (std::size_t r = 0; r < n; ++r) {
            for (std::size_t c = 0; c < p; ++c) {
                if (stream.below(4, r, c) != 0) continue;
                rows.row(r)[c] = stream.normal(r, c) / static_cast<double>(1 + c % 7);
                columns.push_back(static_cast<std::uint32_t>(c));
                values.push_back(rows.row(r)[c]);
            }
            offsets.push_back(columns.size());
        }
    }
};

/// Rows made of two groups of columns, 0-3 and 4-7, that each follow a value of its own, and two that follow both, as
/// in Zou, Hastie and Tibshirani, JCGS 15 (2006), section 5.2.
inline pleach::matrix<double> grouped_matrix(std::size_t n) {
    const pleach::random_stream stream(11);
    pleach::matrix<double> x(n, 10);
    for (std::size_t r = 0; r < n; ++r) {
        const double first = std::sqrt(290.0) * stream.normal(r, 100), second = std::sqrt(300.0) * stream.normal(r, 101);
        const double both = -.3 * first + .925 * second + stream.normal(r, 102);
        for (std::size_t c = 0; c < 10; ++c) x.row(r)[c] = (c < 4 ? first : c < 8 ? second : both) + stream.normal(r, c);
    }
    return x;
}

/// The largest |cosine| of a row with `wanted`, over all rows.
inline double best_cosine(const pleach::matrix<double>& rows, const std::vector<double>& wanted) {
    const Eigen::Map<const Eigen::VectorXd> want(wanted.data(), static_cast<Eigen::Index>(wanted.size()));
    return (copied(rows) * want).cwiseAbs().maxCoeff() / want.norm();
}

/// x^T S x of a direction, S = X_c^T X_c.
inline double variance_along(const dense& centered, std::span<const double> direction) {
    const Eigen::Map<const Eigen::VectorXd> x(direction.data(), static_cast<Eigen::Index>(direction.size()));
    return (centered * x).squaredNorm();
}

}  // namespace tests
