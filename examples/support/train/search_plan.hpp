// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What every search for tickets has in common (train/search_run.hpp, ctr/click_search.hpp): its position, how large its tickets may
/// be, and when one is drawn.

#include "support/model/diverged.hpp"
#include "support/options/options.hpp"
#include "support/serve/planned_files.hpp"
#include "support/text/number.hpp"

#include <pleach/learn/steered_rate.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <vector>

namespace support {

/// The position of a search; see for_each_number.
struct search_position {
    std::uint64_t epoch = 0;  ///< finished
    std::uint64_t batch = 0;  ///< number of finished batches of the current epoch
    std::uint64_t steps = 0;
    std::uint64_t tickets = 0;  ///< drawn
    std::uint64_t live = 0;     ///< live values at the last count
    double loss_sum = 0;
    double seconds = 0;
    pleach::steering_state steering = {};
};

template <class Position, class Visit>
void for_each_number(Position& p, Visit&& visit)
    requires std::same_as<std::remove_const_t<Position>, search_position>
{
    for (auto* n : {&p.epoch, &p.batch, &p.steps, &p.tickets, &p.live, &p.steering.step, &p.steering.live}) visit(*n);
    for (auto* x : {&p.loss_sum, &p.seconds, &p.steering.rate}) visit(*x);
}

/// The requested densities, decreasing.
[[nodiscard]] inline std::vector<double> densities_of(const options& chosen) {
    return chosen.densities.empty() ? std::vector<double>{chosen.density} : chosen.densities;
}

/// How many values each ticket may have. Densities are fractions of the values of a dense table or, for shared rows, of its
/// bytes. *Throws* usage_error if a budget is too small for one value.
template <class Table>
std::vector<std::size_t> ticket_sizes(const options& chosen, const Table& table) {
    std::vector<pleach::stored_shape> shapes;
    table.for_each_parameter([&](const auto& p) {
        if (p.role == pleach::role::weights) shapes.push_back({p.values.rows(), p.values.cols()});
    });
    const auto all = static_cast<double>(table.size() * table.dim());
    std::vector<std::size_t> sizes;
    for (const double density : densities_of(chosen)) {
        const double values = density * all;
        try {
            sizes.push_back(
                is_shared(chosen.table)
                    ? values_in_files(static_cast<std::uint64_t>(values * sizeof(float)), chosen.table, shapes).nonzero
                    : static_cast<std::size_t>(values));
        } catch (const std::invalid_argument& refused) {
            throw usage_error("--density " + shortest(density) + ": " + refused.what());
        }
    }
    return sizes;
}

/// The learning rate of thresholds: --threshold-lr or, since a step of Adam is about as long as its rate, the rate that leads
/// from the start to 0 in half of the steps.
[[nodiscard]] inline double threshold_rate(const options& chosen, std::size_t pairs) {
    const std::size_t steps = std::max(std::size_t{1}, chosen.search_epochs * ((pairs + chosen.batch - 1) / chosen.batch));
    return chosen.threshold_lr > 0 ? chosen.threshold_lr : 2 * std::abs(chosen.threshold_start) / static_cast<double>(steps);
}

/// The approximate number of times that values are counted in a search.
inline constexpr std::size_t counts_per_search = 1000;
/// A ticket is drawn as soon as no more than this fraction of its values has to be trimmed.
inline constexpr double trimmed_at_most = 0.02;

/// That many values, plus a fraction of them.
[[nodiscard]] inline std::size_t with_trimmed(std::size_t size, double share) {
    return size + static_cast<std::size_t>(share * static_cast<double>(size));
}

/// *Throws* missed_budget if a search for `size` values has ended at another number, by more than a tenth.
inline void require_met(std::size_t live, std::size_t size) {
    constexpr double missed_at_most = 0.1;
    const auto found = static_cast<double>(live), budget = static_cast<double>(size);
    if (std::abs(found - budget) <= missed_at_most * budget) return;
    throw missed_budget(
        "a search for " + grouped(size) + " values ended at " + grouped(live) + ", more than a tenth " +
        (found > budget
             ? "too many: use more --search-epochs, or a larger --threshold-gain or --threshold-rise"
             : "too few, because many died between two counts: use more --search-epochs, or a smaller --threshold-lr"));
}

}  // namespace support
