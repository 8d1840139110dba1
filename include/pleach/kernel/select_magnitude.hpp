// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The exact-k cut: the k smallest of the given magnitudes, ties broken by position. Published code cuts at a quantile and
/// removes all ties, so counts drift; budgets need the exact number.
///
/// Non-negative numbers have the same order as their bits, so a radix selection finds the cut byte by byte, highest first, in
/// linear time even in the worst case.

#include <pleach/kernel/arch.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

/// The cut removes magnitudes below `magnitude`, and the first `ties` of those equal to it.
template <class T>
struct magnitude_cut {
    T magnitude{};
    std::size_t ties = 0;

    /// True if the cut removes m. Counts ties down: ask once per magnitude, in order.
    [[nodiscard]] constexpr bool takes(T m) noexcept {
        if (m != magnitude || ties == 0) return m < magnitude;
        --ties;
        return true;
    }
};

/// The cut that removes exactly k of the values. *Precondition:* k <= values.size(); no value is negative or NaN.
/// *Complexity:* O(n).
template <class Arch = default_arch, class T>
    requires(std::floating_point<T> || std::unsigned_integral<T>) && (sizeof(T) == 4 || sizeof(T) == 8)
[[nodiscard]] magnitude_cut<T> cut_smallest(std::span<T> values, std::size_t k) noexcept {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    if (k == 0) return {T{0}, 0};
    word cut = 0;
    for (int shift = 8 * static_cast<int>(sizeof(T)) - 8; shift >= 0; shift -= 8) {
        // Histogram of this byte over the values that agree with the cut in all higher bytes.
        const word higher = shift + 8 == 8 * static_cast<int>(sizeof(T)) ? word{0} : ~word{0} << (shift + 8);
        std::size_t counts[256] = {};
        for (const T x : values) {
            const word bits = std::bit_cast<word>(x);
            if ((bits & higher) == cut) ++counts[bits >> shift & 0xFF];
        }
        std::size_t byte = 0;
        for (; k > counts[byte]; ++byte) k -= counts[byte];
        cut |= static_cast<word>(byte) << shift;
    }
    return {std::bit_cast<T>(cut), k};
}

}  // namespace PLEACH_ABI
}  // namespace pleach
