// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The machine a kernel is compiled for, as a type. Kernels are templates over it, so that object files built with different
/// flags contain different functions. This header does not include xsimd; kernel/simd.hpp does.

#include <pleach/config.hpp>

#include <concepts>

namespace pleach {
inline namespace PLEACH_ABI {

/// Plain loops, which the compiler may vectorize.
struct scalar_arch {};

/// The widest vectors that the flags of this object file allow; PLEACH_ABI makes its name differ between flags.
struct native_arch {};

#if PLEACH_HAS_XSIMD
using default_arch = native_arch;
#else
using default_arch = scalar_arch;
#endif

}  // namespace PLEACH_ABI
}  // namespace pleach
