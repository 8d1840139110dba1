// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rotates rows so that a few of their values carry most of the weight, and keeps only those:
///
///     min_(Z, B)  0.5 * ||F - Z B||_F^2,      Z with `keep` nonzero values,   B^T B = I
///
/// A rotation preserves inner products of rows, so a table of the rows Z scores like F, up to the values cut: the start of a
/// masked or thresholded table from densely trained rows. Z and B are optimized alternately: Z is F B^T without its smallest
/// values, B the polar factor of Z^T F. The objective never rises. Source: Chen and Rohe, "A New Basis for Sparse Principal
/// Component Analysis", Journal of Computational and Graphical Statistics 2023 (polar, rotate, shrink). Departures: an exact
/// number of values is kept, where theirs are shrunk under a bound on their sum; there are as many axes as columns, and they
/// start at random.

#include <pleach/core/random_stream.hpp>
#include <pleach/factor/eigen_blocks.hpp>
#include <pleach/kernel/select_magnitude.hpp>

#include <Eigen/SVD>

#include <cmath>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

struct rotation_options {
    std::size_t keep = 0;          ///< nonzero values of Z over all rows
    std::size_t iterations = 200;  ///< at most
    double tolerance = 1e-4;       ///< stop when an iteration reduces the objective by less than this share
    std::uint64_t seed = 0;        ///< for the initial axes
};

template <class T>
struct rotation_result {
    matrix<T> codes;                ///< Z: rows x cols
    matrix<T> axes;                 ///< B: cols x cols, orthonormal
    std::vector<double> objective;  ///< after every cut
    bool converged = false;
};

namespace detail {

// Sets all but the `keep` largest values to 0, ties by position, and returns the sum of squares of the removed ones.
template <class T>
double keep_largest(std::span<T> values, std::size_t keep) {
    std::vector<T> magnitudes(values.size());
    std::ranges::transform(values, magnitudes.begin(), [](T x) { return std::abs(x); });
    magnitude_cut<T> cut = cut_smallest(std::span<T>(magnitudes), values.size() - keep);
    double gone = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!cut.takes(magnitudes[i])) continue;
        gone += static_cast<double>(values[i]) * static_cast<double>(values[i]);
        values[i] = 0;
    }
    return gone;
}

}  // namespace detail

/// *Throws* std::invalid_argument if `keep` is 0 or more than rows * cols, or values are not finite. *Complexity:* rows *
/// cols^2 per iteration.
template <class T, executor Executor = sequential>
[[nodiscard]] rotation_result<T> sparse_rotation(matrix_view<const T> rows, const rotation_options& options,
                                                 const Executor& exec = {}) {
    const auto refuse = [](const std::string& sentence) {
        throw std::invalid_argument("pleach::sparse_rotation: " + sentence);
    };
    const std::size_t n = rows.rows(), d = rows.cols();
    if (options.keep == 0 || options.keep > n * d)
        refuse(std::to_string(options.keep) + " values are to be kept of " + std::to_string(n) + " rows of " +
               std::to_string(d) + "; keep at least 1, and no more than there are");
    for (std::size_t r = 0; r < n; ++r)
        if (!std::isfinite(detail::mapped(rows.rows_from(r, 1)).squaredNorm()))
            refuse("row " + std::to_string(r) + " holds a value that is not finite; leave such rows out");

    using square = detail::column_major<T>;
    const random_stream stream = random_stream(options.seed).fork("axes");
    square axes_transposed(detail::to_eigen(d), detail::to_eigen(d));
    for (Eigen::Index c = 0; c < axes_transposed.cols(); ++c)
        for (Eigen::Index r = 0; r < axes_transposed.rows(); ++r)
            axes_transposed(r, c) = static_cast<T>(stream.normal(static_cast<std::uint64_t>(r), static_cast<std::uint64_t>(c)));
    const auto orthonormal = [](const square& m) {
        const detail::one_eigen_thread alone;
        const Eigen::JacobiSVD<detail::column_major<double>> parts(m.template cast<double>(),
                                                                   Eigen::ComputeFullU | Eigen::ComputeFullV);
        return square((parts.matrixU() * parts.matrixV().transpose()).template cast<T>());
    };
    axes_transposed = orthonormal(axes_transposed);

    rotation_result<T> result{.codes = matrix<T>(n, d), .axes = matrix<T>(d, d), .objective = {}};
    for (std::size_t t = 0; t < options.iterations && !result.converged; ++t) {
        if (t > 0) axes_transposed = orthonormal(detail::inner_products<T>(rows, std::as_const(result.codes).view(), exec));
        detail::multiply_rows<T>(rows, axes_transposed, result.codes.view(), exec);
        const double before = t == 0 ? 0 : result.objective.back();
        result.objective.push_back(0.5 * detail::keep_largest(result.codes.elements(), options.keep));
        result.converged = t > 0 && before - result.objective.back() <= options.tolerance * before;
    }
    detail::mapped(result.axes.view()) = axes_transposed.transpose();
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
