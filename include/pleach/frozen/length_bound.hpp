// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Upper bounds of the Euclidean lengths of frozen rows, with which ranking skips blocks of rows.

#include <pleach/table/packed_bytes.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// An upper bound of the length of a vector, from the float sum of its squares: a little above the root, so that neither
/// another order of additions nor squares that underflow make it shorter than the vector.
[[nodiscard]] inline float length_bound(float square) noexcept { return std::sqrt(square) * 1.0001F + 1e-16F; }

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
