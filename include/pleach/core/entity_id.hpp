// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What may name an entity: an unsigned integer, or a scoped enumeration over one.
///
/// `enum class item_id : std::uint32_t {};` is a distinct id type at no cost: looking up a user in the item table becomes a
/// type error. Offsets (row times width) are computed in std::size_t (see to_index).

#include <pleach/config.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

template <class T>
concept unsigned_number = std::unsigned_integral<T> && !std::same_as<std::remove_cv_t<T>, bool>;

template <class T>
struct is_unsigned_scoped_enum : std::false_type {};
template <class T>
    requires std::is_enum_v<T>
struct is_unsigned_scoped_enum<T>
    : std::bool_constant<!std::is_convertible_v<T, std::underlying_type_t<T>> && unsigned_number<std::underlying_type_t<T>>> {};

}  // namespace detail

/// T is an unsigned integer (not bool) or a scoped enumeration over one.
template <class T>
concept entity_id = detail::unsigned_number<T> || detail::is_unsigned_scoped_enum<T>::value;

/// How many entities ids of this type can tell apart; 2^64 - 1 for ids of 64 bits.
template <entity_id Id>
inline constexpr std::uint64_t most_entities =
    sizeof(Id) < sizeof(std::uint64_t) ? std::uint64_t{1} << (8 * sizeof(Id) % 64) : ~std::uint64_t{0};

/// The row number of an id.
template <entity_id Id>
[[nodiscard]] constexpr std::size_t to_index(Id id) noexcept {
    return static_cast<std::size_t>(id);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
