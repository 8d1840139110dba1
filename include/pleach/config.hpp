// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Included by every other header: the language check, the version, and the name of the inline namespace.
///
/// The name of the inline namespace contains every macro by which headers choose between bodies of one function: the ABI
/// version, the instruction set, its extensions that kernels use, and whether contracts are checked. Object files that
/// disagree on one of these fail to link, with a readable name, instead of silently sharing one of two different bodies.
/// cmake/check_sources.cmake finds macros that are missing here.

#if !defined(__cplusplus) || (__cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L))
#error "pleach needs C++20: compile with -std=c++20, or link pleach::pleach, which asks CMake for it"
#endif

#if !defined(__cpp_exceptions)
#error "pleach reports bad input by exceptions: compile without -fno-exceptions"
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#if !defined(PLEACH_ALLOW_FAST_MATH)
#error "-ffast-math, -ffinite-math-only and -fassociative-math void pleach's bits: drop them or define PLEACH_ALLOW_FAST_MATH"
#endif
#define PLEACH_DETAIL_MATH _fast_math
#else
#define PLEACH_DETAIL_MATH
#endif

#define PLEACH_VERSION_MAJOR 0
#define PLEACH_VERSION_MINOR 1
#define PLEACH_VERSION_PATCH 0

/// 1: contracts on single-row calls are checked (see core/contract.hpp). 0, the default: they are not. Never set by NDEBUG,
/// so that debug programs can link release libraries.
#ifndef PLEACH_HARDENED
#define PLEACH_HARDENED 0
#endif

/// 1: kernels may use xsimd. The default is 1 if its header can be found.
#ifndef PLEACH_HAS_XSIMD
#if __has_include(<xsimd/xsimd.hpp>)
#define PLEACH_HAS_XSIMD 1
#else
#define PLEACH_HAS_XSIMD 0
#endif
#endif

#if !PLEACH_HAS_XSIMD && defined(__AVX512F__)
#define PLEACH_DETAIL_ARCH scalar_avx512f
#elif !PLEACH_HAS_XSIMD && (defined(__FMA__) || defined(__ARM_FEATURE_FMA))
#define PLEACH_DETAIL_ARCH scalar_fma
#elif !PLEACH_HAS_XSIMD
#define PLEACH_DETAIL_ARCH scalar
#elif defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__)
#define PLEACH_DETAIL_ARCH avx512
#elif defined(__AVX512F__)
#define PLEACH_DETAIL_ARCH avx512f
#elif defined(__AVX2__) && defined(__FMA__)
#define PLEACH_DETAIL_ARCH avx2
#elif defined(__AVX2__)
#define PLEACH_DETAIL_ARCH avx2_without_fma
#elif defined(__AVX__) && defined(__FMA__)
#define PLEACH_DETAIL_ARCH avx_fma
#elif defined(__AVX__)
#define PLEACH_DETAIL_ARCH avx
#elif defined(__SSE4_2__)
#define PLEACH_DETAIL_ARCH sse4_2
#elif defined(__SSE4_1__)
#define PLEACH_DETAIL_ARCH sse4_1
#elif defined(__SSSE3__)
#define PLEACH_DETAIL_ARCH ssse3
#elif defined(__SSE3__)
#define PLEACH_DETAIL_ARCH sse3
#elif defined(__SSE2__) || defined(_M_X64)
#define PLEACH_DETAIL_ARCH sse2
#elif defined(__ARM_NEON) && defined(__ARM_FEATURE_FMA)
#define PLEACH_DETAIL_ARCH neon_fma
#elif defined(__ARM_NEON)
#define PLEACH_DETAIL_ARCH neon
#else
#define PLEACH_DETAIL_ARCH other
#endif

#if defined(__F16C__)
#define PLEACH_DETAIL_HALVES _f16c
#else
#define PLEACH_DETAIL_HALVES
#endif
#if defined(__AVX512VL__)
#define PLEACH_DETAIL_SHORT_VECTORS _vl
#else
#define PLEACH_DETAIL_SHORT_VECTORS
#endif
#if defined(__AVX512BITALG__) && defined(__AVX512VBMI__)
#define PLEACH_DETAIL_BYTES _vbmi
#else
#define PLEACH_DETAIL_BYTES
#endif
#if defined(__AVX512VPOPCNTDQ__)
#define PLEACH_DETAIL_COUNTS _vpopcntdq
#else
#define PLEACH_DETAIL_COUNTS
#endif
#if PLEACH_HARDENED
#define PLEACH_DETAIL_CHECKING _checked
#else
#define PLEACH_DETAIL_CHECKING
#endif

#define PLEACH_DETAIL_JOIN_EXPANDED(a, b, c, d, e, f, g, h) a##b##c##d##e##f##g##h
#define PLEACH_DETAIL_JOIN(a, b, c, d, e, f, g, h) PLEACH_DETAIL_JOIN_EXPANDED(a, b, c, d, e, f, g, h)
#define PLEACH_ABI                                                                                                      \
    PLEACH_DETAIL_JOIN(v0_, PLEACH_DETAIL_ARCH, PLEACH_DETAIL_HALVES, PLEACH_DETAIL_SHORT_VECTORS, PLEACH_DETAIL_BYTES, \
                       PLEACH_DETAIL_COUNTS, PLEACH_DETAIL_MATH, PLEACH_DETAIL_CHECKING)

namespace pleach {
inline namespace PLEACH_ABI {

/// Whether contracts on single-row calls are checked. Hot members are `noexcept(!hardened)`.
inline constexpr bool hardened = PLEACH_HARDENED != 0;

}  // namespace PLEACH_ABI
}  // namespace pleach
