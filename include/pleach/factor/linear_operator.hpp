// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A matrix X represented by what solvers need, products with blocks of columns, so that sparse matrices stay sparse and
/// centered ones need not be formed:
///
///     out = X in        in: cols x b,  out: rows x b
///     out = X^T in      in: rows x b,  out: cols x b
///
/// `dense_operator` borrows dense rows, `csr_operator` compressed sparse rows; `centered` subtracts the column means, X_c = X -
/// 1 mu^T, within the products.

#include <pleach/factor/csr_view.hpp>
#include <pleach/factor/eigen_blocks.hpp>
#include <pleach/kernel/sum_rows.hpp>
#include <pleach/table/concepts.hpp>

#include <Eigen/Core>

#include <cmath>
#include <numeric>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

template <class Op>
concept linear_operator = requires(const Op& op, matrix_view<const double> in, matrix_view<double> out, sequential exec) {
    { op.rows() } -> std::same_as<std::size_t>;
    { op.cols() } -> std::same_as<std::size_t>;
    op.multiply(in, out, exec);
    op.multiply_transposed(in, out, exec);
    { op.column_sums(exec) } -> std::same_as<std::vector<double>>;
    { op.column_squares(std::span<const double>(), exec) } -> std::same_as<std::vector<double>>;
};

/// Rows in memory. *Threads:* const members may run concurrently.
template <class V>
class dense_operator {
public:
    /// Borrows the rows.
    explicit dense_operator(matrix_view<const V> rows) : values_(rows) {}

    [[nodiscard]] std::size_t rows() const noexcept { return values_.rows(); }
    [[nodiscard]] std::size_t cols() const noexcept { return values_.cols(); }

    template <class T, executor Executor>
    void multiply(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        for_each_chunk(exec, rows(), detail::rows_per_task(rows()), [&](std::size_t first, std::size_t last) {
            const detail::one_eigen_thread alone;
            for_each_piece<T>(first, last, [&](std::size_t at, const auto& piece) {
                detail::mapped(out.rows_from(at, static_cast<std::size_t>(piece.rows()))).noalias() =
                    piece * detail::mapped(in);
            });
        });
    }

    template <class T, executor Executor>
    void multiply_transposed(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        const detail::row_major<T> zero = detail::row_major<T>::Zero(detail::to_eigen(cols()), detail::to_eigen(in.cols()));
        detail::mapped(out) = detail::sum_over_rows(rows(), zero, exec, [&](std::size_t first, std::size_t last, auto& sum) {
            for_each_piece<T>(first, last, [&](std::size_t at, const auto& piece) {
                sum.noalias() += piece.transpose() * detail::mapped(in.rows_from(at, static_cast<std::size_t>(piece.rows())));
            });
        });
    }

    template <executor Executor>
    [[nodiscard]] std::vector<double> column_sums(const Executor& exec) const {
        return reduced(exec, [](double x, std::size_t) { return x; });
    }
    /// Squared lengths of the columns of X - 1 shift^T.
    template <executor Executor>
    [[nodiscard]] std::vector<double> column_squares(std::span<const double> shift, const Executor& exec) const {
        return reduced(exec, [shift](double x, std::size_t c) { return (x - shift[c]) * (x - shift[c]); });
    }

    /// (X - 1 shift^T)^T (X - 1 shift^T), lower half only. *Complexity:* rows * cols^2.
    template <executor Executor>
    [[nodiscard]] detail::column_major<double> gram(std::span<const double> shift, const Executor& exec) const {
        const Eigen::Map<const Eigen::RowVectorXd> mean(shift.data(), detail::to_eigen(cols()));
        const detail::column_major<double> zero =
            detail::column_major<double>::Zero(detail::to_eigen(cols()), detail::to_eigen(cols()));
        return detail::sum_over_rows(rows(), zero, exec, [&](std::size_t first, std::size_t last, auto& sum) {
            detail::row_major<double> moved;
            for_each_piece<double>(first, last, [&](std::size_t, const auto& piece) {
                moved = piece.rowwise() - mean;
                sum.template selfadjointView<Eigen::Lower>().rankUpdate(moved.transpose());
            });
        });
    }

    [[nodiscard]] double at(std::size_t r, std::size_t c) const noexcept { return static_cast<double>(values_.row(r)[c]); }

private:
    static constexpr std::size_t piece_rows = 256;

