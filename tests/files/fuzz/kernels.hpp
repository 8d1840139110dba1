// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kernels over any bits, lengths and alignments against the loops that they stand for: the same bits where nothing is summed,
/// and within the rounding of a sum elsewhere.

#include <pleach/core/value_code.hpp>
#include <pleach/kernel/add_scaled.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/kernel/soft_threshold.hpp>
#include <pleach/kernel/squash.hpp>
#include <pleach/kernel/step_rows.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include "files/fuzz/targets.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace fuzz {

/// n elements whose bits are those of the input, at any alignment that T allows, in memory that ends with the last one.
template <class T>
class any_values {
public:
    any_values(choices& from, std::size_t n) : offset_(from.below(8)), values_(n + offset_) {
        for (std::size_t i = 0; i < n; ++i) values_[offset_ + i] = from.take<T>();
    }
    [[nodiscard]] std::size_t size() const { return values_.size() - offset_; }
    [[nodiscard]] T* data() { return values_.data() + offset_; }
    T& operator[](std::size_t i) { return values_[offset_ + i]; }

private:
    std::size_t offset_;
    std::vector<T> values_;
};

template <class T>
bool same(T a, T b) {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return std::bit_cast<word>(a) == std::bit_cast<word>(b) || (std::isnan(a) && std::isnan(b));
}

/// a + w x, rounded once or twice.
template <class T>
bool is_multiply_add(T found, T a, T w, T x) {
    const volatile T product = w * x;
    return same(found, static_cast<T>(a + product)) || same(found, std::fma(w, x, a));
}

/// A sum of n terms: `size` is the sum of their magnitudes. What overflows is not compared.
template <class T>
bool is_sum(T found, long double sum, long double size, std::size_t n) {
    if (!(size < static_cast<long double>(std::numeric_limits<T>::max()) / 4)) return true;
    const long double error = static_cast<long double>(std::numeric_limits<T>::epsilon()) * size +
                              static_cast<long double>(std::numeric_limits<T>::denorm_min());
    return std::abs(static_cast<long double>(found) - sum) <= static_cast<long double>(n + 2) * error;
}

template <class T>
void sums(choices& from, std::size_t n) {
    any_values<T> x(from, n), y(from, n);
    long double sum = 0, size = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const long double product = static_cast<long double>(x[i]) * static_cast<long double>(y[i]);
        sum += product;
        size += std::abs(product);
    }
    require(is_sum(pleach::dot(x.data(), y.data(), n), sum, size, n), "a dot product is the sum of the products");

    const std::size_t rows = 1 + from.below(5), count = from.below(7);
    any_values<T> all(from, rows * n);
    std::vector<std::uint32_t> ids(count);
    for (std::uint32_t& id : ids) id = static_cast<std::uint32_t>(from.below(rows));
    std::vector<T> out(n, T{1});
    pleach::sum_rows(all.data(), n, ids.data(), count, 0, out.data(), n);
    for (std::size_t c = 0; c < n; ++c) {
        sum = size = 0;
        for (const std::uint32_t id : ids) {
            sum += static_cast<long double>(all[id * n + c]);
            size += std::abs(static_cast<long double>(all[id * n + c]));
        }
        require(is_sum(out[c], sum, size, count), "a bag is the sum of its rows");
    }
}

