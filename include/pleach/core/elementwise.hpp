// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Functions of one number that are applied to every element of a row: what activated reads rows through, and what squashes the
/// slots of learned thresholds. Each is a type with two static members, and a `name` if it is to be frozen.
///
/// testing/check_elementwise.hpp compares slopes with differences of values.

#include <pleach/config.hpp>

#include <concepts>
#include <span>

namespace pleach {
inline namespace PLEACH_ABI {

/// F is a function of one number: `values(row)` replaces elements by theirs, in place, and `slope(x, y)` is the derivative at x,
/// whose value is y.
template <class F, class T>
concept elementwise = requires(std::span<T> row, T x) {
    F::values(row);
    { F::slope(x, x) } -> std::same_as<T>;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
