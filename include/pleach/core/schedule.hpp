// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Schedules: pure functions of the step, so that a resumed run needs no saved state. They serve learning rates, densities and
/// temperatures alike.
///
///     cosine:      final + (initial - final) * (1 + cos(pi t / steps)) / 2               t <= steps, then final
///     cubic_ramp:  final + (initial - final) * (1 - (t - begin) / steps)^3               initial before, final after
///
/// Source: cosine, Loshchilov and Hutter, ICLR 2017; cubic ramp, Zhu and Gupta, "To prune, or not to prune", 2017.

#include <pleach/config.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

// The part of a period that has passed, in [0, 1]; a period of no steps has passed at once.
[[nodiscard]] constexpr double passed(std::uint64_t step, std::uint64_t begin, std::uint64_t steps) noexcept {
    if (step < begin) return 0;
    if (step - begin >= steps) return 1;
    return static_cast<double>(step - begin) / static_cast<double>(steps);
}

}  // namespace detail

struct cosine_schedule {
    double initial = 1;
    double final = 0;
    std::uint64_t steps = 1;

    [[nodiscard]] double at(std::uint64_t step) const noexcept {
        const double part = detail::passed(step, 0, steps);
        if (part == 1) return final;
        return final + (initial - final) * 0.5 * (1 + std::cos(std::numbers::pi * part));
    }
};

struct cubic_ramp {
    double initial = 1;
    double final = 0;
    std::uint64_t begin = 0;
    std::uint64_t steps = 1;

    [[nodiscard]] constexpr double at(std::uint64_t step) const noexcept {
        const double left = 1 - detail::passed(step, begin, steps);
        return final + (initial - final) * left * left * left;
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
