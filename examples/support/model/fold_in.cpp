// SPDX-License-Identifier: Apache-2.0
#include "support/model/fold_in.hpp"

#include <Eigen/Eigenvalues>

#include <limits>
#include <stdexcept>

namespace support {

pleach::matrix<float> fit_fold_in(pleach::matrix_view<const float> users, pleach::matrix_view<const float> items,
                                  const csr& taken) {
    const auto dim = static_cast<Eigen::Index>(items.cols());
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(dim, dim), right = Eigen::MatrixXd::Zero(dim, dim);
    std::vector<float> mean(items.cols());
    for (std::size_t u = 0; u < taken.rows(); ++u) {
        if (taken.row(u).empty()) continue;
        mean_of_items(items, taken.row(u), mean);
        const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXf>(mean.data(), dim).cast<double>();
        gram.selfadjointView<Eigen::Lower>().rankUpdate(x);
        right += x * Eigen::Map<const Eigen::RowVectorXf>(users.row(u).data(), dim).cast<double>();
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> parts(gram);
    const Eigen::VectorXd& squares = parts.eigenvalues();
    if (!(squares.maxCoeff() > 0))
        throw std::invalid_argument("fit_fold_in: no user took an item with a row, so users cannot be made of items");
    // Directions in which no user differs from zero have no solution; the one of smallest norm leaves them out.
    const double least = squares.maxCoeff() * static_cast<double>(dim) * std::numeric_limits<double>::epsilon();
    const Eigen::VectorXd inverse = squares.unaryExpr([&](double s) { return s > least ? 1 / s : 0.0; });
    const Eigen::MatrixXd solution = parts.eigenvectors() * inverse.asDiagonal() * parts.eigenvectors().transpose() * right;
    pleach::matrix<float> fold(items.cols(), items.cols());
    for (std::size_t r = 0; r < fold.rows(); ++r)
        for (std::size_t c = 0; c < fold.cols(); ++c)
            fold.row(r)[c] = static_cast<float>(solution(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)));
    return fold;
}

}  // namespace support
