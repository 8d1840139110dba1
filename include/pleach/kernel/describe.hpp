// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which code path the kernels of this object file take, in words: for logs, and for finding out why a program is slow.

#include <pleach/kernel/expand_bits.hpp>

#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

#define PLEACH_DETAIL_TEXT_EXPANDED(x) #x
#define PLEACH_DETAIL_TEXT(x) PLEACH_DETAIL_TEXT_EXPANDED(x)

/// One line, such as "pleach 0.1.0, v0_avx512: 16 floats per vector, fused multiply-add, packed rows a vector at a time".
[[nodiscard]] inline std::string describe_kernels() {
    std::string line = "pleach " PLEACH_DETAIL_TEXT(PLEACH_VERSION_MAJOR) "." PLEACH_DETAIL_TEXT(
        PLEACH_VERSION_MINOR) "." PLEACH_DETAIL_TEXT(PLEACH_VERSION_PATCH) ", " PLEACH_DETAIL_TEXT(PLEACH_ABI) ": ";
    line += detail::has_simd<default_arch, float> ? std::to_string(detail::simd_lanes<float>) + " floats per vector"
            : PLEACH_HAS_XSIMD                    ? "no vectors of floats for these flags"
                                                  : "no vectors, as xsimd was not found";
    line += detail::machine_fuses ? ", fused multiply-add" : ", separate multiply and add";
    line += detail::expanding_lanes == 0 ? ", packed rows a value at a time" : ", packed rows a vector at a time";
#if defined(__x86_64__) || defined(__i386__)
    if (detail::expanding_lanes == 0) line += "; compile with -march=native, or -mavx2 -mfma -mf16c, if the machine has them";
#endif
    return line;
}

#undef PLEACH_DETAIL_TEXT
#undef PLEACH_DETAIL_TEXT_EXPANDED

}  // namespace PLEACH_ABI
}  // namespace pleach
