// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which densities a run trains at, and where each round's mask comes from. A round trains the table, takes its result on
/// the test part, and hands its trained rows to the next.
///
/// - iterative: a mask is cut from the rows that the round before trained (Frankle and Carbin, ICLR 2019);
/// - one-shot: every mask is cut from the dense round's rows;
/// - random: masks are drawn, so no dense round is needed;
/// - tickets: tables that a search (search_run.hpp) has drawn, one for each density.

#include "support/options.hpp"

#include <cmath>
#include <vector>

namespace support {

enum class mask_source { none, previous_round, dense_round, chance, ticket };

struct training_round {
    double density = 1;                     ///< of the table, after this round's cut
    mask_source source = mask_source::none;
};

/// The rounds that the options ask for, densities falling. `--densities` names them; else `--prune-rounds` many follow by
/// `--prune-rate`, or in equal ratios down to `--density` where that is below 1.
inline std::vector<training_round> plan_rounds(const options& chosen) {
    const bool is_random = chosen.prune_method == "random";
    const mask_source source = is_searched(chosen.table)                ? mask_source::ticket
                               : is_random                              ? mask_source::chance
                               : chosen.prune_schedule == "one-shot"    ? mask_source::dense_round
                                                                        : mask_source::previous_round;
    std::vector<double> densities = chosen.densities;
    if (densities.empty()) {
        const std::size_t rounds = chosen.prune_rounds == 0 && chosen.density < 1 ? 1 : chosen.prune_rounds;
        const double kept = chosen.density < 1 ? std::pow(chosen.density, 1 / static_cast<double>(rounds))
                                               : 1 - chosen.prune_rate;
        for (std::size_t i = 1; i <= rounds; ++i)
            densities.push_back(chosen.density < 1 && i == rounds ? chosen.density
                                                                  : std::pow(kept, static_cast<double>(i)));
    }
    std::vector<training_round> plan;
    if (densities.empty() || (source != mask_source::chance && source != mask_source::ticket)) plan.push_back({});
    for (const double density : densities) plan.push_back({density, source});
    return plan;
}

}  // namespace support
