// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Codes of many samples under one dictionary, by the lasso: for each sample f, from its products c = D f with the atoms,
///
///     min_v  0.5 * ||f - D^T v||^2 + alpha * |v|_1,      v_l <- S(c_l - sum over m != l of G_lm v_m; alpha) / G_ll
///
/// with G = D D^T shared by all samples. Coordinate descent on the residuals q = c - G v of eight samples at a time, one sample
/// per lane. Source: Friedman, Hastie and Tibshirani, Journal of Statistical Software 33 (2010), section 2.2 (covariance
/// updates).

#include <pleach/factor/eigen_blocks.hpp>
#include <pleach/kernel/soft_threshold.hpp>

#include <Eigen/Core>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

struct lasso_options {
    double alpha = 1;
    double tolerance = 1e-8;      ///< stop once no coordinate violates optimality by more than this share of alpha
    std::size_t sweeps = 10'000;  ///< over all coordinates, at most
};

namespace detail {

inline constexpr std::size_t lasso_lanes = 8;

// Codes of eight samples: v and q hold one row of eight per atom.
inline void lasso_lane_block(const double* gram, std::size_t k, double* v, double* q, double bound,
                             const lasso_options& options) {
    constexpr std::size_t lanes = lasso_lanes;
    for (std::size_t sweep = 0; sweep < options.sweeps; ++sweep) {
        double worst = 0;
        for (std::size_t l = 0; l < k; ++l) {
            const double* row = gram + l * k;
            const double size = row[l];
            if (size <= 0) continue;
            double step[lanes], moved = 0;
            for (std::size_t j = 0; j < lanes; ++j) {
                const double next = soft_threshold(q[l * lanes + j] + size * v[l * lanes + j], options.alpha) / size;
                step[j] = next - v[l * lanes + j];
                v[l * lanes + j] = next;
                moved = (std::max)(moved, std::abs(step[j]));
            }
            if (moved == 0) continue;
            worst = (std::max)(worst, moved * size);
            for (std::size_t m = 0; m < k; ++m)
                for (std::size_t j = 0; j < lanes; ++j) q[m * lanes + j] -= row[m] * step[j];
        }
        if (worst <= bound) break;
    }
}

}  // namespace detail

/// Optimizes `codes` (k x samples, also the starting point) for `products` = D F^T (k x samples) and `gram` = D D^T (unpadded).
/// Codes of an atom of length 0 become 0. *Throws* std::invalid_argument if the sizes disagree or alpha is negative or not
/// finite. *Complexity:* per sweep at most samples * k^2, and samples * k if nothing moves.
template <executor Executor = sequential>
void lasso_codes(matrix_view<const double> gram, matrix_view<const double> products, matrix_view<double> codes,
                 const lasso_options& options, const Executor& exec = {}) {
    const std::size_t k = gram.rows(), samples = products.cols();
    if (gram.cols() != k || gram.stride() != k || products.rows() != k || codes.rows() != k || codes.cols() != samples)
        throw std::invalid_argument("pleach::lasso_codes: " + std::to_string(k) +
                                    " atoms need a square, unpadded gram matrix, and products and "
                                    "codes with one row per atom and one column per sample");
    if (!(options.alpha >= 0 && std::isfinite(options.alpha)))
        throw std::invalid_argument("pleach::lasso_codes: alpha is " + std::to_string(options.alpha) +
                                    ", but must be finite and at least 0");
    constexpr std::size_t lanes = detail::lasso_lanes;
    for_each_chunk(exec, samples, 64 * lanes, [&](std::size_t first, std::size_t last) {
        std::vector<double> v(k * lanes), q(k * lanes);
        for (std::size_t at = first; at < last; at += lanes) {
            const std::size_t here = (std::min)(lanes, last - at);
            double largest = 0;
            for (std::size_t l = 0; l < k; ++l)
                for (std::size_t j = 0; j < lanes; ++j) {
                    const bool live = j < here && gram.row(l)[l] > 0;
                    v[l * lanes + j] = live ? codes.row(l)[at + j] : 0;
                    q[l * lanes + j] = live ? products.row(l)[at + j] : 0;
                    largest = (std::max)(largest, std::abs(q[l * lanes + j]));
                }
            for (std::size_t l = 0; l < k; ++l)
                for (std::size_t m = 0; m < k; ++m)
                    for (std::size_t j = 0; j < lanes; ++j) q[m * lanes + j] -= gram.row(l)[m] * v[l * lanes + j];
            const double scale = options.alpha > 0 ? options.alpha : largest;
            detail::lasso_lane_block(gram.data(), k, v.data(), q.data(), options.tolerance * scale, options);
            for (std::size_t l = 0; l < k; ++l)
                for (std::size_t j = 0; j < here; ++j) codes.row(l)[at + j] = v[l * lanes + j];
        }
    });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
