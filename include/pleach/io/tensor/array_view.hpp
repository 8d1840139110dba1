// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An array as it lies in the bytes of a file, whatever the file's format: element type, byte order, order of elements;
/// and its rows as elements of another type, a block at a time, so that an array of any size passes through little
/// memory.

#include <pleach/core/matrix_view.hpp>
#include <pleach/io/format_error.hpp>
#include <pleach/io/tensor/conversion.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Which byte of an element comes first.
enum class byte_order : std::uint8_t { little, big };

/// Which extent varies fastest: the last (C) or the first (Fortran).
enum class element_order : std::uint8_t { rows_first, columns_first };

/// A value; the bytes belong to the file. Invariant, when a reader of this library made it: the bytes are as many as
/// shape and type need.
struct array_view {
    dtype type = dtype::u8;
    std::vector<std::uint64_t> shape;
    std::span<const std::byte> bytes;
    byte_order order_of_bytes = byte_order::little;
    element_order order_of_elements = element_order::rows_first;
    std::filesystem::path origin;  ///< for messages
};

/// An array of a safetensors file. Throws std::filesystem::filesystem_error when there is none of this name.
[[nodiscard]] inline array_view array_of(const safetensors_view& file, std::string_view name) {
    const tensor_info& tensor = file.require(name);
    return {.type = tensor.type, .shape = tensor.shape, .bytes = file.bytes(tensor), .origin = file.origin()};
}

namespace detail {

template <class Bits>
[[nodiscard]] Bits load_element(const std::byte* at, byte_order order) noexcept {
    std::array<std::byte, sizeof(Bits)> bytes;
    std::memcpy(bytes.data(), at, sizeof(Bits));
    constexpr byte_order native = std::endian::native == std::endian::little ? byte_order::little : byte_order::big;
    if (order != native) {
        std::ranges::reverse(bytes);
    }
    return std::bit_cast<Bits>(bytes);
}

/// A finite number that becomes infinite in T.
template <class T, class V>
[[nodiscard]] bool beyond(V value) noexcept {
    if constexpr (std::is_floating_point_v<T> && std::is_floating_point_v<V>) {
        return std::abs(static_cast<double>(value)) > static_cast<double>(std::numeric_limits<T>::max()) && !std::isinf(value);
    } else {
        return false;
    }
}

template <class T>
[[nodiscard]] read_failure copy_rows_into(const array_view& array, std::size_t first, matrix_view<T> out, conversion allowed) {
    const auto rows = static_cast<std::size_t>(array.shape[0]);
    const std::size_t cols = out.cols();
    read_failure failure;
    const bool may_convert = with_element(array.type, [&]<class Element>(Element) {
        using bits = typename Element::bits;
        constexpr bool kept = keeps_values<T, Element>();
        if (!kept && !(std::is_floating_point_v<T> && allowed == conversion::rounding)) {
            return false;
        }
        const auto copy = [&](std::size_t r, std::size_t c, std::size_t position) {
            const auto value =
                Element::decode(load_element<bits>(array.bytes.data() + position * sizeof(bits), array.order_of_bytes));
            if (!kept && beyond<T>(value) && !failure) {
                failure = {format_errc::value_out_of_range,
                           "row " + std::to_string(first + r) + ", column " + std::to_string(c)};
            }
            out.row(r)[c] = static_cast<T>(value);
        };
        // The file is read in its own order, for the sake of the disk and of the cache.
        if (array.order_of_elements == element_order::columns_first) {
            for (std::size_t c = 0; c < cols; ++c) {
                for (std::size_t r = 0; r < out.rows(); ++r) {
                    copy(r, c, c * rows + first + r);
                }
            }
        } else {
            for (std::size_t r = 0; r < out.rows(); ++r) {
                for (std::size_t c = 0; c < cols; ++c) {
                    copy(r, c, (first + r) * cols + c);
                }
            }
        }
        return true;
    });
    if (!may_convert) {
        return {format_errc::conversion_refused,
                "from " + std::string(name_of(array.type)) + " to " + std::string(name_of(dtype_of<T>))};
    }
    return failure;
}

}  // namespace detail

/// Copies rows first .. first + out.rows() - 1 of an array of two extents into `out`, whose columns are the array's.
///
/// Complexity: linear in `out`; only these rows' bytes are touched. Throws: std::filesystem::filesystem_error when the
/// array has another shape, when its type would have to be rounded without permission, or when a value does not fit;
/// what `out` then holds is unspecified.
template <stored_element T>
void copy_rows(const array_view& array, std::size_t first, matrix_view<T> out, conversion allowed = conversion::lossless) {
    const bool fits = array.shape.size() == 2 && array.shape[1] == out.cols() && first <= array.shape[0] &&
                      out.rows() <= array.shape[0] - first;
    if (!fits) {
        detail::read_failure(format_errc::wrong_shape, "found " + detail::shape_text(array.shape) + ", needed rows " +
                                                           std::to_string(first) + " to " + std::to_string(first + out.rows()) +
                                                           " of " + std::to_string(out.cols()) + " columns")
            .raise(array.origin);
    }
    const bool as_it_lies = array.type == dtype_of<T> && array.order_of_bytes == byte_order::little &&
                            array.order_of_elements == element_order::rows_first && std::endian::native == std::endian::little;
    if (as_it_lies) {
        const std::size_t row_bytes = out.cols() * sizeof(T);
        for (std::size_t r = 0; r < out.rows() && row_bytes != 0; ++r) {
            std::memcpy(out.row(r).data(), array.bytes.data() + (first + r) * row_bytes, row_bytes);
        }
        return;
    }
    if (const auto failure = detail::copy_rows_into(array, first, out, allowed)) {
        failure.raise(array.origin);
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
