// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Views of Eigen matrices as rows of this library, and back, without a copy.
///
/// Each embedding must be contiguous, so the storage order determines what an embedding is: a row of a row-major N x d matrix,
/// or a column of a column-major d x N matrix. Everything else (expressions, strided elements, integers) is refused at compile
/// time with a sentence.
///
///     pleach::borrowed_table<float> table(pleach::as_rows(matrix));
///     pleach::gather(table, ids, pleach::as_rows(batch));          // Eigen matrix as output

#include <pleach/core/matrix_view.hpp>

#include <Eigen/Core>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

template <class Derived>
inline constexpr bool has_eigen_memory = (static_cast<int>(Derived::Flags) & Eigen::DirectAccessBit) != 0;

// Const if the matrix cannot be written through.
template <class Derived>
using eigen_value = std::conditional_t<(static_cast<int>(Derived::Flags) & Eigen::LvalueBit) != 0 && !std::is_const_v<Derived>,
                                       typename Derived::Scalar, const typename Derived::Scalar>;

template <class Derived>
[[nodiscard]] auto eigen_rows(Derived& matrix) {
    using plain = std::remove_const_t<Derived>;
    static_assert(has_eigen_memory<plain>,
                  "pleach::as_rows needs an Eigen matrix, map, block or reference, whose elements are in memory; an expression "
                  "must be evaluated first, with eval()");
    static_assert(std::floating_point<typename plain::Scalar>,
                  "pleach::as_rows needs float or double elements; convert the matrix with cast<float>() and eval()");
    static_assert(
        static_cast<int>(plain::InnerStrideAtCompileTime) == 1,
        "pleach::as_rows needs embeddings without gaps: rows of a row-major N x d matrix or columns of a column-major "
        "d x N one; copy the strided one into such a matrix");
    const bool row_major = static_cast<bool>(plain::IsRowMajor);
    const auto rows = static_cast<std::size_t>(row_major ? matrix.rows() : matrix.cols());
    const auto cols = static_cast<std::size_t>(row_major ? matrix.cols() : matrix.rows());
    // A vector has one embedding, and Eigen gives its outer stride no meaning.
    const auto stride = rows > 1 ? static_cast<std::size_t>(matrix.outerStride()) : cols;
    return matrix_view<eigen_value<Derived>>(matrix.data(), rows, cols, stride);
}

}  // namespace detail

/// The embeddings of a matrix: its rows if it is row-major, its columns if it is column-major. Borrows the memory.
template <class Derived>
[[nodiscard]] auto as_rows(Eigen::DenseBase<Derived>& matrix) {
    return detail::eigen_rows(matrix.derived());
}
template <class Derived>
[[nodiscard]] auto as_rows(const Eigen::DenseBase<Derived>& matrix) {
    return detail::eigen_rows(matrix.derived());
}

/// A temporary map or block; the memory it refers to must outlive the result.
template <class Derived>
    requires(!std::derived_from<Derived, Eigen::PlainObjectBase<Derived>>)
[[nodiscard]] auto as_rows(Eigen::DenseBase<Derived>&& matrix) {
    return detail::eigen_rows(matrix.derived());
}
template <class Derived>
    requires(std::derived_from<Derived, Eigen::PlainObjectBase<Derived>>)
void as_rows(Eigen::DenseBase<Derived>&& matrix) = delete;  // the rows would dangle

/// Rows as an Eigen map, one embedding per row. Borrows the memory.
template <class T>
[[nodiscard]] auto as_eigen(matrix_view<T> rows) {
    using plain = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using mapped = std::conditional_t<std::is_const_v<T>, const plain, plain>;
    return Eigen::Map<mapped, Eigen::Unaligned, Eigen::OuterStride<>>(
        rows.data(), static_cast<Eigen::Index>(rows.rows()), static_cast<Eigen::Index>(rows.cols()),
        Eigen::OuterStride<>(static_cast<Eigen::Index>(rows.stride())));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
