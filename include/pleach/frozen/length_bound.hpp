// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bounds of the lengths of frozen rows, by which ranking leaves out blocks of them.

#include <pleach/table/packed_bytes.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// A bound of the length of a vector, from the float sum of its squares: a little longer, so that neither another order of
/// additions nor squares that are too small for a float make it shorter than the vector is.
[[nodiscard]] inline float length_bound(float square) noexcept { return std::sqrt(square) * 1.0001F + 1e-16F; }

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
