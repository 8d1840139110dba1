// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse rows of a few bits per value: one bit per column, and a level (levels.hpp) for each column whose bit is set.

#include <pleach/kernel/levels.hpp>
#include <pleach/kernel/packed_row.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// Lane j is the next level, from number `first` on, if bit j is set, else +0. *Precondition:* 16 bytes after the levels are
/// readable.
template <class Arch, unsigned Bits>
[[nodiscard, gnu::always_inline]] inline float_lanes<Arch> expand_levels(const std::byte* levels, std::size_t first,
                                                                         unsigned bits) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    if constexpr (lanes == expanding_lanes) {
        std::uint64_t low, high = 0;  // eight levels each, from bit Bits * first % 8 on
        std::memcpy(&low, levels + Bits * first / 8, sizeof low);
        if constexpr (lanes > 8) std::memcpy(&high, levels + Bits * first / 8 + Bits, sizeof high);
        const std::size_t shift = Bits * first % 8;
        return expand_from(
            lanes_of_levels<Arch, Bits>(static_cast<std::uint32_t>(low >> shift), static_cast<std::uint32_t>(high >> shift)),
            bits);
    }
    return each_lane<float_lanes<Arch>, lanes>(
        [&](std::size_t j) { return (bits >> j & 1U) == 0 ? 0.0F : level_at<Bits>(levels, first++); });
}

}  // namespace detail

/// Reads such a row from its first column: see packed_row.hpp. *Precondition:* eight bytes from any byte of the bits, and 16
/// after the levels, are readable.
template <unsigned Bits>
struct bitmap_level_reader {
    const std::byte* bits;
    const std::byte* levels;
    float scale;
    std::size_t column = 0;
    std::size_t level = 0;  ///< the number of the next one
    static constexpr bool is_scaled = true;

    /// The bits of the next `count` columns. *Precondition:* count + column % 8 <= 64.
    [[nodiscard]] std::uint64_t next_bits(std::size_t count) noexcept { return detail::take_bits(bits, column, count); }
    template <class Arch>
    [[nodiscard, gnu::always_inline]] float_lanes<Arch> next(std::size_t n = lane_count<Arch>) noexcept {
        const auto mask = static_cast<unsigned>(next_bits(n));
        const std::size_t first = level;
        level += static_cast<std::size_t>(std::popcount(mask));
        return detail::expand_levels<Arch, Bits>(levels, first, mask);
    }
    void skip(std::size_t columns) noexcept {
        while (columns > 0) {
            const std::size_t here = (std::min)(columns, 64 - column % 8);
            level += static_cast<std::size_t>(std::popcount(next_bits(here)));
            columns -= here;
        }
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
