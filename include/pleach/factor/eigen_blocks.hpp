// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of this library as Eigen matrices, and Eigen restricted to the calling thread.

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

template <class T>
using row_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using column_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
using real_vector = Eigen::VectorXd;

[[nodiscard]] inline Eigen::Index to_eigen(std::size_t n) noexcept { return static_cast<Eigen::Index>(n); }

template <class T>
[[nodiscard]] auto mapped(matrix_view<T> rows) {
    using plain = row_major<std::remove_const_t<T>>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, const plain, plain>, Eigen::Unaligned, Eigen::OuterStride<>>(
        rows.data(), to_eigen(rows.rows()), to_eigen(rows.cols()), Eigen::OuterStride<>(to_eigen(rows.stride())));
}
template <class T>
[[nodiscard]] matrix_view<T> view_of(row_major<T>& m) {
    return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}
template <class T>
[[nodiscard]] matrix_view<const T> view_of(const row_major<T>& m) {
    return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}

// Eigen built with OpenMP would start its own threads in large products, and results would depend on their number. While this
// object lives, it does not do so on this thread (OpenMP keeps the number per thread).
class one_eigen_thread {
public:
#if defined(EIGEN_HAS_OPENMP)
    one_eigen_thread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~one_eigen_thread() { omp_set_num_threads(before_); }
#else
    one_eigen_thread() {}
#endif
    one_eigen_thread(const one_eigen_thread&) = delete;
    one_eigen_thread& operator=(const one_eigen_thread&) = delete;

private:
#if defined(EIGEN_HAS_OPENMP)
    int before_;
#endif
};

// Rows per task: at least 2048, and enough that at most 64 partial sums are kept.
[[nodiscard]] inline std::size_t rows_per_task(std::size_t rows) noexcept {
    return (std::max)(std::size_t{2048}, (rows + 63) / 64);
}

/// Calls add(first, last, partial) for chunks of rows and sums the partial results in the order of the chunks.
template <class Sum, executor Executor, class Add>
[[nodiscard]] Sum sum_over_rows(std::size_t rows, const Sum& zero, const Executor& exec, const Add& add) {
    const std::size_t grain = rows_per_task(rows);
    std::vector<Sum> partial((std::max)(std::size_t{1}, (rows + grain - 1) / grain), zero);
    for_each_chunk(exec, rows, grain, [&](std::size_t first, std::size_t last) {
        const one_eigen_thread alone;
        add(first, last, partial[first / grain]);
    });
    for (std::size_t i = 1; i < partial.size(); ++i) partial[0] += partial[i];
    return std::move(partial[0]);
}

/// a^T b. *Precondition:* a.rows() == b.rows().
template <class T, executor Executor>
[[nodiscard]] column_major<T> inner_products(matrix_view<const T> a, matrix_view<const T> b, const Executor& exec) {
    const column_major<T> zero = column_major<T>::Zero(to_eigen(a.cols()), to_eigen(b.cols()));
    return sum_over_rows(a.rows(), zero, exec, [&](std::size_t first, std::size_t last, column_major<T>& sum) {
        sum.noalias() += mapped(a.rows_from(first, last - first)).transpose() * mapped(b.rows_from(first, last - first));
    });
}

/// out = a m.
template <class T, executor Executor>
void multiply_rows(matrix_view<const T> a, const column_major<T>& m, matrix_view<T> out, const Executor& exec) {
    for_each_chunk(exec, a.rows(), rows_per_task(a.rows()), [&](std::size_t first, std::size_t last) {
        const one_eigen_thread alone;
        mapped(out.rows_from(first, last - first)).noalias() = mapped(a.rows_from(first, last - first)) * m;
    });
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