template <class T>
void updates(choices& from, std::size_t n) {
    any_values<T> x(from, n), out(from, n);
    const T weight = from.take<T>();
    std::vector<T> before(out.data(), out.data() + n);
    pleach::add_scaled(weight, x.data(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i) require(is_multiply_add(out[i], before[i], weight, x[i]), "out += weight * x");

    std::vector<std::uint64_t> words((n + 63) / 64);
    for (std::uint64_t& word : words) word = from.take<std::uint64_t>();
    const auto is_live = [&](std::size_t i) { return (words[i / 64] >> (i % 64) & 1U) != 0; };
    before.assign(out.data(), out.data() + n);
    pleach::add_masked_row(words.data(), weight, x.data(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i)
        require(is_live(i) ? is_multiply_add(out[i], before[i], weight, x[i]) : same(out[i], before[i]),
                "live entries are added to, others stay");
    std::vector<T> restored(out.data(), out.data() + n);
    pleach::restore_row(words.data(), before.data(), restored.data(), n);
    pleach::mask_row(words.data(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
        require(same(out[i], is_live(i) ? restored[i] : T{0}) && !(!is_live(i) && std::signbit(out[i])), "dead entries are +0");
        require(is_live(i) || same(restored[i], before[i]), "dead entries are restored");
    }
    pleach::clear_subnormals(n, restored.data());
    for (std::size_t i = 0; i < n; ++i) require(std::fpclassify(restored[i]) != FP_SUBNORMAL, "no subnormal number is left");
}

template <class T>
void functions(choices& from, std::size_t n) {
    any_values<T> v(from, n), tau(from, n), g(from, n);
    for (std::size_t i = 0; i < n; ++i) tau[i] = std::abs(tau[i]);
    std::vector<T> out(n), to_values(n), to_thresholds(n);
    pleach::soft_threshold(v.data(), tau.data(), out.data(), n);
    pleach::soft_threshold_gradient(v.data(), tau.data(), g.data(), to_values.data(), to_thresholds.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
        if (std::isnan(v[i]) || std::isnan(tau[i]) || std::isinf(v[i])) continue;
        const T expected = std::abs(v[i]) <= tau[i] ? T{0} : v[i] > 0 ? v[i] - tau[i] : v[i] + tau[i];
        require(out[i] == expected, "S(v; tau) = sign(v) max(|v| - tau, 0)");
        require(same(to_values[i], std::abs(v[i]) > tau[i] ? g[i] : T{0}), "a value above its threshold gets the gradient");
        const T sign = v[i] < 0 ? T{1} : T{-1};
        require(to_thresholds[i] == sign * to_values[i] || std::isnan(g[i]), "and its threshold the opposite one");
    }
    pleach::sigmoid_values(v.data(), n, out.data());
    for (std::size_t i = 0; i < n; ++i)
        if (!std::isnan(v[i]))
            require(std::abs(out[i] - 1 / (1 + std::exp(-v[i]))) <= T(1e-6) && out[i] >= 0 && out[i] <= 1, "a sigmoid");
    pleach::tanh_values(v.data(), n, out.data());
    for (std::size_t i = 0; i < n; ++i)
        if (!std::isnan(v[i])) require(std::abs(out[i] - std::tanh(v[i])) <= T(1e-6) && std::abs(out[i]) <= 1, "a tangent");
}

template <class T>
void cuts(choices& from, std::size_t n) {
    std::vector<T> values(n);
    for (T& x : values) {
        x = from.take<T>();
        if constexpr (std::is_floating_point_v<T>) x = std::isnan(x) ? T{0} : std::abs(x);
    }
    const std::size_t k = n == 0 ? 0 : from.below(n + 1);
    auto sorted = values;
    std::ranges::sort(sorted);
    auto cut = pleach::cut_smallest(std::span<T>(values), k);
    std::vector<T> taken;
    for (const T x : values)
        if (cut.takes(x)) taken.push_back(x);
    std::ranges::sort(taken);
    sorted.resize(k);
    require(taken == sorted, "a cut takes the k smallest");
}

inline void codes(choices& from) {
    const auto bits = from.take<std::uint16_t>();
    const float half = pleach::from_half(bits);
    const int exponent = bits >> 10U & 31, fraction = bits & 1023;
    const double size = exponent == 31  ? (fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan(""))
                        : exponent == 0 ? std::ldexp(fraction, -24)
                                        : std::ldexp(1024 + fraction, exponent - 25);
    require(same(half, static_cast<float>((bits & 0x8000U) != 0 ? -size : size)), "sixteen bits are an IEEE half");
    if (!std::isnan(half)) require(pleach::to_half(half) == bits, "a half that is decoded and encoded is the same");
    const float any = from.take<float>();
    const float back = pleach::from_half(pleach::to_half(any));
    if (std::abs(any) >= 0x1p-14F && std::abs(any) <= 65504)
        require(std::abs(back - any) <= std::abs(any) / 2048, "a half is near the float");
}

template <class T>
void kernels_of(choices& from) {
    const std::size_t which = from.below(5), n = from.below(140);
    if (which == 0) sums<T>(from, n);
    if (which == 1) updates<T>(from, n);
    if (which == 2) functions<T>(from, n);
    if (which == 3) cuts<T>(from, n);
    if (which == 4) cuts<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>(from, n);
}

inline void kernels(bytes input) {
    choices from(input);
    codes(from);
    if (from.flip())
        kernels_of<float>(from);
    else
        kernels_of<double>(from);
}

}  // namespace fuzz
