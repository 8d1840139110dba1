// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The matrix with orthonormal columns nearest to G (n x k): U V^T of the SVD G = U D V^T. If G is rank-deficient, the
/// remaining columns are orthonormal too.

#include <pleach/factor/eigen_blocks.hpp>

#include <Eigen/QR>
#include <Eigen/SVD>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// *Precondition:* g.rows() >= g.cols(). *Complexity:* rows * cols^2.
[[nodiscard]] inline row_major<double> polar_factor(const row_major<double>& g) {
    const one_eigen_thread alone;
    const Eigen::Index k = g.cols();
    const Eigen::HouseholderQR<column_major<double>> qr(g);
    const column_major<double> r = qr.matrixQR().topRows(k).triangularView<Eigen::Upper>();
    const Eigen::JacobiSVD<column_major<double>> svd(r, Eigen::ComputeFullU | Eigen::ComputeFullV);
    column_major<double> q = column_major<double>::Zero(g.rows(), k);
    q.topRows(k) = svd.matrixU() * svd.matrixV().transpose();
    return qr.householderQ() * q;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
