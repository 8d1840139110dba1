// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a safetensors file says about an array: its name, element type, shape and offsets.
///
/// The list of element types is closed. Types narrower than a byte and other additions of later format versions are
/// refused rather than guessed. Source: https://github.com/huggingface/safetensors, section Format.

#include <pleach/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Element types of arrays in files.
enum class dtype : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

namespace detail {

struct dtype_entry {
    std::string_view name;
    std::uint64_t size;
};

inline constexpr std::array<dtype_entry, 13> dtype_entries{{
    {"F64", 8},
    {"F32", 4},
    {"F16", 2},
    {"BF16", 2},
    {"I64", 8},
    {"I32", 4},
    {"I16", 2},
    {"I8", 1},
    {"U64", 8},
    {"U32", 4},
    {"U16", 2},
    {"U8", 1},
    {"BOOL", 1},
}};

template <class T>
[[nodiscard]] constexpr std::optional<dtype> find_dtype() noexcept {
    if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T>) {
        return std::nullopt;
    } else if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == 8 ? std::optional(dtype::f64) : sizeof(T) == 4 ? std::optional(dtype::f32) : std::nullopt;
    } else if constexpr (std::is_integral_v<T>) {
        constexpr bool is_signed = std::is_signed_v<T>;
        switch (sizeof(T)) {
            case 1:
                return is_signed ? dtype::i8 : dtype::u8;
            case 2:
                return is_signed ? dtype::i16 : dtype::u16;
            case 4:
                return is_signed ? dtype::i32 : dtype::u32;
            case 8:
                return is_signed ? dtype::i64 : dtype::u64;
            default:
                return std::nullopt;
        }
    } else {
        return std::nullopt;
    }
}

}  // namespace detail

/// Bytes of one element.
[[nodiscard]] constexpr std::uint64_t size_of(dtype type) noexcept {
    return detail::dtype_entries[static_cast<std::size_t>(type)].size;
}

/// The name that files use.
[[nodiscard]] constexpr std::string_view name_of(dtype type) noexcept {
    return detail::dtype_entries[static_cast<std::size_t>(type)].name;
}

/// The type of this name in files, or nullopt if it is not in the list.
[[nodiscard]] constexpr std::optional<dtype> dtype_named(std::string_view name) noexcept {
    for (std::size_t i = 0; i < detail::dtype_entries.size(); ++i) {
        if (detail::dtype_entries[i].name == name) {
            return static_cast<dtype>(i);
        }
    }
    return std::nullopt;
}

/// A C++ type whose representation is that of an element type: float, double, and integers other than bool. (A byte of a BOOL
/// array that is neither 0 nor 1 must not be read as bool; F16 and BF16 have no C++ type: read their bytes, or convert with
/// read_tensor.)
template <class T>
concept stored_element = detail::find_dtype<T>().has_value();

/// The element type in files that corresponds to T.
template <stored_element T>
inline constexpr dtype dtype_of = *detail::find_dtype<T>();

/// One array, at bytes `begin` to `end` of the data. Invariant, once read: end - begin is what `shape` and `type` need.
struct tensor_info {
    std::string name;
    dtype type = dtype::u8;
    std::vector<std::uint64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    friend bool operator==(const tensor_info&, const tensor_info&) = default;
};

namespace detail {

inline constexpr std::string_view metadata_name = "__metadata__";
inline constexpr std::string_view header_checksum_key = "pleach.header_xxh3";
inline constexpr std::string_view data_checksum_key = "pleach.data_xxh3";
inline constexpr std::uint64_t header_length_bytes = 8;
inline constexpr std::uint64_t longest_header = 100'000'000;
inline constexpr std::uint64_t file_alignment = 64;

/// Whether the name is __pad0__, __pad1__, ..., that of an array that fills the gap before the next multiple of 64.
[[nodiscard]] constexpr bool is_padding_name(std::string_view name) noexcept {
    constexpr std::string_view front = "__pad";
    constexpr std::string_view back = "__";
    return name.size() > front.size() + back.size() && name.starts_with(front) && name.ends_with(back) &&
           name.substr(front.size(), name.size() - front.size() - back.size()).find_first_not_of("0123456789") ==
               std::string_view::npos;
}

[[nodiscard]] inline std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string out = "[";
    for (const std::uint64_t extent : shape) {
        out += (out.size() > 1 ? ", " : "") + std::to_string(extent);
    }
    return out + "]";
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
