// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The result of all sparse principal component analyses here: k directions in p columns, with many zeros each, that keep much
/// of the variance of rows X (n x p) about their means. sparse_pca.hpp says which method to use.
///
/// Scores of rows are those of scikit-learn's `SparsePCA.transform`, by ridge regression on the components C (k x p):
///
///     Z = (X - 1 mu^T) C^T (C C^T + ridge I)^-1
///
/// Sparse components are not orthogonal, so their plain variances would count shared variance twice; `variances` are the
/// adjusted ones of Zou, Hastie and Tibshirani (JCGS 15, 2006, section 3.4): the variance that each component adds to those
/// before it.

#include <pleach/factor/linear_operator.hpp>

#include <Eigen/Eigenvalues>

#include <limits>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

struct sparse_components {
    matrix<double> components;      ///< k x p: rows of length 1 or 0; the value of largest magnitude in a row is positive
    std::vector<double> lengths;    ///< k: lengths of the components before normalization
    std::vector<double> means;      ///< p: column means
    matrix<double> scores;          ///< n x k: scores of the rows
    std::vector<double> variances;  ///< k: variance added by each component (divisor n - 1)
    double total_variance = 0;      ///< variance of all columns (divisor n - 1)
    std::vector<double> objective;  ///< of the method, after every iteration
    bool converged = false;         ///< true if it stopped before the iteration limit

    [[nodiscard]] std::size_t nonzeros() const {
        const auto all = components.elements();
        return all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), 0.0));
    }
    /// The share of the total variance that all components keep, from 0 to 1.
    [[nodiscard]] double kept_variance() const {
        return std::accumulate(variances.begin(), variances.end(), 0.0) / total_variance;
    }
    /// The components before normalization, k x p, to start another run from.
    [[nodiscard]] matrix<double> loadings() const {
        matrix<double> out(components.view());
        for (std::size_t l = 0; l < out.rows(); ++l)
            for (double& value : out.row(l)) value *= lengths[l];
        return out;
    }
};

