// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies, fills and comparisons of rows, in place of those of <algorithm>: that header would be a third of the compile cost of
/// including a table.

#include <pleach/config.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// to[i] = from[i]. *Precondition:* to.size() >= from.size().
template <class From, class T>
void copy_values(const From& from, std::span<T> to) noexcept {
    using value = std::remove_cvref_t<decltype(*from.data())>;
    if constexpr (std::is_same_v<value, T> && std::is_trivially_copyable_v<T>) {
        if (from.size() != 0) std::memmove(to.data(), from.data(), from.size() * sizeof(T));
    } else {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = static_cast<T>(from[i]);
    }
}

template <class T>
void fill_values(std::span<T> values, T value) noexcept {
    for (T& x : values) x = value;
}

template <class T>
[[nodiscard]] bool equal_values(std::span<const T> a, std::span<const T> b) noexcept {
    if (a.size() != b.size()) return false;
    bool same = true;
    for (std::size_t i = 0; i < a.size(); ++i) same &= a[i] == b[i];
    return same;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
