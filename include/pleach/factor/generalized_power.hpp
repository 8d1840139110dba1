// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse principal components by the generalized power method, all k at once: maximizes f over X with orthonormal columns x_l,
/// where a_j are the centered columns of the data. f rises with every step,
///
///     l1:  f(X) = sum_l mu_l^2 sum_j max(|a_j . x_l| - gamma, 0)^2,   gamma = sparsity * max_j ||a_j||
///     l0:  f(X) = sum_l mu_l^2 sum_j max((a_j . x_l)^2 - gamma, 0),   gamma = sparsity * max_j ||a_j||^2
///     X <- polar factor of the gradient;   loadings: A^T X after thresholding
///
/// and the remaining values are then refitted with their positions fixed, alternating X and loadings. Only products with X_c
/// are needed, so large sparse matrices stay sparse. Source: Journee, Nesterov, Richtarik and Sepulchre, "Generalized Power
/// Method for Sparse Principal Component Analysis", JMLR 11 (2010), algorithms 2 to 6. Departures: the search starts from the
/// longest columns, each orthogonalized against those before; gamma is a share of the value that would leave nothing.

#include <pleach/factor/detail/feature_rows.hpp>
#include <pleach/factor/polar.hpp>
#include <pleach/factor/sparse_components.hpp>

#include <Eigen/Core>

