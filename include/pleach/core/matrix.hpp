// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A row-major matrix that owns its memory: zero-initialized, base aligned to a cache line, rows unpadded (padding width 20 to
/// 32 would cost 60 % more). A regular type: a copy is a snapshot.

#include <pleach/core/detail/aligned_array.hpp>
#include <pleach/core/detail/copy_values.hpp>
#include <pleach/core/matrix_view.hpp>

#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
class matrix {
public:
    using value_type = T;

    matrix() noexcept = default;

    /// All zero. *Throws* std::invalid_argument if rows * cols elements do not fit the address space, std::bad_alloc.
    matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols), elements_(checked_size(rows, cols)) {}

    /// Copies the rows of `source`.
    explicit matrix(matrix_view<const T> source) : matrix(source.rows(), source.cols()) {
        for (std::size_t r = 0; r < rows_; ++r) detail::copy_values(source.row(r), row(r));
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] T* data() noexcept { return elements_.data(); }
    [[nodiscard]] const T* data() const noexcept { return elements_.data(); }

    [[nodiscard]] std::span<T> row(std::size_t r) noexcept(!hardened) { return view().row(r); }
    [[nodiscard]] std::span<const T> row(std::size_t r) const noexcept(!hardened) { return view().row(r); }

    [[nodiscard]] matrix_view<T> view() noexcept { return {data(), rows_, cols_}; }
    [[nodiscard]] matrix_view<const T> view() const noexcept { return {data(), rows_, cols_}; }

    [[nodiscard]] std::span<T> elements() noexcept { return {data(), rows_ * cols_}; }
    [[nodiscard]] std::span<const T> elements() const noexcept { return {data(), rows_ * cols_}; }

    friend bool operator==(const matrix& a, const matrix& b) noexcept {
        return a.rows_ == b.rows_ && a.cols_ == b.cols_ && detail::equal_values(a.elements(), b.elements());
    }

private:
    static std::size_t checked_size(std::size_t rows, std::size_t cols) {
        if (cols != 0 && rows > static_cast<std::size_t>((std::numeric_limits<std::ptrdiff_t>::max)()) / sizeof(T) / cols)
            throw std::invalid_argument("pleach::matrix: " + std::to_string(rows) + " rows of " + std::to_string(cols) +
                                        " columns do not fit in memory addresses; check the two sizes");
        return rows * cols;
    }

    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    detail::aligned_array<T> elements_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
