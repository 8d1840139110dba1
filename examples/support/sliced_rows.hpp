// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows cut into slices of one cache line: slice s holds columns 16 s to 16 s + 15 of all rows, one row behind the other, the
/// last slice padded with zeros. A pass over a graph that takes one slice after the other has a quarter of the bytes of 64
/// columns in use at a time, and so finds most neighbors in a near cache.

#include <pleach/core/matrix.hpp>
#include <pleach/kernel/sum_lines.hpp>

#include <algorithm>
#include <cstddef>

namespace support {

class sliced_rows {
public:
    static constexpr std::size_t width = pleach::line_elements<float>;

    sliced_rows(std::size_t rows, std::size_t cols)
        : rows_(rows), cols_(cols), pieces_((cols + width - 1) / width * rows, width) {}

    [[nodiscard]] std::size_t slices() const noexcept { return (cols_ + width - 1) / width; }

    /// Columns width * s and on of a row; the next row's follow.
    [[nodiscard]] float* piece(std::size_t s, std::size_t row) noexcept { return pieces_.data() + (s * rows_ + row) * width; }
    [[nodiscard]] const float* piece(std::size_t s, std::size_t row) const noexcept {
        return pieces_.data() + (s * rows_ + row) * width;
    }

    /// The row becomes factor * values; zeros where null.
    void assign(std::size_t row, float factor, const float* values) noexcept {
        for (std::size_t first = 0; first < cols_; first += width) {
            float* to = piece(first / width, row);
            for (std::size_t c = 0; c < (std::min)(width, cols_ - first); ++c)
                to[c] = values == nullptr ? 0.0F : factor * values[first + c];
        }
    }

    /// out = factor * row.
    void copy(std::size_t row, float factor, float* out) const noexcept {
        for (std::size_t first = 0; first < cols_; first += width) {
            const float* from = piece(first / width, row);
            for (std::size_t c = 0; c < (std::min)(width, cols_ - first); ++c) out[first + c] = factor * from[c];
        }
    }

private:
    std::size_t rows_;
    std::size_t cols_;
    pleach::matrix<float> pieces_;  // slices * rows
};

}  // namespace support
