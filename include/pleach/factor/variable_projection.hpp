// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse principal components by variable projection, with an elastic net that keeps correlated columns together:
///
///     min_(A, B)  0.5 * ||X_c - X_c B A^T||_F^2 + a * |B|_1 + 0.5 * b * ||B||_F^2,     A^T A = I,     A, B: p x k
///     a = alpha * s^2,   b = beta * s^2,   s the largest singular value of X_c
///     A <- polar factor of S B;     B <- soft(B + nu * (S (A - B) - b B), nu * a),     nu = 1 / (s^2 + b),   S = X_c^T X_c
///
/// the components are the columns of B. A is projected out: each step uses the optimal A, so the objective never rises. The
/// start is A = B = the principal components. Only products with X_c are needed, so large sparse matrices stay sparse. Source:
/// Erichson, Zheng, Manohar, Brunton, Kutz and Aravkin, "Sparse Principal Component Analysis via Variable Projection", SIAM J.
/// Appl. Math. 80 (2020), algorithm 1, and their R package sparsepca. Departures: only the signs of components.

#include <pleach/factor/detail/feature_rows.hpp>
#include <pleach/factor/polar.hpp>
#include <pleach/factor/sparse_components.hpp>

#include <Eigen/Core>

namespace pleach {
inline namespace PLEACH_ABI {

struct variable_projection_options {
    std::size_t components = 2;
    double alpha = 1e-3;            ///< weight of |B|_1, in units of s^2; larger gives more zeros
    double beta = 1e-4;             ///< weight of ||B||^2, in units of s^2
    double ridge = 0.01;            ///< ridge penalty of the scores
    std::size_t iterations = 1000;  ///< at most
    double tolerance = 1e-5;        ///< stop when an iteration reduces the objective by less than this share
    std::uint64_t seed = 0;         ///< for the Krylov iteration that finds the start
};

namespace detail {

template <class X>
class projection_search {
public:
    projection_search(const X& x, double total, double largest, const variable_projection_options& options)
        : x_(x), total_(total), alpha_(options.alpha * largest * largest), beta_(options.beta * largest * largest),
          step_(1 / (largest * largest + beta_)), options_(options) {}

    std::vector<double> objective;
    bool converged = false;

    /// B, p x k, from orthonormal columns; 0 if alpha leaves nothing.
    template <executor Executor>
    [[nodiscard]] row_major<double> run(row_major<double> b, const Executor& exec) {
        for (std::size_t t = 0; t < options_.iterations && !converged; ++t) {
            const row_major<double> image = covariance(b, exec);
            const row_major<double> a = polar_factor(image);
            objective.push_back(
                0.5 * (total_ - 2 * a.cwiseProduct(image).sum() + b.cwiseProduct(image).sum() + beta_ * b.squaredNorm()) +
                alpha_ * b.cwiseAbs().sum());
            converged = t > 0 && objective[t - 1] - objective[t] < options_.tolerance * objective[t];
            if (converged) break;
            const double least = step_ * alpha_;
            b = (b + step_ * (covariance(a, exec) - image - beta_ * b)).unaryExpr([least](double value) {
                const double over = std::abs(value) - least;
                return over > 0 ? std::copysign(over, value) : 0.0;
            });
            if ((b.array() == 0).all()) break;
        }
        return b;
    }

private:
    template <executor Executor>
    [[nodiscard]] row_major<double> covariance(const row_major<double>& in, const Executor& exec) const {
        row_major<double> image(to_eigen(x_.rows()), in.cols()), out(in.rows(), in.cols());
        x_.multiply(view_of(in), view_of(image), exec);
        x_.multiply_transposed(view_of(std::as_const(image)), view_of(out), exec);
        return out;
    }

    const X& x_;
    double total_, alpha_, beta_, step_;
    const variable_projection_options& options_;
};

}  // namespace detail

/// *Throws* std::invalid_argument for fewer than 2 rows, no columns, values that are not finite, columns that are all constant,
/// more components than the rank of the centered columns, and an alpha or beta that is negative or leaves no component.
/// *Complexity:* four products with k columns per iteration, plus k^2 * p.
template <linear_operator Op, executor Executor = sequential>
[[nodiscard]] sparse_components variable_projection(const Op& rows, const variable_projection_options& options,
                                                    const Executor& exec = {}) {
    const char* who = "pleach::variable_projection";
    const std::size_t k = options.components;
    const centered<Op> x(rows, exec);
    const std::vector<double> squares = detail::checked_squares(who, x, k, options.ridge, exec);
    for (const auto& [name, value] : {std::pair("alpha", options.alpha), std::pair("beta", options.beta)})
        if (!(value >= 0 && std::isfinite(value)))
            throw std::invalid_argument(std::string(who) + ": " + name + " is " + std::to_string(value) +
                                        ", but must be finite and at least 0");
    const double total = std::accumulate(squares.begin(), squares.end(), 0.0);
    truncated_svd_result<double> svd;
    detail::check_count(who, k, detail::find_singular_vectors(x, {.rank = k, .seed = options.seed}, svd, exec));

    sparse_components result;
    const auto loadings = detail::with_short_columns(who, x, exec, [&](const auto& short_x) {
        detail::projection_search search(short_x, total, svd.values[0], options);
        detail::row_major<double> found = search.run(detail::mapped(svd.right.view()), exec);
        result.objective = std::move(search.objective);
        result.converged = search.converged;
        return found;
    });
    if ((loadings.array() == 0).all())
        throw std::invalid_argument(std::string(who) + ": alpha is " + std::to_string(options.alpha) +
                                    ", which leaves no component; give a smaller one");
    detail::describe_components(x, loadings.transpose(), options.ridge, squares, result, exec);
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
