// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Between a row of n elements and the values of its set bits, stored one after the other. Plain loops over the set bits, with
/// the expressions of kernel/add_scaled.hpp.

#include <pleach/kernel/arch.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
/// Calls use(i, k) for the k-th set bit i of n, from the lowest.
template <class Use>
inline void for_each_set_bit(const std::uint64_t* words, std::size_t n, Use&& use) noexcept {
    std::size_t k = 0;
    for (std::size_t first = 0; first < n; first += 64)
        for (std::uint64_t bits = words[first / 64]; bits != 0; bits &= bits - 1)
            use(first + static_cast<std::size_t>(std::countr_zero(bits)), k++);
}
}  // namespace detail

/// out[i] = the next value if bit i is set, else +0. *Precondition:* words holds n bits and none beyond. *Complexity:* O(n).
template <class Arch = default_arch, class T>
void spread_row(const std::uint64_t* words, const T* values, T* out, std::size_t n) noexcept {
    for (std::size_t c = 0; c < n; ++c) out[c] = T{0};
    detail::for_each_set_bit(words, n, [&](std::size_t i, std::size_t k) { out[i] = values[k]; });
}

/// out[i] += weight * the next value, if bit i is set. *Precondition:* as above. *Complexity:* O(n / 64 + set bits).
template <class Arch = default_arch, class T>
void add_spread_row(const std::uint64_t* words, T weight, const T* values, T* out, std::size_t n) noexcept {
    detail::for_each_set_bit(words, n, [&](std::size_t i, std::size_t k) { out[i] += weight * values[k]; });
}

/// The next value = row[i], if bit i is set. *Precondition:* as above. *Complexity:* O(n / 64 + set bits).
template <class Arch = default_arch, class T>
void pick_row(const std::uint64_t* words, const T* row, T* values, std::size_t n) noexcept {
    detail::for_each_set_bit(words, n, [&](std::size_t i, std::size_t k) { values[k] = row[i]; });
}

/// The next value += row[i], if bit i is set. *Precondition:* as above. *Complexity:* O(n / 64 + set bits).
template <class Arch = default_arch, class T>
void add_picked_row(const std::uint64_t* words, const T* row, T* values, std::size_t n) noexcept {
    detail::for_each_set_bit(words, n, [&](std::size_t i, std::size_t k) { values[k] += row[i]; });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
