// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bounds of the lengths of frozen rows, by which ranking leaves out blocks of them.

#include <pleach/config.hpp>

#include <cmath>
#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Rows of one bound: the largest length (Euclidean) of a row in a block of so many.
inline constexpr std::size_t rows_per_bound = 256;

/// A bound of the length of a vector, from the float sum of its squares: a little longer, so that neither another order of
/// additions nor squares that are too small for a float make it shorter than the vector is.
[[nodiscard]] inline float length_bound(float square) noexcept { return std::sqrt(square) * 1.0001F + 1e-16F; }

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
