// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies an array out of a safetensors file as elements of another type, for factors that were trained elsewhere.
///
/// A conversion that keeps every value happens without asking: F16 and BF16 to float, float to double, narrow integers
/// to wider ones and to floats that hold them. One that rounds, such as F64 to float, has to be asked for.

#include <pleach/io/safetensors_view.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace pleach::inline PLEACH_ABI {

/// Which conversions `read_tensor` may do.
enum class conversion : std::uint8_t {
    lossless,  ///< only from types all of whose values the wanted type has
    rounding,  ///< to floats also from wider types, to the nearest value; beyond the largest is an error
};

namespace detail {

/// The float that the 16 bits of an IEEE half mean.
[[nodiscard]] inline float from_half(std::uint16_t bits) noexcept {
    const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
    const int exponent = static_cast<int>(bits >> 10U & 31U);
    const std::uint32_t fraction = bits & 0x3ffU;
    if (exponent == 31) {
        return std::bit_cast<float>((bits & 0x8000U) << 16U | 0x7f800000U | fraction << 13U);
    }
    const auto significand = static_cast<float>(exponent == 0 ? fraction : fraction | 0x400U);
    return sign * std::ldexp(significand, (exponent == 0 ? 1 : exponent) - 25);
}

/// The float that the 16 bits of a bfloat16 mean.
[[nodiscard]] inline float from_bfloat(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

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

/// Calls `visit(element)` with the type that knows how to read elements of `type`; false for BOOL, which is no number.
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

/// Every value of the element is a value of T.
template <class T, class Element>
[[nodiscard]] constexpr bool keeps_values() noexcept {
    using S = typename Element::value;
    if constexpr (std::is_floating_point_v<T>) {
        return Element::digits <= std::numeric_limits<T>::digits;
    } else {
        return std::is_integral_v<S> &&
               (std::is_unsigned_v<S> || std::is_signed_v<T>)&&Element::digits <= std::numeric_limits<T>::digits;
    }
}

}  // namespace detail

/// The elements of the array `name`, row-major, as T. The array must have this shape, if one is given. It need not be
/// aligned.
///
/// Complexity: linear in the array. Throws: std::filesystem::filesystem_error when the array is missing or of another
/// shape, when its type would have to be rounded without permission, or when a value does not fit.
template <stored_element T>
[[nodiscard]] std::vector<T> read_tensor(const safetensors_view& view, std::string_view name,
                                         const std::optional<std::vector<std::uint64_t>>& shape = std::nullopt,
                                         conversion allowed = conversion::lossless) {
    const tensor_info& tensor = view.require(name, shape);
    const std::span<const std::byte> raw = view.bytes(tensor);
    std::vector<T> result;
    const bool converted = detail::with_element(tensor.type, [&]<class Element>(Element) {
        if (!detail::keeps_values<T, Element>() && !(std::is_floating_point_v<T> && allowed == conversion::rounding)) {
            return false;
        }
        using bits = typename Element::bits;
        result.resize(raw.size() / sizeof(bits));
        for (std::size_t i = 0; i < result.size(); ++i) {
            bits element;
            std::memcpy(&element, raw.data() + i * sizeof(bits), sizeof(bits));
            const auto value = Element::decode(element);
            if constexpr (std::is_floating_point_v<T>) {
                const double size = std::abs(static_cast<double>(value));
                if (size > static_cast<double>(std::numeric_limits<T>::max()) && !std::isinf(size)) {
                    detail::read_failure(format_errc::value_out_of_range,
                                         "array " + detail::in_quotes(name) + ", element " + std::to_string(i))
                        .raise(view.origin());
                }
            }
            result[i] = static_cast<T>(value);
        }
        return true;
    });
    if (!converted) {
        detail::read_failure(format_errc::conversion_refused, "array " + detail::in_quotes(name) + ", from " +
                                                                  std::string(name_of(tensor.type)) + " to " +
                                                                  std::string(name_of(dtype_of<T>)))
            .raise(view.origin());
    }
    return result;
}

}  // namespace pleach::inline PLEACH_ABI
