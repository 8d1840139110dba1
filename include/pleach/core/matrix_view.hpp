// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A non-owning, row-major view of rows: pointer, rows, columns and stride (in elements, at least `cols`).

#include <pleach/core/contract.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
class matrix_view {
public:
    using value_type = std::remove_cv_t<T>;

    constexpr matrix_view() noexcept = default;

    /// Views rows * cols contiguous elements.
    constexpr matrix_view(T* data, std::size_t rows, std::size_t cols) noexcept
        : data_(data), rows_(rows), cols_(cols), stride_(cols) {}

    /// Views rows that start every `stride` elements. *Throws* std::invalid_argument if stride < cols.
    constexpr matrix_view(T* data, std::size_t rows, std::size_t cols, std::size_t stride)
        : data_(data), rows_(rows), cols_(cols), stride_(stride) {
        if (stride < cols)
            throw std::invalid_argument("pleach::matrix_view: the stride is " + std::to_string(stride) + ", but rows have " +
                                        std::to_string(cols) + " columns and would overlap");
    }

    /// A view of mutable rows is a view of const rows.
    constexpr operator matrix_view<const T>() const noexcept
        requires(!std::is_const_v<T>)
    {
        return matrix_view<const T>::trusted(data_, rows_, cols_, stride_);
    }

    [[nodiscard]] constexpr T* data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] constexpr std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] constexpr std::size_t stride() const noexcept { return stride_; }

    [[nodiscard]] constexpr std::span<T> row(std::size_t r) const noexcept(!hardened) {
        PLEACH_EXPECTS(r < rows_, "matrix_view::row was given a row beyond the last one");
        return {data_ + r * stride_, cols_};
    }

    /// Rows first .. first + count - 1.
    [[nodiscard]] constexpr matrix_view rows_from(std::size_t first, std::size_t count) const noexcept(!hardened) {
        PLEACH_EXPECTS(first + count <= rows_, "matrix_view::rows_from was given rows beyond the last one");
        return trusted(data_ + first * stride_, count, cols_, stride_);
    }

private:
    template <class>
    friend class matrix_view;

    // Of a stride that another view has checked.
    [[nodiscard]] static constexpr matrix_view trusted(T* data, std::size_t rows, std::size_t cols,
                                                       std::size_t stride) noexcept {
        matrix_view result(data, rows, cols);
        result.stride_ = stride;
        return result;
    }

    T* data_ = nullptr;
    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    std::size_t stride_ = 0;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
