// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tables for timing: each value is nonzero with probability `density`, by a hash of its row and column, so that a table of
/// any size can be frozen or filled without a copy of it in memory.

#include <pleach/core/detail/mix.hpp>
#include <pleach/table/concepts.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace benchmarks {

struct sparse_rows {
    using value_type = float;
    using id_type = std::uint32_t;
    std::size_t rows;
    std::size_t columns;
    double density;

    [[nodiscard]] std::size_t size() const noexcept { return rows; }
    [[nodiscard]] std::size_t dim() const noexcept { return columns; }
    void lookup(id_type id, std::span<float> out) const noexcept {
        const auto limit = static_cast<std::uint64_t>(density * 0x1p32);
        for (std::size_t c = 0; c < columns; ++c) {
            const std::uint64_t bits = pleach::detail::mix(std::uint64_t{id} * columns + c + 1);
            // Never zero: an odd multiple of 2^-22 between -1 and 1.
            const auto value =
                static_cast<float>(static_cast<std::int64_t>(bits >> 41 | 1) - (std::int64_t{1} << 22)) * 0x1p-22F;
            out[c] = density >= 1 || (bits & 0xffffffffU) < limit ? value : 0.0F;
        }
    }
};

/// Random ids, uniform or by Zipf's law with exponent 1.05 over ids in random order.
inline std::vector<std::uint32_t> drawn_ids(std::size_t rows, std::size_t count, bool zipf, std::uint64_t seed) {
    std::vector<std::uint32_t> ids(count);
    constexpr double s = 1.05;
    const double n = static_cast<double>(rows), top = std::pow(n + 1, 1 - s);
    for (std::size_t j = 0; j < count; ++j) {
        const double u = static_cast<double>(pleach::detail::mix(j + seed * 0x9e3779b97f4a7c15ULL) >> 11) * 0x1p-53;
        if (!zipf) {
            ids[j] = static_cast<std::uint32_t>(u * n);
            continue;
        }
        // The inverse of the continuous distribution on [1, n + 1), and a map that separates ids of neighboring ranks.
        const double rank = std::min(n - 1, std::floor(std::pow(1 - u * (1 - top), 1 / (1 - s))) - 1);
        ids[j] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(rank) * 2654435761U % rows);
    }
    return ids;
}

}  // namespace benchmarks
