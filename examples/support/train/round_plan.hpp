// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which densities a run trains at, and where each round's mask comes from. A round trains the table, takes its result on
/// the test part, and hands its trained rows to the next.
///
/// - iterative: a mask is cut from the rows that the round before trained (Frankle and Carbin, ICLR 2019);
/// - one-shot: every mask is cut from the dense round's rows;
/// - random: masks are drawn, so no dense round is needed;
/// - at start: every mask is cut from the rows that the run begins with, so none is needed either;
/// - assignments: no mask, but a stage in which rows of codes are assigned anew (codebook_encoder.hpp), after one in which they
///   stay; tables with fine codes have both stages twice.
/// - tickets: tables that a search (search_run.hpp) has drawn, one for each density.

#include "support/options/options.hpp"

#include <cmath>
#include <vector>

namespace support {

enum class mask_source { none, previous_round, dense_round, initial_rows, chance, ticket, assignments };

struct training_round {
    double density = 1;  ///< of the table, after this round's cut
    mask_source source = mask_source::none;
    std::size_t epochs = 0;  ///< at most
};

/// The two stages of a table of codes.
inline std::vector<training_round> plan_stages(const options& chosen, std::size_t epochs) {
    std::vector<training_round> plan{{.epochs = epochs}};
    if (reassigns(chosen)) plan.push_back({.source = mask_source::assignments, .epochs = chosen.reassign_epochs});
    return plan;
}

/// The rounds that the options ask for, densities falling. `--densities` names them; else `--prune-rounds` many follow by
/// `--prune-rate`, or in equal ratios down to `--density` where that is below 1.
inline std::vector<training_round> plan_rounds(const options& chosen) {
    if (uses_codes(chosen.table)) {
        std::vector<training_round> stages = plan_stages(chosen, chosen.epochs);
        if (chosen.table == table_kind::c2f)
            for (const training_round& stage : plan_stages(chosen, chosen.fine_epochs)) stages.push_back(stage);
        return stages;
    }
    const bool is_random = chosen.prune_method == pruning_method::random;
    const mask_source source = is_searched(chosen.table)                             ? mask_source::ticket
                               : is_random                                           ? mask_source::chance
                               : chosen.prune_schedule == pruning_schedule::one_shot ? mask_source::dense_round
                               : chosen.prune_schedule == pruning_schedule::at_start ? mask_source::initial_rows
                                                                                     : mask_source::previous_round;
    std::vector<double> densities = chosen.densities;
    if (densities.empty()) {
        const std::size_t rounds = chosen.prune_rounds == 0 && chosen.density < 1 ? 1 : chosen.prune_rounds;
        const double kept =
            chosen.density < 1 ? std::pow(chosen.density, 1 / static_cast<double>(rounds)) : 1 - chosen.prune_rate;
        for (std::size_t i = 1; i <= rounds; ++i)
            densities.push_back(chosen.density < 1 && i == rounds ? chosen.density : std::pow(kept, static_cast<double>(i)));
    }
    std::vector<training_round> plan;
    if (densities.empty() || source == mask_source::previous_round || source == mask_source::dense_round)
        plan.push_back({.epochs = chosen.epochs});
    for (const double density : densities) plan.push_back({density, source, chosen.epochs});
    return plan;
}

}  // namespace support
