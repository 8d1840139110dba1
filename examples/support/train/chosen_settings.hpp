// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The settings that --loss auto chooses when the data and the table are known, with a note of them all. They are those with
/// which MF was tuned on the data sets of docs/results.md (30,000 to 800,000 pairs).

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <cmath>

namespace support {

/// The decay of a table with `dim` columns. Less is better for narrow rows, for shared rows, and for users with many pairs.
[[nodiscard]] inline double suitable_decay(table_kind table, std::size_t dim, double pairs_per_user) {
    const double of_users = std::sqrt(std::min(1.0, 50 / pairs_per_user));
    return (is_shared(table) ? 0.1 : 0.3 * std::sqrt(std::min(1.0, static_cast<double>(dim) / 46))) * of_users;
}

/// The pairs per step: enough steps for few pairs, and large batches for many.
[[nodiscard]] inline std::size_t suitable_batch(std::size_t pairs) { return pairs < 5'000 ? 64 : pairs < 200'000 ? 256 : 1024; }

/// Options without anything left to choose. `data` must be those of the run, and the table and its width decided.
inline options with_chosen_settings(options chosen, const interactions& data) {
    if (chosen.chosen_by_data.empty()) return chosen;
    const auto choose = [&](std::string_view name, auto& value, auto best) {
        if (std::ranges::find(chosen.chosen_by_data, name) != chosen.chosen_by_data.end()) value = best;
    };
    choose("batch", chosen.batch, suitable_batch(data.train.size()));
    choose("negatives", chosen.negatives, chosen.batch);
    choose("epochs", chosen.epochs, data.train.size() < 200'000 ? std::size_t{20} : std::size_t{24});
    const double pairs_per_user = static_cast<double>(data.train.size()) / static_cast<double>(data.users);
    choose("decay", chosen.decay, suitable_decay(chosen.table, chosen.dim, pairs_per_user));
    if (is_searched(chosen.table)) choose("ticket-decay", chosen.ticket_decay, chosen.decay / 2);
    chosen.notes.push_back("--loss auto: softmax, --temperature " + shortest(chosen.temperature) + " --lr " +
                           shortest(chosen.lr) + " --lr-schedule " + name_of(chosen.lr_schedule) + " --decay " +
                           shortest(chosen.decay) + " --batch " + std::to_string(chosen.batch) + " --negatives " +
                           std::to_string(chosen.negatives) + " --epochs " + std::to_string(chosen.epochs));
    chosen.chosen_by_data.clear();
    return chosen;
}

/// The options to record of a run: those that were given, with what the data have chosen, so that a resumed run chooses nothing.
[[nodiscard]] inline options with_choices_of(options given, const options& chosen) {
    given.batch = chosen.batch;
    given.negatives = chosen.negatives;
    given.epochs = chosen.epochs;
    given.decay = chosen.decay;
    given.ticket_decay = chosen.ticket_decay;
    given.chosen_by_data.clear();
    return given;
}

}  // namespace support
