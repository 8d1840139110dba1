// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Schedules: pure functions of the step, so that a resumed run needs no saved state. They serve learning rates, densities and
/// temperatures alike.
///
///     constant:     value
///     exponential:  initial * factor^(t / period)
///     cosine:       final + (initial - final) * (1 + cos(pi t / steps)) / 2               t <= steps, then final
///     cubic_ramp:   final + (initial - final) * (1 - (t - begin) / steps)^3               initial before, final after
///
/// Source: cosine, Loshchilov and Hutter, ICLR 2017; cubic ramp, Zhu and Gupta, "To prune, or not to prune", 2017.

#include <pleach/config.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {

/// T maps a step to a number: `s.at(step)`.
template <class T>
concept schedule = requires(const T& s, std::uint64_t step) {
    { s.at(step) } -> std::convertible_to<double>;
};

namespace detail {

// The part of a period that has passed, in [0, 1]; a period of no steps has passed at once.
[[nodiscard]] constexpr double passed(std::uint64_t step, std::uint64_t begin, std::uint64_t steps) noexcept {
    if (step < begin) return 0;
    if (step - begin >= steps) return 1;
    return static_cast<double>(step - begin) / static_cast<double>(steps);
}

}  // namespace detail

struct constant_schedule {
    double value = 0;

    [[nodiscard]] constexpr double at(std::uint64_t) const noexcept { return value; }
};

struct exponential_schedule {
    double initial = 1;
    double factor = 1;         ///< after one period
    std::uint64_t period = 1;  ///< in steps

    /// *Throws* std::invalid_argument if the period is 0.
    [[nodiscard]] double at(std::uint64_t step) const {
        if (period == 0)
            throw std::invalid_argument("pleach::exponential_schedule: the period is 0 steps, but must be at least 1");
        return initial * std::pow(factor, static_cast<double>(step) / static_cast<double>(period));
    }
};

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