    // Rows whose type is not T are converted a few at a time.
    template <class T, class Use>
    void for_each_piece(std::size_t first, std::size_t last, const Use& use) const {
        detail::row_major<T> copy;
        for (; first < last; first += piece_rows) {
            const auto rows = detail::mapped(values_.rows_from(first, (std::min)(piece_rows, last - first)));
            if constexpr (std::is_same_v<T, V>) {
                use(first, rows);
            } else {
                copy = rows.template cast<T>();
                use(first, copy);
            }
        }
    }

    template <executor Executor, class Value>
    [[nodiscard]] std::vector<double> reduced(const Executor& exec, const Value& value) const {
        const detail::real_vector zero = detail::real_vector::Zero(detail::to_eigen(cols()));
        const auto sums = detail::sum_over_rows(rows(), zero, exec, [&](std::size_t first, std::size_t last, auto& sum) {
            for (std::size_t r = first; r < last; ++r) {
                const V* row = values_.row(r).data();
                double* into = sum.data();
                for (std::size_t c = 0; c < cols(); ++c) into[c] += value(static_cast<double>(row[c]), c);
            }
        });
        return {sums.data(), sums.data() + sums.size()};
    }

    matrix_view<const V> values_;
};

template <class V>
dense_operator(matrix_view<V>) -> dense_operator<std::remove_const_t<V>>;

/// Compressed sparse rows plus an owned copy of their transpose, so that both products are sums of rows. *Threads:* as
/// dense_operator.
template <class V>
class csr_operator {
public:
    /// Borrows the matrix and builds its transpose. *Throws* std::invalid_argument if it is inconsistent (see check_csr).
    explicit csr_operator(csr_view<V> matrix) : matrix_(matrix) {
        check_csr(matrix, "pleach::csr_operator");
        offsets_.assign(matrix.cols + 1, 0);
        for (const std::uint32_t c : matrix.columns) ++offsets_[c + 1];
        std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
        std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
        columns_.resize(matrix.columns.size());
        values_.resize(matrix.values.size());
        for (std::size_t r = 0; r < matrix.rows(); ++r)
            for (std::size_t i = static_cast<std::size_t>(matrix.offsets[r]); i < matrix.offsets[r + 1]; ++i) {
                const auto at = static_cast<std::size_t>(next[matrix.columns[i]]++);
                columns_[at] = static_cast<std::uint32_t>(r);
                if (!values_.empty()) values_[at] = matrix.values[i];
            }
    }

    [[nodiscard]] std::size_t rows() const noexcept { return matrix_.rows(); }
    [[nodiscard]] std::size_t cols() const noexcept { return matrix_.cols; }

    template <class T, executor Executor>
    void multiply(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        sum_entries(matrix_, in, out, exec);
    }
    template <class T, executor Executor>
    void multiply_transposed(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        sum_entries(transposed(), in, out, exec);
    }

    template <executor Executor>
    [[nodiscard]] std::vector<double> column_sums(const Executor&) const {
        std::vector<double> sums(cols(), 0);
        for_each_column([&](std::size_t c, double x) { sums[c] += x; });
        return sums;
    }
    /// (X - 1 shift^T)^T (X - 1 shift^T), lower half only. *Complexity:* cols^2, plus for every entry the number of entries in
    /// its row.
    template <executor Executor>
    [[nodiscard]] detail::column_major<double> gram(std::span<const double> shift, const Executor& exec) const {
        const std::vector<double> sums = column_sums(exec);
        detail::column_major<double> products(detail::to_eigen(cols()), detail::to_eigen(cols()));
        for_each_chunk(exec, cols(), 64, [&](std::size_t first, std::size_t last) {
            for (std::size_t c = first; c < last; ++c) {
                double* column = products.data() + c * cols();
                for (std::size_t b = c; b < cols(); ++b)
                    column[b] = (static_cast<double>(rows()) * shift[b] - sums[b]) * shift[c] - sums[c] * shift[b];
                for (std::size_t i = static_cast<std::size_t>(offsets_[c]); i < offsets_[c + 1]; ++i) {
                    const auto others = matrix_.columns_of(columns_[i]);
                    const auto values = matrix_.values_of(columns_[i]);
                    const double value = values_.empty() ? 1.0 : static_cast<double>(values_[i]);
                    for (std::size_t j = 0; j < others.size(); ++j)
                        if (others[j] >= c)
                            column[others[j]] += value * (values.empty() ? 1.0 : static_cast<double>(values[j]));
                }
            }
        });
        return products;
    }

