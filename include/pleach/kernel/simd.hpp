// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The only header that includes xsimd: the batch type of an element type, and the few operations whose spelling changed after
/// xsimd 8.1 or that it approximates. Other batch operations (load, store, arithmetic) are used directly. Without xsimd a batch has one lane, so
/// every kernel still compiles.

#include <pleach/kernel/arch.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#if PLEACH_HAS_XSIMD
#include <xsimd/xsimd.hpp>
#endif

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

// True if vectors multiply and add with one rounding; scalars then do the same.
#if defined(__FMA__) || defined(__AVX512F__) || defined(__ARM_FEATURE_FMA)
inline constexpr bool machine_fuses = true;
#else
inline constexpr bool machine_fuses = false;
#endif

// One number as a batch of one lane, so that an update rule is written once for vectors and scalars.
template <class T>
struct one_lane {
    T value;
    one_lane() = default;
    explicit one_lane(T x) noexcept : value(x) {}
    static one_lane load_unaligned(const T* p) noexcept { return one_lane(*p); }
    void store_unaligned(T* p) const noexcept { *p = value; }
    friend one_lane operator+(one_lane a, one_lane b) noexcept { return one_lane(a.value + b.value); }
    friend one_lane operator*(one_lane a, one_lane b) noexcept { return one_lane(a.value * b.value); }
    friend one_lane operator-(one_lane a) noexcept { return one_lane(-a.value); }
};

template <class T>
[[nodiscard]] inline one_lane<T> divide(one_lane<T> a, one_lane<T> b) noexcept {
    return one_lane<T>(a.value / b.value);
}
template <class T>
[[nodiscard]] inline one_lane<T> square_root(one_lane<T> a) noexcept {
    return one_lane<T>(std::sqrt(a.value));
}

/// x, or 0 if x is subnormal: arithmetic on subnormals can be a hundred times slower.
template <class T>
[[nodiscard]] inline one_lane<T> normal_or_zero(one_lane<T> x) noexcept {
    return one_lane<T>(std::abs(x.value) < std::numeric_limits<T>::min() ? T(0) : x.value);
}

/// a * b + c, with one rounding if the machine has fused multiply-add.
template <class T>
[[nodiscard]] inline one_lane<T> multiply_add(one_lane<T> a, one_lane<T> b, one_lane<T> c) noexcept {
    if constexpr (machine_fuses)
        return one_lane<T>(std::fma(a.value, b.value, c.value));
    else
        return one_lane<T>(a.value * b.value + c.value);
}

template <class T>
[[nodiscard]] inline T sum_lanes(const one_lane<T>& x) noexcept {
    return x.value;
}

#if PLEACH_HAS_XSIMD && !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)

template <class T>
using simd_batch = xsimd::batch<T, xsimd::default_arch>;

template <class T>
inline constexpr std::size_t simd_lanes = simd_batch<T>::size;

/// True where a kernel for Arch over T may use simd_batch<T>.
template <class Arch, class T>
inline constexpr bool has_simd = std::is_same_v<Arch, native_arch> && xsimd::has_simd_register<T>::value;

// xsimd 8 multiplies and adds with two roundings on AVX-512, unless the compiler happens to fuse them.
template <class T, class A>
[[nodiscard]] inline xsimd::batch<T, A> multiply_add(const xsimd::batch<T, A>& a, const xsimd::batch<T, A>& b,
                                                     const xsimd::batch<T, A>& c) noexcept {
#if defined(__AVX512F__)
    if constexpr (sizeof(xsimd::batch<T, A>) == 64 && std::is_same_v<T, float>)
        return _mm512_fmadd_ps(a, b, c);
    else if constexpr (sizeof(xsimd::batch<T, A>) == 64 && std::is_same_v<T, double>)
        return _mm512_fmadd_pd(a, b, c);
    else
#endif
        return xsimd::fma(a, b, c);
}

// a / b and the square root of a, both correctly rounded: xsimd 8 approximates them for floats on AArch64.
template <class T, class A>
[[nodiscard]] inline xsimd::batch<T, A> divide(const xsimd::batch<T, A>& a, const xsimd::batch<T, A>& b) noexcept {
#if defined(__aarch64__)
    if constexpr (std::is_base_of_v<xsimd::neon, A> && std::is_same_v<T, float>)
        return xsimd::batch<T, A>(vdivq_f32(a, b));
    else
#endif
        return a / b;
}
template <class T, class A>
[[nodiscard]] inline xsimd::batch<T, A> square_root(const xsimd::batch<T, A>& a) noexcept {
#if defined(__aarch64__)
    if constexpr (std::is_base_of_v<xsimd::neon, A> && std::is_same_v<T, float>)
        return xsimd::batch<T, A>(vsqrtq_f32(a));
    else
#endif
        return xsimd::sqrt(a);
}

template <class T, class A>
[[nodiscard]] inline xsimd::batch<T, A> normal_or_zero(const xsimd::batch<T, A>& x) noexcept {
    using lanes = xsimd::batch<T, A>;
    return xsimd::select(xsimd::abs(x) < lanes(std::numeric_limits<T>::min()), lanes(T(0)), x);
}

template <class T, class A>
[[nodiscard]] inline T sum_lanes(const xsimd::batch<T, A>& x) noexcept {
#if XSIMD_VERSION_MAJOR < 9
    return xsimd::hadd(x);
#else
    return xsimd::reduce_add(x);
#endif
}

#else

template <class T>
using simd_batch = one_lane<T>;

template <class T>
inline constexpr std::size_t simd_lanes = 1;

template <class Arch, class T>
inline constexpr bool has_simd = false;

#endif

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
