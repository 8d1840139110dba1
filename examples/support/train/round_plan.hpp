// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The densities at which a run trains, and the source of each round's mask. A round trains the table, evaluates it on the test
/// part, and passes its trained rows to the next.
///
/// - iterative: each mask is cut from the trained rows of the previous round (Frankle and Carbin, ICLR 2019);
/// - one-shot: every mask is cut from the dense round's rows;
/// - random: masks are drawn at random, so no dense round is needed;
/// - at start: every mask is cut from the initial rows, so no dense round is needed either;
/// - assignments: no mask, but a stage in which codes are assigned again (codebook_encoder.hpp), after one with fixed
///   assignments; tables with fine codes have both stages twice, but where biases train alone there is nothing to solve.
/// - tickets: tables drawn by a search (search_run.hpp), one per density.

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

/// The rounds given by the options, by decreasing density: those of `--densities`, or else `--prune-rounds` of them, in steps
/// of `--prune-rate`, or in equal ratios down to `--density` if that is below 1.
inline std::vector<training_round> plan_rounds(const options& chosen) {
    if (uses_codes(chosen.table)) {
        std::vector<training_round> stages = plan_stages(chosen, chosen.epochs);
        if (trains_biases_alone(chosen))
            stages.push_back({.epochs = chosen.fine_epochs});
        else if (chosen.table == table_kind::c2f)
            for (const training_round& stage : plan_stages(chosen, chosen.fine_epochs)) stages.push_back(stage);
        return stages;
    }
    const bool is_random = chosen.prune_method == pruning_method::random ||
                           (chosen.table == table_kind::dsl && chosen.prune_schedule != pruning_schedule::at_start);
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
