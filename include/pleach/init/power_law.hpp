// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Normal values whose deviation decreases with the column: deviation * (c + 1)^-exponent. The first columns then carry most of
/// a row, like the leading singular vectors of interaction matrices, and magnitude pruning starts from unequal columns.

#include <pleach/init/initializer.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

struct power_law {
    double deviation = 0.1;  ///< of the first column
    double exponent = 0.5;

    /// *Throws* std::invalid_argument unless deviation and exponent are finite and at least 0.
    template <class T>
    [[nodiscard]] auto elements(std::size_t, std::size_t cols, random_stream stream) const {
        detail::check_scale(deviation >= 0 && deviation < 1e30, "power_law: deviation", deviation, "finite and at least 0");
        detail::check_scale(exponent >= 0 && exponent < 1e3, "power_law: exponent", exponent, "finite and at least 0");
        std::vector<double> scale(cols);
        for (std::size_t c = 0; c < scale.size(); ++c) scale[c] = deviation * std::pow(static_cast<double>(c + 1), -exponent);
        return [scale = std::move(scale), stream](std::size_t r, std::size_t c) { return scale[c] * stream.normal(r, c); };
    }

    /// *Throws* as elements().
    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        detail::fill_elements(values, exec, elements<T>(values.rows(), values.cols(), stream));
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
