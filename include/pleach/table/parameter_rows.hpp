// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a parameter: those of a matrix, or packed rows. Of packed rows only live values are stored, one row after the
/// other: row r holds values starts[r] .. starts[r + 1] - 1, those of the columns that the parameter's support names, in
/// ascending order.

#include <pleach/core/matrix_view.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
class parameter_rows {
public:
    /// All values of each row. A matrix of mutable rows is one of const rows.
    constexpr parameter_rows(matrix_view<T> rows) noexcept
        : data_(rows.data()), rows_(rows.rows()), cols_(rows.cols()), stride_(rows.stride()) {}
    constexpr parameter_rows(matrix_view<std::remove_const_t<T>> rows) noexcept
        requires std::is_const_v<T>
        : parameter_rows(matrix_view<T>(rows)) {}

    /// Packed rows of a table of `cols` columns. *Precondition:* `starts` ascends from 0 and is not empty; it outlives the view.
    constexpr parameter_rows(T* values, std::span<const std::uint32_t> starts, std::size_t cols) noexcept
        : data_(values), rows_(starts.size() - 1), cols_(cols), starts_(starts.data()) {}

    [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
    /// Columns of the table. A packed row holds at most as many values.
    [[nodiscard]] constexpr std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] constexpr T* data() const noexcept { return data_; }

    [[nodiscard]] constexpr bool is_packed() const noexcept { return starts_ != nullptr; }
    /// The number of stored values.
    [[nodiscard]] constexpr std::size_t count() const noexcept { return is_packed() ? starts_[rows_] : rows_ * cols_; }
    /// Where the packed row r starts. *Precondition:* is_packed(), r <= rows().
    [[nodiscard]] constexpr std::size_t start(std::size_t r) const noexcept { return starts_[r]; }

    /// The stored values of row r.
    [[nodiscard]] constexpr std::span<T> row(std::size_t r) const noexcept(!hardened) {
        PLEACH_EXPECTS(r < rows_, "parameter_rows::row was given a row beyond the last one");
        if (is_packed()) return {data_ + starts_[r], static_cast<std::size_t>(starts_[r + 1] - starts_[r])};
        return {data_ + r * stride_, cols_};
    }

    /// All stored values: the rows of a matrix, or packed rows as a single column.
    [[nodiscard]] constexpr matrix_view<T> matrix() const {
        return is_packed() ? matrix_view<T>(data_, count(), 1) : matrix_view<T>(data_, rows_, cols_, stride_);
    }

    /// True if both have as many rows, columns and stored values.
    template <class U>
    [[nodiscard]] constexpr bool is_shaped_like(const parameter_rows<U>& other) const noexcept {
        return rows_ == other.rows() && cols_ == other.cols() && is_packed() == other.is_packed() && count() == other.count();
    }

private:
    T* data_;
    std::size_t rows_;
    std::size_t cols_;
    std::size_t stride_ = 0;
    const std::uint32_t* starts_ = nullptr;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
