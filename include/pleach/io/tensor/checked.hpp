// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums and products of sizes with overflow checks: the only arithmetic on sizes that a reader of files may use.
///
/// A product that wraps around can be exactly the number that a size check expects, so that memory outside the file is read.
/// An empty optional cannot be mistaken for a size.

#include <pleach/config.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace pleach {
inline namespace PLEACH_ABI {

/// The sum, or nullopt if it exceeds 64 bits.
[[nodiscard]] constexpr std::optional<std::uint64_t> checked_add(std::uint64_t a, std::uint64_t b) noexcept {
    if (b > std::numeric_limits<std::uint64_t>::max() - a) {
        return std::nullopt;
    }
    return a + b;
}

/// The product, or nullopt if it exceeds 64 bits.
[[nodiscard]] constexpr std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) noexcept {
    if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) {
        return std::nullopt;
    }
    return a * b;
}

/// The number of elements of an array of this shape (1 for a scalar), or nullopt if the product of the nonzero extents
/// exceeds 64 bits. The result does not depend on the order of the extents.
[[nodiscard]] constexpr std::optional<std::uint64_t> checked_count(std::span<const std::uint64_t> shape) noexcept {
    std::uint64_t count = 1;
    std::uint64_t zero_or_one = 1;
    for (const std::uint64_t extent : shape) {
        const std::optional<std::uint64_t> product = checked_multiply(count, extent == 0 ? 1 : extent);
        if (!product) {
            return std::nullopt;
        }
        count = *product;
        zero_or_one = extent == 0 ? 0 : zero_or_one;
    }
    return count * zero_or_one;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
