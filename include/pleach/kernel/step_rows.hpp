// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One step of an update rule on one row. A gradient that is known to be zero is passed as a null pointer: same arithmetic,
/// same bits, nothing read.
///
/// Vectors and scalars give the same bits (add, multiply, divide, square root and fused multiply-add are correctly rounded in
/// both), so replaying the missed steps of a row equals having stepped it every time.

#include <pleach/kernel/simd.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

/// w -= rate * (g + coupled * w).
template <class T>
struct sgd_step {
    T rate;
    T coupled;
};

/// a += g^2;  w -= rate * g / (sqrt(a) + epsilon), g with coupled decay added.
template <class T>
struct adagrad_step {
    T rate;
    T coupled;
    T epsilon;
};

/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  w = shrink * w - rate * m / (sqrt(v) * inverse_root + epsilon)
/// with g the gradient plus coupled * w, rate = learning rate / (1 - beta1^t), inverse_root = 1 / sqrt(1 - beta2^t), and shrink
/// = 1 - learning rate * decoupled decay.
template <class T>
struct adam_step {
    T rate;
    T coupled;
    T shrink;
    T beta1;
    T one_minus_beta1;
    T beta2;
    T one_minus_beta2;
    T inverse_root;
    T epsilon;
    bool clears_subnormals = false;  ///< after this step, moments that are subnormal become 0
};

namespace detail {

template <class B, class T>
inline void step_lanes(const sgd_step<T>& s, const T* g, std::size_t i, T* w) noexcept {
    const B weight = B::load_unaligned(w + i);
    const B gradient = g == nullptr ? B(s.coupled) * weight : multiply_add(B(s.coupled), weight, B::load_unaligned(g + i));
    multiply_add(-B(s.rate), gradient, weight).store_unaligned(w + i);
}

template <class B, class T>
inline void step_lanes(const adagrad_step<T>& s, const T* g, std::size_t i, T* w, T* a) noexcept {
    const B weight = B::load_unaligned(w + i);
    const B gradient = g == nullptr ? B(s.coupled) * weight : multiply_add(B(s.coupled), weight, B::load_unaligned(g + i));
    const B sum = multiply_add(gradient, gradient, B::load_unaligned(a + i));
    sum.store_unaligned(a + i);
    multiply_add(-B(s.rate), divide(gradient, square_root(sum) + B(s.epsilon)), weight).store_unaligned(w + i);
}

template <class B, class T>
inline void step_lanes(const adam_step<T>& s, const T* g, std::size_t i, T* w, T* m, T* v) noexcept {
    const B weight = B::load_unaligned(w + i);
    const B gradient = g == nullptr ? B(s.coupled) * weight : multiply_add(B(s.coupled), weight, B::load_unaligned(g + i));
    const B first = multiply_add(B(s.one_minus_beta1), gradient, B(s.beta1) * B::load_unaligned(m + i));
    const B second = multiply_add(B(s.one_minus_beta2) * gradient, gradient, B(s.beta2) * B::load_unaligned(v + i));
    first.store_unaligned(m + i);
    second.store_unaligned(v + i);
    const B move = divide(first, multiply_add(square_root(second), B(s.inverse_root), B(s.epsilon)));
    multiply_add(-B(s.rate), move, B(s.shrink) * weight).store_unaligned(w + i);
}

}  // namespace detail

/// Steps one row of n elements. `moments` are the rule's state rows, in the order of its formula. A null g is a zero gradient.
/// *Precondition:* all rows hold n elements and do not overlap. *Complexity:* O(n).
template <class Arch = default_arch, class Step, class T, class... Moments>
void step_row(const Step& step, const T* g, std::size_t n, T* w, Moments*... moments) noexcept {
    std::size_t i = 0;
    if constexpr (detail::has_simd<Arch, T>) {
        constexpr std::size_t lanes = detail::simd_lanes<T>;
        for (; i + lanes <= n; i += lanes) detail::step_lanes<detail::simd_batch<T>>(step, g, i, w, moments...);
    }
    for (; i < n; ++i) detail::step_lanes<detail::one_lane<T>>(step, g, i, w, moments...);
}

/// Sets the subnormal ones of n elements to 0. Adam's first moments decay that far some 800 steps after the last gradient, no longer
/// move anything, and would make every later step slow.
template <class Arch = default_arch, class T>
void clear_subnormals(std::size_t n, T* x) noexcept {
    std::size_t i = 0;
    if constexpr (detail::has_simd<Arch, T>) {
        using lanes = detail::simd_batch<T>;
        for (; i + detail::simd_lanes<T> <= n; i += detail::simd_lanes<T>)
            detail::normal_or_zero(lanes::load_unaligned(x + i)).store_unaligned(x + i);
    }
    for (; i < n; ++i) detail::normal_or_zero(detail::one_lane<T>::load_unaligned(x + i)).store_unaligned(x + i);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