namespace pleach {
inline namespace PLEACH_ABI {

enum class sparsity_norm { l0, l1 };

struct generalized_power_options {
    std::size_t components = 2;
    double sparsity = 0.1;  ///< in [0, 1); larger gives more zeros, and 1 would leave none
    sparsity_norm norm = sparsity_norm::l1;
    std::vector<double> weights = {};      ///< mu: one per component, or empty: all 1. Decreasing ones order the components.
    bool refit = true;                     ///< refit the remaining values with positions fixed
    double ridge = 0.01;                   ///< ridge penalty of the scores
    std::size_t iterations = 1000;         ///< at most
    double tolerance = 1e-8;               ///< stop when an iteration increases f by less than this share
    matrix_view<const double> start = {};  ///< initial loadings, components x columns, instead of the longest columns
};

namespace detail {

// Orthonormal columns: the longest column, then the one with the longest residual, and so on.
template <class X, executor Executor>
[[nodiscard]] row_major<double> longest_columns(const char* who, const X& x, std::size_t k, std::vector<double> squares,
                                                const Executor& exec) {
    const double least = 1e-14 * *std::max_element(squares.begin(), squares.end());
    row_major<double> found = row_major<double>::Zero(to_eigen(x.rows()), to_eigen(k));
    for (std::size_t l = 0; l < k; ++l) {
        const auto longest = static_cast<std::size_t>(std::max_element(squares.begin(), squares.end()) - squares.begin());
        matrix<double> unit(x.cols(), 1), column(x.rows(), 1), along(x.cols(), 1);
        unit.row(longest)[0] = 1;
        x.multiply(std::as_const(unit).view(), column.view(), exec);
        auto direction = mapped(column.view());
        for (int pass = 0; pass < 2; ++pass) direction -= found * (found.transpose() * direction).eval();
        const double norm = direction.norm();
        if (!(norm * norm > least)) check_count(who, k, l);
        direction /= norm;
        found.col(to_eigen(l)) = direction;
        x.multiply_transposed(std::as_const(column).view(), along.view(), exec);
        for (std::size_t c = 0; c < x.cols(); ++c) squares[c] -= along.row(c)[0] * along.row(c)[0];
    }
    return found;
}

template <class X>
class power_search {
public:
    power_search(const X& x, const generalized_power_options& options, double longest)
        : x_(x), options_(options), products_(x.cols(), options.components), images_(x.rows(), options.components) {
        gamma_ = options.sparsity * longest * (options.norm == sparsity_norm::l0 ? longest : 1);
    }

    std::vector<double> objective;
    bool converged = false;

    /// Loadings, p x k, from orthonormal columns.
    template <executor Executor>
    [[nodiscard]] row_major<double> run(row_major<double> at, const Executor& exec) {
        for (std::size_t t = 0; t < options_.iterations && !converged; ++t) {
            objective.push_back(shrink(at, exec));
            converged = t > 0 && objective[t] - objective[t - 1] < options_.tolerance * objective[t];
            if (!converged) at = ascend(exec);
        }
        if (!converged) objective.push_back(shrink(at, exec));
        if (options_.refit) refit(at, exec);
        return mapped(products_.view());
    }

private:
    [[nodiscard]] double weight(std::size_t l) const { return options_.weights.empty() ? 1 : options_.weights[l]; }

    // products_ = thresholded X_c^T at; returns f.
    template <executor Executor>
    [[nodiscard]] double shrink(const row_major<double>& at, const Executor& exec) {
        x_.multiply_transposed(view_of(at), products_.view(), exec);
        return over_products(exec, [&](double& value, std::size_t l) {
            const double size = std::abs(value), scale = weight(l) * weight(l);
            const double over = (options_.norm == sparsity_norm::l1 ? size : size * size) - gamma_;
            if (!(over > 0)) {
                value = 0;
                return 0.0;
            }
            if (options_.norm == sparsity_norm::l0) return scale * over;
            value = std::copysign(over, value);
            return scale * over * over;
        });
    }

    // The polar factor of the gradient.
    template <executor Executor>
    [[nodiscard]] row_major<double> ascend(const Executor& exec) {
        x_.multiply(std::as_const(products_).view(), images_.view(), exec);
        row_major<double> gradient = mapped(images_.view());
        for (std::size_t l = 0; l < options_.components; ++l) gradient.col(to_eigen(l)) *= weight(l) * weight(l);
        return polar_factor(gradient);
    }

    // Maximizes sum_l mu_l^2 x_l . A z_l with the positions of nonzeros fixed, alternating steps for z and x.
    template <executor Executor>
    void refit(row_major<double>& at, const Executor& exec) {
        const matrix<double> places(products_.view());
        double before = 0;
        for (std::size_t t = 0; t < options_.iterations; ++t) {
            const double now = fit(places, at, exec);
            if (t > 0 && now - before < options_.tolerance * now) break;
            before = now;
            at = ascend(exec);
        }
    }

    template <executor Executor>
    [[nodiscard]] double fit(const matrix<double>& places, const row_major<double>& at, const Executor& exec) {
        x_.multiply_transposed(view_of(at), products_.view(), exec);
        for (std::size_t i = 0; i < places.elements().size(); ++i)
            if (places.elements()[i] == 0) products_.elements()[i] = 0;
        double sum = 0;
        for (std::size_t l = 0; l < options_.components; ++l) {
            auto column = mapped(products_.view()).col(to_eigen(l));
            const double norm = column.norm();
            sum += weight(l) * weight(l) * norm;
            if (norm > 0) column /= norm;
        }
        return sum;
    }

    // The sum over all entries of products of change(entry, its column).
    template <executor Executor, class Change>
    [[nodiscard]] double over_products(const Executor& exec, const Change& change) {
        return sum_over_rows(products_.rows(), 0.0, exec, [&](std::size_t first, std::size_t last, double& sum) {
            for (std::size_t r = first; r < last; ++r)
                for (std::size_t l = 0; l < products_.cols(); ++l) sum += change(products_.row(r)[l], l);
        });
    }

    const X& x_;
    const generalized_power_options& options_;
    matrix<double> products_;  // p x k
    matrix<double> images_;    // m x k
    double gamma_ = 0;
};

}  // namespace detail

/// *Throws* std::invalid_argument for fewer than 2 rows, no columns, values that are not finite, columns that are all
/// constant, more components than the rank of the centered columns, a sparsity outside [0, 1), weights that are not positive or
/// not one per component, and a start that leaves no component. *Complexity:* two products with k columns per iteration, plus
/// k^2 * rows (k^2 * columns if these are fewer and the matrix is dense).
template <linear_operator Op, executor Executor = sequential>
[[nodiscard]] sparse_components generalized_power(const Op& rows, const generalized_power_options& options,
                                                  const Executor& exec = {}) {
    const char* who = "pleach::generalized_power";
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    const std::size_t k = options.components;
    const centered<Op> x(rows, exec);
    const std::vector<double> squares = detail::checked_squares(who, x, k, options.ridge, exec);
    if (!(options.sparsity >= 0 && options.sparsity < 1))
        refuse("the sparsity is " + std::to_string(options.sparsity) +
               ", but must be at least 0 and below 1, where no component would be left");
    if (!options.weights.empty() && options.weights.size() != k)
        refuse(std::to_string(options.weights.size()) + " weights were given for " + std::to_string(k) +
               " components; give one each, or none");
    for (const double weight : options.weights)
        if (!(weight > 0 && std::isfinite(weight)))
            refuse("a weight is " + std::to_string(weight) + ", but must be positive and finite");
    if (options.start.rows() > 0) detail::check_start(who, options.start, k, x.cols());
    const double longest = std::sqrt(*std::max_element(squares.begin(), squares.end()));

    sparse_components result;
    const auto loadings = detail::with_short_columns(who, x, exec, [&](const auto& short_x) {
        detail::row_major<double> start = detail::longest_columns(who, short_x, k, squares, exec);
        if (options.start.rows() > 0) {
            const detail::row_major<double> directions = detail::mapped(options.start).transpose();
            short_x.multiply(detail::view_of(directions), detail::view_of(start), exec);
            start = detail::polar_factor(start);
        }
        detail::power_search search(short_x, options, longest);
        detail::row_major<double> found = search.run(std::move(start), exec);
        result.objective = std::move(search.objective);
        result.converged = search.converged;
        return found;
    });
    if ((loadings.array() == 0).all())
        refuse("the start leaves no component under a sparsity of " + std::to_string(options.sparsity) +
               "; give a smaller one or no start");
    detail::describe_components(x, loadings.transpose(), options.ridge, squares, result, exec);
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
