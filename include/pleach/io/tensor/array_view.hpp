// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An array in the bytes of a file of any format, with its element type, byte order and order of elements. Its rows can be
/// copied out as elements of another type, one block at a time, so that little memory is needed for an array of any size.

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

/// A view of an array; the bytes belong to the file. Readers of this library guarantee that bytes.size() is what shape and
/// type need.
struct array_view {
    dtype type = dtype::u8;
    std::vector<std::uint64_t> shape;
    std::span<const std::byte> bytes;
    byte_order order_of_bytes = byte_order::little;
    element_order order_of_elements = element_order::rows_first;
    std::filesystem::path origin;  ///< for messages
};

/// The array of this name in a safetensors file. *Throws* std::filesystem::filesystem_error if there is none.
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

/// Whether a finite number becomes infinite in T.
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
        // The file is read in its own order, which is faster for the disk and the caches.
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

/// Copies rows first .. first + out.rows() - 1 of an array of two extents into `out`, which must have as many columns.
///
/// *Complexity:* linear in `out`; only the bytes of these rows are read. *Throws* std::filesystem::filesystem_error if the
/// shape does not fit, if values would have to be rounded and `allowed` forbids it, or if a value is too large for T; the
/// content of `out` is then unspecified.
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
