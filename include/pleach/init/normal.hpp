// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Independent normal values. Bits depend on the platform's log and cosine.

#include <pleach/init/initializer.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct normal {
    double mean = 0;
    double deviation = 0.1;  ///< standard deviation; 0.1 as in LightGCN's PyTorch code

    /// *Throws* std::invalid_argument unless the deviation is finite and at least 0.
    template <class T>
    [[nodiscard]] auto elements(std::size_t, std::size_t, random_stream stream) const {
        detail::check_scale(deviation >= 0 && deviation < 1e30, "normal: deviation", deviation, "finite and at least 0");
        return [mean = mean, deviation = deviation, stream](std::size_t r, std::size_t c) {
            return mean + deviation * stream.normal(r, c);
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
