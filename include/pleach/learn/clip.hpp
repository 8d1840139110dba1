// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Gradient clipping, between `accumulate` and `step`. It covers what a step would use: all parameters of the table together,
/// and only the free entries of each. Gradients of dead entries are neither counted nor changed.
///
///     clip_by_norm:   g <- g * min(1, limit / |g|)       clip_by_value:   g <- min(max(g, -limit), limit)
///
/// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

#include <pleach/table/concepts.hpp>
#include <pleach/table/parameter.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

inline void check_limit(double limit, const char* verb) {
    if (!(limit > 0))
        throw std::invalid_argument("pleach::" + std::string(verb) + ": the limit is " + std::to_string(limit) +
                                    ", but must be above 0");
}

/// Calls visit(element) for each free entry of the touched rows, in order of parameter, row and column, so that sums do not
/// depend on the order in which rows were touched.
template <class Table, class Visit>
void for_each_free_gradient(Table& table, typename Table::gradient_type& gradient, Visit&& visit) {
    using T = typename Table::value_type;
    table.for_each_parameter(gradient, [&](const parameter<T>& p) {
        const auto visit_row = [&](std::size_t r) {
            const std::span<T> row = p.gradient.row(r);
            if (p.mask() == nullptr) {
                for (T& x : row) visit(x);
                return;
            }
            const std::span<const std::uint64_t> words = p.mask()->row_words(r);
            for (std::size_t c = 0; c < row.size(); ++c)
                if ((words[c / 64] >> (c % 64) & 1) != 0) visit(row[c]);
        };
        if (p.gradient.is_dense()) {
            for (std::size_t r = 0; r < p.gradient.rows(); ++r) visit_row(r);
        } else {
            std::vector<std::size_t> touched(p.gradient.touched().begin(), p.gradient.touched().end());
            std::ranges::sort(touched);
            for (const std::size_t r : touched) visit_row(r);
        }
    });
}

}  // namespace detail

/// The Euclidean norm of the gradient over the free entries of all parameters. Intermediate results do not overflow if the
/// norm itself does not.
template <trainable_table Table>
[[nodiscard]] double gradient_norm(Table& table, typename Table::gradient_type& gradient) {
    double largest = 0;
    bool finite = true;
    detail::for_each_free_gradient(table, gradient, [&](typename Table::value_type x) {
        largest = (std::max)(largest, std::abs(static_cast<double>(x)));
        finite &= std::isfinite(x);
    });
    if (!finite) return std::numeric_limits<double>::quiet_NaN();
    if (largest == 0) return 0;
    double sum = 0;
    detail::for_each_free_gradient(table, gradient, [&](typename Table::value_type x) {
        const double part = static_cast<double>(x) / largest;
        sum += part * part;
    });
    return largest * std::sqrt(sum);
}

/// Scales the gradient down so that its norm is at most `limit`, and returns its norm before. If an element is infinite or
/// NaN, returns NaN and leaves the gradient unchanged. *Throws* std::invalid_argument unless limit > 0. *Complexity:*
/// O(touched rows * dim).
template <trainable_table Table>
double clip_by_norm(Table& table, typename Table::gradient_type& gradient, double limit) {
    detail::check_limit(limit, "clip_by_norm");
    const double norm = gradient_norm(table, gradient);
    if (!(norm > limit)) return norm;
    const double scale = limit / norm;
    detail::for_each_free_gradient(table, gradient, [&](typename Table::value_type& x) {
        x = static_cast<typename Table::value_type>(static_cast<double>(x) * scale);
    });
    return norm;
}

/// Clamps each element to [-limit, limit]; NaNs stay. *Throws* std::invalid_argument unless limit > 0.
/// *Complexity:* O(touched rows * dim).
template <trainable_table Table>
void clip_by_value(Table& table, typename Table::gradient_type& gradient, double limit) {
    using T = typename Table::value_type;
    detail::check_limit(limit, "clip_by_value");
    const T bound = static_cast<T>(limit);
    detail::for_each_free_gradient(table, gradient, [&](T& x) { x = std::clamp(x, -bound, bound); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
