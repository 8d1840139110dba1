// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies an array out of a safetensors file and converts its elements, for factors that other programs trained.
///
/// Conversions that keep every value are always allowed: F16 and BF16 to float, float to double, narrow integers to wider
/// ones and to floats that can represent them. Those that round, such as F64 to float, must be requested.

#include <pleach/io/tensor/conversion.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>

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

namespace pleach {
inline namespace PLEACH_ABI {

/// The elements of the array `name`, row-major, as T. If `shape` is given, the array must have it. The array need not be
/// aligned.
///
/// *Complexity:* linear in the array. *Throws* std::filesystem::filesystem_error if the array is missing or has another
/// shape, if values would have to be rounded and `allowed` forbids it, or if a value is too large for T.
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

}  // namespace PLEACH_ABI
}  // namespace pleach
