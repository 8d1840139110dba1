// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Penalties on rows: a value, and its gradient to add to what the loss sends back. Both are sums over all elements.
///
///     squared_norm:  R(Z) = w ||Z||_F^2                 dR/dZ = 2 w Z
///     tanh_density:  R(Z) = -w ||tanh(eta Z)||_F^2      dR/dZ = -2 w eta tanh(eta Z) (1 - tanh(eta Z)^2)
///
/// tanh(eta z)^2 is near 1 for every z that is not near 0, so the second rewards rows with many nonzero elements: in CERP, over
/// rows composed of two thresholded ones, it keeps the two from dropping the same columns. What drives sparsity there is the
/// decay of the thresholds. Beyond |z| = 3 / eta its gradient vanishes.
/// Source: Liang et al., "CERP", ICDM 2023, section III; eta = 100 and a weight that halves after every epoch, in their code. It
/// is a sum over the batch there too, while the loss is a mean.

#include <pleach/core/matrix_view.hpp>

#include <cmath>
#include <concepts>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// T penalizes rows: `value(z)` of one element and `slope(z)`, its derivative.
template <class T>
concept row_penalty = requires(const T& penalty, double z) {
    { penalty.value(z) } -> std::convertible_to<double>;
    { penalty.slope(z) } -> std::convertible_to<double>;
};

struct squared_norm {
    double weight = 1;
    template <class T>
    [[nodiscard]] T value(T z) const noexcept {
        return static_cast<T>(weight) * z * z;
    }
    template <class T>
    [[nodiscard]] T slope(T z) const noexcept {
        return T{2} * static_cast<T>(weight) * z;
    }
};

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

/// gradient += the penalty's, and returns its value. *Throws* std::invalid_argument if the shapes differ.
/// *Complexity:* O(elements).
template <class T, row_penalty Penalty>
double penalize(const Penalty& penalty, matrix_view<const T> rows, matrix_view<T> gradient) {
    if (rows.rows() != gradient.rows() || rows.cols() != gradient.cols())
        throw std::invalid_argument("pleach::penalize: the rows are " + std::to_string(rows.rows()) + " x " +
                                    std::to_string(rows.cols()) + ", but the gradient is " + std::to_string(gradient.rows()) +
                                    " x " + std::to_string(gradient.cols()));
    double total = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const std::span<const T> z = rows.row(r);
        const std::span<T> g = gradient.row(r);
        for (std::size_t c = 0; c < z.size(); ++c) {
            total += static_cast<double>(penalty.value(z[c]));
            g[c] += penalty.slope(z[c]);
        }
    }
    return total;
}

/// CERP's schedule of the weight: it halves after every epoch.
[[nodiscard]] inline double halved_weight(double initial, std::size_t epoch) noexcept {
    return std::ldexp(initial, -static_cast<int>(epoch < 2000 ? epoch : 2000));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
