// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Functions of one number, applied to every element of a row: `activated` reads rows through one, and learned thresholds
/// squash their slots with one. Each is a type with two static members, plus a `name` if it is to be frozen.
///
/// testing/check_elementwise.hpp checks slopes against finite differences.

#include <pleach/config.hpp>

#include <concepts>
#include <span>

namespace pleach {
inline namespace PLEACH_ABI {

/// F is a function of one number: `values(row)` applies it to every element in place; `slope(x, y)` is its derivative at x,
/// given its value y there.
template <class F, class T>
concept elementwise = requires(std::span<T> row, T x) {
    F::values(row);
    { F::slope(x, x) } -> std::same_as<T>;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
