// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Conversion of array elements from files to memory: which conversions keep every value, and how 16-bit floats are decoded.

#include <pleach/core/value_code.hpp>
#include <pleach/io/tensor/tensor_info.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

/// Which conversions a reader may apply.
enum class conversion : std::uint8_t {
    lossless,  ///< only those that keep every value of the stored type
    rounding,  ///< also those to floats that round to nearest; a value beyond the largest float is an error
};

namespace detail {

struct half_element {
    using bits = std::uint16_t;
    using value = float;
    static constexpr int digits = 11;
    static float decode(bits b) noexcept { return from_half(b); }
};

struct bfloat_element {
    using bits = std::uint16_t;
    using value = float;
    static constexpr int digits = 8;
    static float decode(bits b) noexcept { return from_bfloat(b); }
};

template <class S>
struct plain_element {
    using bits = S;
    using value = S;
    static constexpr int digits = std::numeric_limits<S>::digits;
    static S decode(bits b) noexcept { return b; }
};

/// Calls `visit(element)` with the type that decodes elements of `type`; returns false for BOOL, which is not a number.
template <class Visit>
[[nodiscard]] bool with_element(dtype type, Visit&& visit) {
    switch (type) {
        case dtype::f64:
            return visit(plain_element<double>{});
        case dtype::f32:
            return visit(plain_element<float>{});
        case dtype::f16:
            return visit(half_element{});
        case dtype::bf16:
            return visit(bfloat_element{});
        case dtype::i64:
            return visit(plain_element<std::int64_t>{});
        case dtype::i32:
            return visit(plain_element<std::int32_t>{});
        case dtype::i16:
            return visit(plain_element<std::int16_t>{});
        case dtype::i8:
            return visit(plain_element<std::int8_t>{});
        case dtype::u64:
            return visit(plain_element<std::uint64_t>{});
        case dtype::u32:
            return visit(plain_element<std::uint32_t>{});
        case dtype::u16:
            return visit(plain_element<std::uint16_t>{});
        case dtype::u8:
            return visit(plain_element<std::uint8_t>{});
        case dtype::boolean:
            return false;
    }
    return false;
}

/// Whether every value of the element can be represented in T.
template <class T, class Element>
[[nodiscard]] constexpr bool keeps_values() noexcept {
    using S = typename Element::value;
    if constexpr (std::is_floating_point_v<T>) {
        return Element::digits <= std::numeric_limits<T>::digits;
    } else {
        return std::is_integral_v<S> && (std::is_unsigned_v<S> || std::is_signed_v<T>) &&
               Element::digits <= std::numeric_limits<T>::digits;
    }
}

}  // namespace detail

}  // namespace PLEACH_ABI
}  // namespace pleach
