// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The learning rate of thresholds, controlled so that a search for a sparse table meets its budget within its steps.
///
/// The coupled decay of learned_thresholds, 1e-5 in PEP and CERP, is what raises their slots. It must stay about that small:
/// Adam divides by the root of its second moment, which remembers a large gradient for thousands of steps. With a larger
/// decay the data have no influence, and all thresholds end equal: a plain cut by magnitude. So the decay is fixed and the
/// *rate* is controlled, which changes how fast slots move, but not whether decay or data move them.
///
///     pleach::steered_rate steered({.values = all, .budget = 10'000, .steps = 5'000, .initial = 2 * 12.0 / 5'000});
///     ... at regular intervals of the search:
///     rules.thresholds.learning_rate = steered.next(step, pleach::footprint(search).nonzero);
///     optimizer.set_rules(rules);
///
/// Until `begin`, values train at the initial rate, unless half of those to be removed are already dead. After that each
/// count multiplies the rate by the deaths wanted until the next count, divided by those since the last, so that the number
/// of values follows
///
///     n(t) = budget + (values - budget) (1 - t)^3,   t = (step / steps - begin) / (end - begin) in [0, 1],
///
/// the gradual schedule of Zhu and Gupta, "To Prune, or Not to Prune" (2017). Dead values seldom come back, so a count may
/// cut the rate to an eighth, but raise it by at most a quarter. Source: ours; PEP's code keeps the rate constant and waits
/// until the budget is met (docs/methods.md).

#include <pleach/core/schedule.hpp>
#include <pleach/learn/update_rule.hpp>

#include <algorithm>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// The start and the goal of a search.
struct steering_goal {
    std::size_t values = 0;   ///< live values before the first step
    std::size_t budget = 0;   ///< live values allowed at the end
    std::uint64_t steps = 1;  ///< of the search
    double initial = 0;       ///< rate; 2 |s| / steps moves slots from s to 0 in half of the search
    double largest = 8;       ///< rate, as a multiple of the initial one
    double begin = 0.5;       ///< fraction of the steps after which values should die
    double end = 0.95;        ///< fraction of the steps after which the budget should be met
};

/// The state, for checkpoints.
struct steering_state {
    double rate = 0;
    std::uint64_t step = 0;  ///< of the last count
    std::uint64_t live = 0;  ///< live values at the last count

    friend bool operator==(const steering_state&, const steering_state&) = default;
};

class steered_rate {
public:
    /// *Throws* std::invalid_argument if the budget exceeds the number of values, or a number of the goal is invalid.
    explicit steered_rate(const steering_goal& goal) : goal_(goal), state_{goal.initial, 0, goal.values} {
        const auto check = [](bool good, std::string_view name, double value, std::string_view needed) {
            detail::check_hyper_parameter(good, "steered_rate", name, value, needed);
        };
        check(goal.budget <= goal.values, "budget", static_cast<double>(goal.budget),
              "at most the number of values, " + std::to_string(goal.values));
        check(goal.initial > 0 && goal.initial < 1e30, "initial", goal.initial, "finite and above 0");
        check(goal.largest >= 1 && goal.largest < 1e30, "largest", goal.largest, "finite and at least 1");
        check(goal.begin >= 0 && goal.begin < 1, "begin", goal.begin, "in [0, 1)");
        check(goal.end > goal.begin && goal.end <= 1, "end", goal.end, "above begin and at most 1");
    }

    [[nodiscard]] double rate() const noexcept { return state_.rate; }
    [[nodiscard]] const steering_state& state() const noexcept { return state_; }
    /// Continues from a checkpoint.
    void restore(const steering_state& state) noexcept { state_ = state; }

    /// The number of values that should be live after `step` steps.
    [[nodiscard]] double wanted(std::uint64_t step) const noexcept {
        const auto after = [&](double share) { return static_cast<std::uint64_t>(share * static_cast<double>(goal_.steps)); };
        const std::uint64_t first = after(goal_.begin);
        return cubic_ramp{static_cast<double>(goal_.values), static_cast<double>(goal_.budget), first, after(goal_.end) - first}
            .at(step);
    }

    /// The rate from step `step` on, given the number of values that are live after it. Assumes that the next count is as far
    /// away as the last one was. With some hundreds of counts a search ends within 2 % of its budget. *Precondition:* `step`
    /// increases from call to call. *Complexity:* O(1).
    double next(std::uint64_t step, std::size_t live) noexcept {
        constexpr double fall = 0.125, rise = 1.25, smallest = 1e-4;
        const double died = static_cast<double>(state_.live) - static_cast<double>(live);
        const double dying = static_cast<double>(live) - wanted(step + (step - state_.step));
        const bool is_training = static_cast<double>(step) < goal_.begin * static_cast<double>(goal_.steps) &&
                                 live > goal_.budget + (goal_.values - goal_.budget) / 2;
        const double factor = is_training ? 1 : dying <= 0 ? fall : died <= 0 ? rise : std::clamp(dying / died, fall, rise);
        state_ = {std::clamp(state_.rate * factor, smallest * goal_.initial, goal_.largest * goal_.initial), step, live};
        return state_.rate;
    }

private:
    steering_goal goal_;
    steering_state state_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
