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
template <class T>
[[nodiscard]] row_major<T> polar_factor(const row_major<T>& g) {
    const one_eigen_thread alone;
    const Eigen::Index k = g.cols();
    const Eigen::HouseholderQR<column_major<T>> qr(g);
    const column_major<T> r = qr.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
    const Eigen::JacobiSVD<column_major<T>> svd(r, Eigen::ComputeFullU | Eigen::ComputeFullV);
    column_major<T> q = column_major<T>::Zero(g.rows(), k);
    q.topRows(k) = svd.matrixU() * svd.matrixV().transpose();
    return qr.householderQ() * q;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
