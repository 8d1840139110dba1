// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The exact-k cut: which k of the given magnitudes are smallest, equal ones by position. Published code cuts at a quantile
/// and removes every tie with it, so counts drift; budgets need the exact number.
///
/// Numbers that are not negative are ordered as their bits are, so the cut is found byte by byte, highest first, by counting:
/// linear in the worst case too.

#include <pleach/kernel/arch.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

/// Where the cut lies: magnitudes below `magnitude` are out, and of those equal to it the first `ties`.
template <class T>
struct magnitude_cut {
    T magnitude{};
    std::size_t ties = 0;

    /// Whether m is out; of those equal to the cut, the first that are asked about.
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
        // Of the values that agree with the cut in all higher bytes, how many have which byte here.
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