    /// Squared lengths of the columns of X - 1 shift^T, zeros included.
    template <executor Executor>
    [[nodiscard]] std::vector<double> column_squares(std::span<const double> shift, const Executor&) const {
        std::vector<double> sums(cols(), 0);
        for_each_column([&](std::size_t c, double x) { sums[c] += (x - shift[c]) * (x - shift[c]); });
        for (std::size_t c = 0; c < cols(); ++c)
            sums[c] += static_cast<double>(rows() - (offsets_[c + 1] - offsets_[c])) * shift[c] * shift[c];
        return sums;
    }

private:
    [[nodiscard]] csr_view<V> transposed() const noexcept { return {offsets_, columns_, rows(), values_}; }

    template <class Visit>
    void for_each_column(const Visit& visit) const {
        for (std::size_t c = 0; c < cols(); ++c)
            for (std::size_t i = static_cast<std::size_t>(offsets_[c]); i < offsets_[c + 1]; ++i)
                visit(c, values_.empty() ? 1.0 : static_cast<double>(values_[i]));
    }

    template <class T, executor Executor>
    static void sum_entries(const csr_view<V>& matrix, matrix_view<const T> in, matrix_view<T> out, const Executor& exec) {
        for_each_chunk(exec, matrix.rows(), 512, [&](std::size_t first, std::size_t last) {
            for (std::size_t r = first; r < last; ++r) {
                const auto columns = matrix.columns_of(r);
                const auto ahead = static_cast<std::size_t>(matrix.offsets[last] - matrix.offsets[r + 1]);
                const auto sum = [&](auto weights) {
                    sum_rows(in.data(), in.stride(), columns.data(), columns.size(), ahead, out.row(r).data(), in.cols(),
                             weights);
                };
                if (matrix.values.empty())
                    sum(detail::unit_weights{});
                else
                    sum(detail::given_weights<V>{matrix.values_of(r).data()});
            }
        });
    }

    csr_view<V> matrix_;
    std::vector<std::uint64_t> offsets_;  // the transpose
    std::vector<std::uint32_t> columns_;
    std::vector<V> values_;
};

/// Another operator with its columns centered; nothing is copied, and sparse matrices stay sparse:
///
///     X_c in = X in - 1 (mu^T in),   X_c^T in = X^T in - mu (1^T in)
template <linear_operator Op>
class centered {
public:
    /// Borrows the operator. *Complexity:* one pass to compute the means.
    template <executor Executor>
    centered(const Op& base, const Executor& exec) : base_(&base), means_(base.column_sums(exec)) {
        for (double& mean : means_) mean /= static_cast<double>(base.rows());
    }

    [[nodiscard]] std::size_t rows() const noexcept { return base_->rows(); }
    [[nodiscard]] std::size_t cols() const noexcept { return base_->cols(); }
    [[nodiscard]] const Op& base() const noexcept { return *base_; }
    [[nodiscard]] std::span<const double> means() const noexcept { return means_; }

    template <class T, executor Executor>
    void multiply(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        base_->multiply(in, out, exec);
        std::vector<double> shift(in.cols(), 0);
        for (std::size_t r = 0; r < in.rows(); ++r)
            for (std::size_t b = 0; b < shift.size(); ++b) shift[b] += means_[r] * static_cast<double>(in.row(r)[b]);
        for (std::size_t r = 0; r < out.rows(); ++r)
            for (std::size_t b = 0; b < shift.size(); ++b) out.row(r)[b] -= static_cast<T>(shift[b]);
    }
    template <class T, executor Executor>
    void multiply_transposed(matrix_view<const T> in, matrix_view<T> out, const Executor& exec) const {
        base_->multiply_transposed(in, out, exec);
        std::vector<double> sums(in.cols(), 0);
        for (std::size_t r = 0; r < in.rows(); ++r)
            for (std::size_t b = 0; b < sums.size(); ++b) sums[b] += static_cast<double>(in.row(r)[b]);
        for (std::size_t r = 0; r < out.rows(); ++r)
            for (std::size_t b = 0; b < sums.size(); ++b) out.row(r)[b] -= static_cast<T>(means_[r] * sums[b]);
    }

    template <executor Executor>
    [[nodiscard]] std::vector<double> column_sums(const Executor&) const {
        return std::vector<double>(cols(), 0);
    }
    template <executor Executor>
    [[nodiscard]] std::vector<double> column_squares(std::span<const double> shift, const Executor& exec) const {
        std::vector<double> both(shift.begin(), shift.end());
        for (std::size_t c = 0; c < both.size(); ++c) both[c] += means_[c];
        return base_->column_squares(both, exec);
    }

private:
    const Op* base_;
    std::vector<double> means_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
