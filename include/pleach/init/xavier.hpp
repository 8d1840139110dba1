// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Variance 2 / (rows + cols), uniform or normal. Source: Glorot and Bengio, AISTATS 2010, section 4.2.1.

#include <pleach/init/normal.hpp>
#include <pleach/init/uniform.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {

/// Uniform in (-a, a) with a = gain * sqrt(6 / (rows + cols)). The same bits on every platform.
struct xavier_uniform {
    double gain = 1;

    template <class T>
    [[nodiscard]] auto elements(std::size_t rows, std::size_t cols, random_stream stream) const {
        const double bound = gain * std::sqrt(6.0 / static_cast<double>(rows + cols));
        return uniform{.low = -bound, .high = bound}.elements<T>(rows, cols, stream);
    }

    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        detail::fill_elements(values, exec, elements<T>(values.rows(), values.cols(), stream));
    }
};

/// Normal with deviation gain * sqrt(2 / (rows + cols)).
struct xavier_normal {
    double gain = 1;

    template <class T>
    [[nodiscard]] auto elements(std::size_t rows, std::size_t cols, random_stream stream) const {
        const double deviation = gain * std::sqrt(2.0 / static_cast<double>(rows + cols));
        return normal{.deviation = deviation}.elements<T>(rows, cols, stream);
    }

    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        detail::fill_elements(values, exec, elements<T>(values.rows(), values.cols(), stream));
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