namespace detail {

inline void check_ridge(const char* who, double ridge) {
    if (!(ridge >= 0 && std::isfinite(ridge)))
        throw std::invalid_argument(std::string(who) + ": the ridge is " + std::to_string(ridge) +
                                    ", but must be finite and at least 0");
}

inline void check_count(const char* who, std::size_t k, std::size_t rank) {
    if (k == 0 || k > rank)
        throw std::invalid_argument(std::string(who) + ": " + std::to_string(k) +
                                    " components were asked for, but the rank of the centered columns is at most " +
                                    std::to_string(rank) + "; ask for at least 1 and no more than that");
}

// The squared lengths of the centered columns. Refuses matrices without variance, more components than there can be, and a ridge that
// makes no sense.
template <linear_operator Op, executor Executor>
[[nodiscard]] std::vector<double> checked_squares(const char* who, const centered<Op>& x, std::size_t components, double ridge,
                                                  const Executor& exec) {
    const auto refuse = [who](const std::string& sentence) { throw std::invalid_argument(who + (": " + sentence)); };
    if (x.rows() < 2 || x.cols() == 0)
        refuse("a matrix of " + std::to_string(x.rows()) + " rows and " + std::to_string(x.cols()) +
               " columns was given, but at least 2 rows and 1 column are needed");
    std::vector<double> squares = x.column_squares(std::vector<double>(x.cols(), 0), exec);
    double varying = 0, constant = 0;
    for (std::size_t c = 0; c < squares.size(); ++c) {
        if (!std::isfinite(squares[c]))
            refuse("column " + std::to_string(c) +
                   " holds a value that is not finite, or too large to be squared; leave such rows out or scale them");
        varying += squares[c];
        constant += x.means()[c] * x.means()[c];
    }
    const auto n = static_cast<double>(x.rows());
    const double rounding = n * std::numeric_limits<double>::epsilon();
    if (varying <= n * rounding * rounding * constant)
        refuse("every column is constant, so that there is no variance to explain; give rows that differ");
    check_count(who, components, (std::min)(x.rows() - 1, x.cols()));
    check_ridge(who, ridge);
    return squares;
}

inline void check_start(const char* who, matrix_view<const double> start, std::size_t k, std::size_t p) {
    if (start.rows() != k || start.cols() != p)
        throw std::invalid_argument(std::string(who) + ": the start has " + std::to_string(start.rows()) + " components of " +
                                    std::to_string(start.cols()) + " columns, but " + std::to_string(k) + " of " +
                                    std::to_string(p) + " are needed");
}

// (C C^T + ridge I)^-1, or the pseudo-inverse if it is singular.
template <class T>
[[nodiscard]] column_major<T> ridge_inverse(const row_major<T>& components, T ridge) {
    const one_eigen_thread alone;
    const column_major<T> gram = components * components.transpose();
    const Eigen::SelfAdjointEigenSolver<column_major<T>> eigen(gram);
    Eigen::VectorX<T> inverse = eigen.eigenvalues();
    const T least = T{1e-15} * static_cast<T>(inverse.size()) * inverse.maxCoeff();
    for (T& value : inverse) value = value + ridge > least ? 1 / (value + ridge) : 0;
    return eigen.eigenvectors() * inverse.asDiagonal() * eigen.eigenvectors().transpose();
}

// The squared length that each column of Z adds to those before it: the squared diagonal of R in Z = Q R, from Z^T Z.
template <class T>
[[nodiscard]] std::vector<T> adjusted_squares(column_major<T> gram) {
    std::vector<T> squares;
    const T least = static_cast<T>(gram.rows()) * std::numeric_limits<T>::epsilon();
    const Eigen::VectorX<T> whole = gram.diagonal();
    for (Eigen::Index l = 0; l < gram.rows(); ++l) {
        const T left = gram(l, l);
        squares.push_back(left > least * whole(l) ? left : 0);
        if (squares.back() > 0) {
            const Eigen::VectorX<T> along = gram.col(l);
            gram -= along * along.transpose() / left;
        }
    }
    return squares;
}

// Normalizes the length and sign of the rows of `loadings`, and computes everything that follows from them and from the squared
// lengths of the centered columns.
template <linear_operator Op, executor Executor>
void describe_components(const centered<Op>& x, row_major<double> loadings, double ridge, const std::vector<double>& squares,
                         sparse_components& result, const Executor& exec) {
    const std::size_t k = static_cast<std::size_t>(loadings.rows());
    result.lengths.resize(k);
    for (std::size_t l = 0; l < k; ++l) {
        auto row = loadings.row(to_eigen(l));
        Eigen::Index at = 0;
        row.cwiseAbs().maxCoeff(&at);
        result.lengths[l] = row.norm();
        if (result.lengths[l] > 0) row /= row(at) > 0 ? result.lengths[l] : -result.lengths[l];
        for (double& value : row) value += 0.0;  // no -0
    }
    result.means.assign(x.means().begin(), x.means().end());
    result.components = matrix<double>(view_of(std::as_const(loadings)));
    const row_major<double> directions = loadings.transpose();
    matrix<double> along(x.rows(), k);
    x.multiply(view_of(directions), along.view(), exec);
    const auto seen = std::as_const(along).view();
    result.variances = adjusted_squares(inner_products<double>(seen, seen, exec));
    for (double& variance : result.variances) variance /= static_cast<double>(x.rows() - 1);
    result.total_variance = std::accumulate(squares.begin(), squares.end(), 0.0) / static_cast<double>(x.rows() - 1);
    result.scores = matrix<double>(x.rows(), k);
    multiply_rows<double>(seen, ridge_inverse(loadings, ridge), result.scores.view(), exec);
}

}  // namespace detail

/// Scores of other rows under given components: rows x k. *Throws* std::invalid_argument if the number of columns differs or
/// the ridge is negative or not finite. *Complexity:* one product with k columns.
template <linear_operator Op, executor Executor = sequential>
[[nodiscard]] matrix<double> transform(const Op& rows, const sparse_components& found, double ridge = 0.01,
                                       const Executor& exec = {}) {
    const char* who = "pleach::transform";
    const std::size_t k = found.components.rows(), p = found.components.cols();
    detail::check_ridge(who, ridge);
    if (rows.cols() != p)
        throw std::invalid_argument(std::string(who) + ": rows of " + std::to_string(rows.cols()) +
                                    " columns were given, but the components have " + std::to_string(p));
    const detail::row_major<double> components = detail::mapped(found.components.view());
    const detail::row_major<double> directions = components.transpose();
    matrix<double> along(rows.rows(), k), scores(rows.rows(), k);
    rows.multiply(detail::view_of(directions), along.view(), exec);
    const Eigen::Map<const detail::real_vector> means(found.means.data(), detail::to_eigen(p));
    const detail::real_vector shift = components * means;
    detail::mapped(along.view()).rowwise() -= shift.transpose();
    detail::multiply_rows<double>(std::as_const(along).view(), detail::ridge_inverse(components, ridge), scores.view(), exec);
    return scores;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
