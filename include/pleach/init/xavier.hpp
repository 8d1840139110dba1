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

    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        const double bound = gain * std::sqrt(6.0 / static_cast<double>(values.rows() + values.cols()));
        uniform{.low = -bound, .high = bound}.fill(values, stream, exec);
    }
};

/// Normal with deviation gain * sqrt(2 / (rows + cols)).
struct xavier_normal {
    double gain = 1;

    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        normal{.deviation = gain * std::sqrt(2.0 / static_cast<double>(values.rows() + values.cols()))}.fill(values, stream,
                                                                                                             exec);
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
