// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Independent uniform values in [low, high). The same bits on every platform.

#include <pleach/init/initializer.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct uniform {
    double low = -0.01;
    double high = 0.01;

    /// *Throws* std::invalid_argument unless low <= high and both are finite.
    template <class T>
    [[nodiscard]] auto elements(std::size_t, std::size_t, random_stream stream) const {
        detail::check_scale(high - low >= 0 && high - low < 1e30, "uniform: high - low", high - low, "finite and at least 0");
        return [low = low, width = high - low, stream](std::size_t r, std::size_t c) {
            return low + detail::rounded(width * stream.uniform(r, c));
        };
    }

    /// *Throws* as elements().
    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        detail::fill_elements(values, exec, elements<T>(values.rows(), values.cols(), stream));
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
