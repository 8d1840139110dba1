// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The thresholds of soft_thresholded: one fixed number, or learned slots s, one per unit of a granularity, squashed to
/// thresholds tau = gain * squash(s) >= 0.
///
/// A squashing function is an elementwise function (core/elementwise.hpp) with results >= 0.
///
/// The gain is 1 while pruning; at 0 every value passes unchanged. (PEP's code calls it k and sets it to 0 to retrain; here a
/// ticket is a different type, see prune/ticket.hpp.)

#include <pleach/core/elementwise.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/squash.hpp>
#include <pleach/sparse/granularity.hpp>
#include <pleach/table/parameter.hpp>

#include <cmath>
#include <limits>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

/// 1 / (1 + exp(-s)), used by PEP and CERP. In float it underflows to 0 below -88 and to 1 above 17.
struct sigmoid {
    static constexpr std::string_view name = "sigmoid";

    template <class T>
    static void values(std::span<T> s) noexcept {
        sigmoid_values(s.data(), s.size(), s.data());
    }
    template <class T>
    [[nodiscard]] static T slope(T, T y) noexcept {
        return y * (T{1} - y);
    }
};

/// log(1 + exp(s)), which allows thresholds above 1.
struct softplus {
    static constexpr std::string_view name = "softplus";

    template <class T>
    static void values(std::span<T> s) noexcept {
        for (T& x : s) x = x > T{0} ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    }
    template <class T>
    [[nodiscard]] static T slope(T, T y) noexcept {
        return -std::expm1(-y);
    }
};

/// |s|: s = 0 means no threshold. The slope at 0 is taken as 1.
struct absolute_value {
    static constexpr std::string_view name = "absolute";

    template <class T>
    static void values(std::span<T> s) noexcept {
        for (T& x : s) x = std::abs(x);
    }
    template <class T>
    [[nodiscard]] static T slope(T s, T) noexcept {
        return s < T{0} ? T{-1} : T{1};
    }
};

/// One constant threshold for all elements.
template <class T>
class fixed_threshold {
public:
    struct gradient_type {};

    /// *Throws* std::invalid_argument if tau is negative or not a number.
    explicit fixed_threshold(T tau) : tau_(tau) {
        if (!(tau >= T{0}))
            throw std::invalid_argument("pleach::fixed_threshold: the threshold is " + std::to_string(tau) +
                                        ", but must be at least 0: every value is shrunk by it");
    }

    static void check(std::size_t, std::size_t) noexcept {}
    void fill(std::size_t, std::size_t, std::span<T> tau) const noexcept { detail::fill_values(tau, tau_); }
    [[nodiscard]] static gradient_type make_gradient() noexcept { return {}; }
    static void accumulate(std::size_t, std::size_t, std::span<const T>, std::span<const T>, gradient_type&) noexcept {}
    template <class Visit>
    void for_each_parameter(Visit&&) const noexcept {}
    template <class Visit>
    void for_each_parameter(gradient_type&, Visit&&) noexcept {}

    friend bool operator==(const fixed_threshold&, const fixed_threshold&) = default;

private:
    T tau_;
};

/// Learned thresholds: a parameter "thresholds" of role thresholds, in the shape that the granularity defines.
template <class T, granularity Layout = per_element, class Squash = sigmoid>
class learned_thresholds {
    static_assert(
        elementwise<Squash, T>,
        "pleach::learned_thresholds needs an elementwise function to squash slots: a type with values(row), in place, and "
        "slope(x, y)");

public:
    using gradient_type = row_gradient<T>;

    /// All slots s = initial, for a table of rows x dim. The further below 0 it starts, the later pruning begins (PEP: -15 for
    /// MovieLens; CERP: -100). *Throws* std::invalid_argument if initial is not finite or the layout does not fit.
    learned_thresholds(std::size_t rows, std::size_t dim, T initial, Layout layout = {})
        : layout_(std::move(layout)), rows_(rows), dim_(dim) {
        if (!(initial >= std::numeric_limits<T>::lowest() && initial <= (std::numeric_limits<T>::max)()))
            throw std::invalid_argument("pleach::learned_thresholds: the slots start at " + std::to_string(initial) +
                                        ", but must be finite; -15 delays pruning for long, -3 prunes at once");
        layout_.check(rows);
        const slot_extents extents = layout_.extents(rows, dim);
        slots_ = matrix<T>(extents.rows, extents.cols);
        detail::fill_values(slots_.elements(), initial);
    }

    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] matrix_view<const T> slots() const noexcept { return slots_.view(); }
    [[nodiscard]] matrix_view<T> slots() noexcept { return slots_.view(); }
    [[nodiscard]] T gain() const noexcept { return gain_; }
    void set_gain(T gain) {
        if (!(gain >= T{0}))
            throw std::invalid_argument("pleach::learned_thresholds: the gain is " + std::to_string(gain) +
                                        ", but must be at least 0; 1 prunes, 0 lets every value pass");
        gain_ = gain;
    }

    void check(std::size_t rows, std::size_t dim) const {
        if (rows != rows_ || dim != dim_)
            throw std::invalid_argument("pleach::learned_thresholds: made for a table of " + std::to_string(rows_) + " x " +
                                        std::to_string(dim_) + ", but given one of " + std::to_string(rows) + " x " +
                                        std::to_string(dim));
    }

    /// Writes the thresholds of elements (r, first), (r, first + 1), ... to tau.
    void fill(std::size_t r, std::size_t first, std::span<T> tau) const noexcept {
        const std::span<const T> s = slots_.row(layout_.row(r));
        for (std::size_t i = 0; i < tau.size(); ++i) tau[i] = s[layout_.col(first + i)];
        Squash::values(tau);
        for (T& x : tau) x *= gain_;
    }

    [[nodiscard]] gradient_type make_gradient() const { return {slots_.rows(), slots_.cols()}; }

    /// Adds dL/ds to the gradient, given tau and dL/dtau of elements (r, first), (r, first + 1), ...; elements that share a
    /// slot add up.
    void accumulate(std::size_t r, std::size_t first, std::span<const T> tau, std::span<const T> to_thresholds,
                    gradient_type& gradient) const {
        const std::size_t slot_row = layout_.row(r);
        const std::span<T> into = gradient.row(slot_row);
        const std::span<const T> s = slots_.row(slot_row);
        if (gain_ == T{0}) return;
        for (std::size_t i = 0; i < to_thresholds.size(); ++i) {
            const std::size_t c = layout_.col(first + i);
            into[c] += to_thresholds[i] * gain_ * Squash::slope(s[c], tau[i] / gain_);
        }
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit(stored_parameter<T>{"thresholds", role::thresholds, slots_.view(), nullptr});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit(parameter<T>{"thresholds", role::thresholds, slots_.view(), gradient, nullptr});
    }

private:
    Layout layout_;
    std::size_t rows_;
    std::size_t dim_;
    matrix<T> slots_;
    T gain_ = 1;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
