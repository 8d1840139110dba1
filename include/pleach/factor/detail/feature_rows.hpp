// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The columns of centered rows X_c (n x p) as short rows F (p x m) with the same inner products, F F^T = X_c^T X_c, so that
/// the cost of methods that only use these products does not depend on n:
///
///     n > p: F = L of the Cholesky factorization X_c^T X_c = L L^T,    m = p
///     n <= p: F = X_c^T,                                               m = n
///     a rank given: F = V diag(s) of the truncated SVD X_c ~ U diag(s) V^T, m = rank; F F^T is the best approximation of
///     that rank
///
/// Source of the last: Erichson et al., "Sparse Principal Component Analysis via Variable Projection", SIAM J. Appl.
/// Math. 80 (2020), section 3.

#include <pleach/factor/truncated_svd.hpp>

#include <Eigen/Cholesky>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

// X_c^T X_c, at least its lower half.
template <linear_operator Op, executor Executor>
[[nodiscard]] column_major<double> feature_gram(const centered<Op>& x, const Executor& exec) {
    if constexpr (requires { x.base().gram(x.means(), exec); }) {
        return x.base().gram(x.means(), exec);
    } else {
        constexpr std::size_t width = 64;
        column_major<double> gram(to_eigen(x.cols()), to_eigen(x.cols()));
        for (std::size_t c = 0; c < x.cols(); c += width) {
            const std::size_t count = (std::min)(width, x.cols() - c);
            matrix<double> unit(x.cols(), count), image(x.rows(), count), products(x.cols(), count);
            for (std::size_t b = 0; b < count; ++b) unit.row(c + b)[b] = 1;
            x.multiply(std::as_const(unit).view(), image.view(), exec);
            x.multiply_transposed(std::as_const(image).view(), products.view(), exec);
            gram.middleCols(to_eigen(c), to_eigen(count)) = mapped(products.view());
        }
        return gram;
    }
}

// F with F F^T = gram. *Precondition:* gram is positive semi-definite up to rounding.
template <class T>
[[nodiscard]] row_major<T> square_root(const column_major<T>& gram) {
    const one_eigen_thread alone;
    const Eigen::LLT<column_major<T>> plain(gram);
    if (plain.info() == Eigen::Success) return plain.matrixL();
    const Eigen::LDLT<column_major<T>> pivoted(gram);
    column_major<T> root = pivoted.matrixL();
    root *= pivoted.vectorD().cwiseMax(T{0}).cwiseSqrt().asDiagonal();
    return pivoted.transpositionsP().transpose() * root;
}

/// The feature rows for k components. *Throws* std::invalid_argument if F would have more than 2^28 values, or a given rank is
/// less than k or more than the rank of the matrix.
template <linear_operator Op, executor Executor>
[[nodiscard]] row_major<double> feature_rows(const char* who, const centered<Op>& x, std::size_t k, std::size_t rank,
                                             std::uint64_t seed, const Executor& exec) {
    const std::size_t n = x.rows(), p = x.cols();
    if (rank > 0 && rank < k)
        throw std::invalid_argument(std::string(who) + ": a rank of " + std::to_string(rank) + " was given, but " +
                                    std::to_string(k) + " components need at least that rank");
    if (rank > 0) {
        const auto svd = truncated_svd(x, {.rank = rank, .seed = seed}, exec);
        const Eigen::Map<const real_vector> values(svd.values.data(), to_eigen(rank));
        return mapped(svd.right.view()) * values.asDiagonal();
    }
    if ((std::min)(n, p) > (std::size_t{1} << 28) / p)
        throw std::invalid_argument(std::string(who) + ": " + std::to_string(n) + " rows of " + std::to_string(p) +
                                    " columns are too many to solve directly; give a rank to reduce them to, "
                                    "a few times the components, or use generalized_power");
    if (n > p) return square_root(feature_gram(x, exec));
    row_major<double> features(to_eigen(p), to_eigen(n));
    if constexpr (requires { x.base().at(std::size_t{}, std::size_t{}); }) {
        for (std::size_t r = 0; r < n; ++r)
            for (std::size_t c = 0; c < p; ++c) features(to_eigen(c), to_eigen(r)) = x.base().at(r, c) - x.means()[c];
    } else {
        constexpr std::size_t width = 64;
        for (std::size_t r = 0; r < n; r += width) {
            const std::size_t count = (std::min)(width, n - r);
            matrix<double> unit(n, count);
            for (std::size_t b = 0; b < count; ++b) unit.row(r + b)[b] = 1;
            x.multiply_transposed(std::as_const(unit).view(), columns_of(view_of(features), r, count), exec);
        }
    }
    return features;
}

// Products with X_c through its feature rows.
class through_features {
public:
    explicit through_features(const row_major<double>& features) : features_(view_of(features)) {}
    [[nodiscard]] std::size_t rows() const { return features_.cols(); }
    [[nodiscard]] std::size_t cols() const { return features_.rows(); }
    template <executor Executor>
    void multiply(matrix_view<const double> in, matrix_view<double> out, const Executor& exec) const {
        features_.multiply_transposed(in, out, exec);
    }
    template <executor Executor>
    void multiply_transposed(matrix_view<const double> in, matrix_view<double> out, const Executor& exec) const {
        features_.multiply(in, out, exec);
    }

private:
    dense_operator<double> features_;
};

// Calls use(X) with an X whose columns have the same inner products as those of x: feature rows if x is dense and tall, else x
// itself.
template <linear_operator Op, executor Executor, class Use>
[[nodiscard]] auto with_short_columns(const char* who, const centered<Op>& x, const Executor& exec, const Use& use) {
    if constexpr (requires { x.base().at(std::size_t{}, std::size_t{}); }) {
        if (x.rows() > x.cols() && x.cols() <= 4096) {
            const row_major<double> features = feature_rows(who, x, 1, 0, 0, exec);
            return use(through_features(features));
        }
    }
    return use(x);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
