// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CERP's penalty on zeros in rows: its value at an element, and its derivative, which is added to the gradient of the loss.
///
///     R(Z) = -w ||tanh(eta Z)||_F^2                 dR/dZ = -2 w eta tanh(eta Z) (1 - tanh(eta Z)^2)
///
/// tanh(eta z)^2 is near 1 for every z that is not near 0, so the penalty rewards rows with many nonzero elements. CERP applies
/// it to rows composed of two thresholded ones, where it keeps the two from dropping the same columns; sparsity comes from the
/// decay of the thresholds. Beyond |z| = 3 / eta its gradient vanishes.
/// Source: Liang et al., "CERP", ICDM 2023, section III. Their code uses eta = 100 and a weight that halves after every epoch,
/// and also sums over the batch, while the loss is a mean.

#include <pleach/config.hpp>

#include <cmath>
#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

struct tanh_density {
    double weight = 1;
    double eta = 100;
    template <class T>
    [[nodiscard]] T value(T z) const noexcept {
        const T t = std::tanh(static_cast<T>(eta) * z);
        return -static_cast<T>(weight) * t * t;
    }
    template <class T>
    [[nodiscard]] T slope(T z) const noexcept {
        const T t = std::tanh(static_cast<T>(eta) * z);
        return T{-2} * static_cast<T>(weight * eta) * t * (T{1} - t * t);
    }
};

/// CERP's schedule: the weight halves after every epoch.
[[nodiscard]] inline double halved_weight(double initial, std::size_t epoch) noexcept {
    return std::ldexp(initial, -static_cast<int>(epoch < 2000 ? epoch : 2000));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
