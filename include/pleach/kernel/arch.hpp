// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which machine a kernel is compiled for, as a type. Kernels are templates over it, so that two object files built with
/// different flags hold different functions. This header does not include xsimd; kernel/simd.hpp does.

#include <pleach/config.hpp>

#include <concepts>

namespace pleach {
inline namespace PLEACH_ABI {

/// Plain loops, whatever the compiler makes of them.
struct scalar_arch {};

/// The widest vectors that the flags of this object file allow; its name differs between flags through PLEACH_ABI.
struct native_arch {};

#if PLEACH_HAS_XSIMD
using default_arch = native_arch;
#else
using default_arch = scalar_arch;
#endif

}  // namespace PLEACH_ABI
}  // namespace pleach
