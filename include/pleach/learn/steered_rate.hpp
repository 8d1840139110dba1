// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The learning rate of thresholds, steered so that a search for a sparse table comes to its budget in its steps.
///
/// What raises the slots of learned_thresholds is their coupled decay, 1e-5 in PEP and CERP. It has to stay about that small: Adam
/// divides by the root of its second moment, which remembers a large gradient for thousands of steps, and beside it the data have
/// no say, so that all thresholds end equal: one cut by magnitude. So the decay is fixed and the *rate* is steered, which changes
/// how fast slots move, and not whether decay or data move them.
///
///     pleach::steered_rate steered({.values = all, .budget = 10'000, .steps = 5'000, .initial = 2 * 12.0 / 5'000});
///     ... every so many steps of the search:
///     rules.thresholds.learning_rate = steered.next(step, pleach::footprint(search).nonzero);
///     optimizer.set_rules(rules);
///
/// First values train at the initial rate, unless half of those that are to go have gone already. Then each count multiplies the rate by the deaths wanted until the next over those
/// seen since the last, so that the number of values follows
///
///     n(t) = budget + (values - budget) (1 - t)^3,   t = (step / steps - begin) / (end - begin) in [0, 1],
///
/// the gradual schedule of Zhu and Gupta, "To Prune, or Not to Prune" (2017). Dead values hardly come back; so the rate may fall to
/// an eighth at a count, and rises by at most a quarter. Source: ours; PEP's code keeps the rate, too, and waits (docs/methods.md).

#include <pleach/core/schedule.hpp>
#include <pleach/learn/update_rule.hpp>

#include <algorithm>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// What a search begins with, and where it has to come to.
struct steering_goal {
    std::size_t values = 0;   ///< that live before the first step
    std::size_t budget = 0;   ///< that may live in the end
    std::uint64_t steps = 1;  ///< of the search
    double initial = 0;       ///< rate; 2 |s| / steps brings slots that begin at s to 0 in half of the search
    double largest = 8;       ///< rate, in multiples of the initial one
    double begin = 0.5;       ///< share of the steps after which values are to die
    double end = 0.95;        ///< share of the steps after which the budget is to be met
};

/// Where steering is, for checkpoints.
struct steering_state {
    double rate = 0;
    std::uint64_t step = 0;  ///< of the last count
    std::uint64_t live = 0;  ///< values then

    friend bool operator==(const steering_state&, const steering_state&) = default;
};

class steered_rate {
public:
    /// *Throws* std::invalid_argument if the budget is more than there is, or a number makes no sense.
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
    /// Goes on from a checkpoint.
    void restore(const steering_state& state) noexcept { state_ = state; }

    /// How many values should live after that many steps.
    [[nodiscard]] double wanted(std::uint64_t step) const noexcept {
        const auto after = [&](double share) { return static_cast<std::uint64_t>(share * static_cast<double>(goal_.steps)); };
        const std::uint64_t first = after(goal_.begin);
        return cubic_ramp{static_cast<double>(goal_.values), static_cast<double>(goal_.budget), first, after(goal_.end) - first}
            .at(step);
    }

    /// The rate from step `step` on, when `live` values are left after it; the next count is taken to be as far away as the last
    /// one. Some hundreds of counts in a search come within 2 % of its budget. *Precondition:* steps rise from call to call. *Complexity:* O(1).
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
