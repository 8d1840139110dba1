// SPDX-License-Identifier: Apache-2.0
#pragma once

/// 1 / (1 + exp(-s)) and tanh(s) of many numbers. Tables with one threshold per value, or whose rows go through such a
/// function, spend most of a lookup here, and a vector of exponentials takes a fraction of the time of separate calls. A
/// partial vector at the end is padded to a whole one, so an element's bits do not depend on its position in the row.

#include <pleach/kernel/simd.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// Applies vector_of to batches or, without vectors, number_of to numbers.
template <class Arch, class T, class VectorOf, class NumberOf>
void squash_values(const T* s, std::size_t n, T* out, VectorOf vector_of, NumberOf number_of) noexcept {
    if constexpr (has_simd<Arch, T>) {
        using batch = simd_batch<T>;
        constexpr std::size_t lanes = simd_lanes<T>;
        std::size_t i = 0;
        for (; i + lanes <= n; i += lanes) vector_of(batch::load_unaligned(s + i)).store_unaligned(out + i);
        if (i == n) return;
        T rest[lanes] = {};
        for (std::size_t j = i; j < n; ++j) rest[j - i] = s[j];
        vector_of(batch::load_unaligned(rest)).store_unaligned(rest);
        for (std::size_t j = i; j < n; ++j) out[j] = rest[j - i];
    } else {
        for (std::size_t i = 0; i < n; ++i) out[i] = number_of(s[i]);
    }
}

}  // namespace detail

/// out[i] = sigmoid(s[i]); out may be s. In float it underflows to 0 below -88 and to 1 above 17.
template <class Arch = default_arch, class T>
void sigmoid_values(const T* s, std::size_t n, T* out) noexcept {
    detail::squash_values<Arch>(
        s, n, out, [](auto x) { return detail::divide(decltype(x)(T{1}), decltype(x)(T{1}) + exp(-x)); },
        [](T x) { return T{1} / (T{1} + std::exp(-x)); });
}

/// out[i] = tanh(s[i]); out may be s. In float it is 1 above 10.
template <class Arch = default_arch, class T>
void tanh_values(const T* s, std::size_t n, T* out) noexcept {
    detail::squash_values<Arch>(s, n, out, [](auto x) { return tanh(x); }, [](T x) { return std::tanh(x); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
