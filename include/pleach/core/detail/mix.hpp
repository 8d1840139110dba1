// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Integer arithmetic of random streams and of index maps.

#include <pleach/config.hpp>

#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// A bijection of 64-bit numbers in which flipping one input bit flips half of the output bits on average: the finalizer of
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/// The upper 64 bits of a * b.
[[nodiscard]] constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t low = 0xFFFFFFFFu;
    const std::uint64_t a0 = a & low, a1 = a >> 32, b0 = b & low, b1 = b >> 32;
    const std::uint64_t middle = a1 * b0 + ((a0 * b0) >> 32);
    return a1 * b1 + (middle >> 32) + ((a0 * b1 + (middle & low)) >> 32);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
