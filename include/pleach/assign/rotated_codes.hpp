// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Optimized product quantization: product codes of rows that have been turned so that codes lose as little as possible.
///
///     min_(R, codes)  sum_i w_i |x_i R - row i of the codes|^2,      R^T R = I
///
/// by turns: codes are fitted to the rows X R, then R is the polar factor of X^T W Y, where Y are the rows of those codes. The
/// result is the best of all turns. Source: Ge, He, Ke and Sun, "Optimized Product Quantization", TPAMI 2014, algorithm 1 (their
/// non-parametric solution). Departures: rows may have weights, and each turn fits its codes anew, from the same random stream,
/// in a few rounds of k-means, where theirs continue from those of the turn before.

#include <pleach/compose/rotated.hpp>
#include <pleach/factor/polar.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/table/batch.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct rotated_options {
    product_options codes{};  ///< of the result
    std::size_t turns = 10;   ///< 0: R is the identity
};

/// The table e_i = R row i of the codes, which approximately minimizes the sum of weights[i] |x_i - e_i|^2; `weights` has one
/// weight per row, or is empty. *Throws* as fit_product_codes(). *Complexity:* turns * 5 + 12 times 2^bits * rows * columns
/// multiply-adds, and per turn 3 * rows * columns^2.
template <executor Executor = sequential>
[[nodiscard]] rotated<coded<concat, dense_table<float>>> fit_rotated_codes(matrix_view<const float> rows,
                                                                           std::span<const float> weights,
                                                                           const rotated_options& options, random_stream stream,
                                                                           const Executor& exec = {}) {
    using dense = detail::row_major<float>;
    const detail::one_eigen_thread alone;
    const auto x = detail::mapped(rows);
    product_options quick = options.codes;
    quick.rounds = (std::min)(quick.rounds, std::size_t{3});
    dense rotation = dense::Identity(x.cols(), x.cols()), best = rotation;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t turn = 0; turn < options.turns; ++turn) {
        const dense turned = x * rotation;
        const auto table = fit_product_codes(detail::view_of(turned), weights, quick, stream, exec);
        dense found(x.rows(), x.cols());
        gather_all(table, detail::view_of(found), exec);
        double error = 0;
        for (Eigen::Index i = 0; i < x.rows(); ++i) {
            const double weight = weights.empty() ? 1 : static_cast<double>(weights[static_cast<std::size_t>(i)]);
            error += weight * static_cast<double>((turned.row(i) - found.row(i)).squaredNorm());
            found.row(i) *= static_cast<float>(weight);
        }
        if (error < least) {
            least = error;
            best = rotation;
        }
        rotation = detail::polar_factor<double>((x.transpose() * found).template cast<double>()).template cast<float>();
    }
    const dense turned = x * best;
    auto codes = fit_product_codes(detail::view_of(turned), weights, options.codes, stream, exec);
    return {std::move(codes), matrix<float>(detail::view_of(std::as_const(best)))};
}

}  // namespace PLEACH_ABI
}  // namespace pleach
