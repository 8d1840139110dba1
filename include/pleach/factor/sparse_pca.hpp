// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse principal components as scikit-learn's `SparsePCA` defines them: for rows X (n x p), centered,
///
///     min_(U, V)  0.5 * ||X_c - U V||_F^2 + alpha * sum |V|,      ||u_l|| <= 1,    U: n x k,  V: k x p
///
/// the components are the rows of V, scaled to length 1. This is dictionary learning (dictionary_learning.hpp) with the columns
/// of X as samples: columns are coded by the lasso, by coordinate descent, and U are the atoms. Only inner products of columns
/// matter, so a tall X is first reduced to p x p (detail/feature_rows.hpp), which changes neither iterates nor optimum and
/// makes the cost independent of n; sparse matrices are centered without becoming dense. Source: Mairal, Bach, Ponce and
/// Sapiro, JMLR 11 (2010); scikit-learn 1.2.1, `decomposition/_sparse_pca.py`, with method "cd". Departures: the value of
/// largest magnitude in a component is positive, where scikit-learn determines signs from U; initial atoms are singular vectors
/// from a Krylov iteration; an atom that no column uses is replaced by a random column, without noise; more components than the
/// rank are refused, not padded with zeros.
///
/// Which method to use: this one for its objective; generalized_power.hpp for large sparse matrices and for speed;
/// truncated_power.hpp for an exact number of values; variable_projection.hpp to keep correlated columns together.

#include <pleach/factor/detail/feature_rows.hpp>
#include <pleach/factor/dictionary_learning.hpp>
#include <pleach/factor/sparse_components.hpp>

#include <Eigen/Core>

namespace pleach {
inline namespace PLEACH_ABI {

struct sparse_pca_options {
    std::size_t components = 2;
    double alpha = 1;               ///< larger gives more zeros; not divided by rows: c * X with c * alpha has the same zeros
    double ridge = 0.01;            ///< ridge penalty of the scores
    std::size_t iterations = 1000;  ///< at most
    double tolerance = 1e-8;        ///< stop when an iteration reduces the objective by less than this share
    std::size_t rank = 0;           ///< reduce X to this rank first, for large p and n; 0: exact
    std::uint64_t seed = 0;         ///< for the Krylov iteration and for columns that replace unused atoms
    matrix_view<const double> start = {};  ///< initial loadings, components x columns, instead of singular vectors
};

/// *Throws* std::invalid_argument for fewer than 2 rows, no columns, values that are not finite, columns that are all
/// constant (some may be; their loadings are 0), more components than the rank of the centered columns, an alpha that is
/// negative or leaves no component, and min(n, p) * p above 2^28 without a `rank`. *Complexity:* n * p^2 once for tall dense X,
/// then k * p * min(n, p) per iteration, plus the sweeps of the lasso.
template <linear_operator Op, executor Executor = sequential>
[[nodiscard]] sparse_components sparse_pca(const Op& rows, const sparse_pca_options& options, const Executor& exec = {}) {
    const char* who = "pleach::sparse_pca";
    const std::size_t k = options.components;
    const centered<Op> x(rows, exec);
    const std::vector<double> squares = detail::checked_squares(who, x, k, options.ridge, exec);
    detail::check_penalty(who, options.alpha);
    const double longest = std::sqrt(*std::max_element(squares.begin(), squares.end()));
    const auto refuse_alpha = [&] {
        throw std::invalid_argument(std::string(who) + ": alpha is " + std::to_string(options.alpha) +
                                    ", which leaves no component; the longest centered column is " + std::to_string(longest) +
                                    ", so give a smaller alpha, such as a tenth of that");
    };
    if (options.alpha >= longest) refuse_alpha();

    const detail::row_major<double> features = detail::feature_rows(who, x, k, options.rank, options.seed, exec);
    const auto samples = detail::view_of(features);
    truncated_svd_result<double> svd;
    const std::size_t rank = detail::find_singular_vectors(dense_operator<double>(samples),
                                                           {.rank = k, .rounds = 2, .seed = options.seed}, svd, exec);
    detail::check_count(who, k, rank);
    const Eigen::Map<const detail::real_vector> values(svd.values.data(), detail::to_eigen(k));
    detail::row_major<double> atoms = values.asDiagonal() * detail::mapped(svd.right.view()).transpose();
    const dictionary_options dictionary{.atoms = k,
                                        .alpha = options.alpha,
                                        .iterations = options.iterations,
                                        .tolerance = options.tolerance,
                                        .seed = options.seed};
    detail::dictionary_learner learner(samples, std::move(atoms), dictionary);
    if (options.start.rows() > 0) {
        detail::check_start(who, options.start, k, x.cols());
        learner.begin(options.start, exec);
    }
    learner.run(exec);
    if (detail::count_nonzeros(learner.codes.elements()) == 0) refuse_alpha();

    sparse_components result;
    result.objective = std::move(learner.objective);
    result.converged = learner.converged;
    detail::describe_components(x, detail::mapped(learner.codes.view()), options.ridge, squares, result, exec);
    return result;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
