// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the stages of a run share (the search for tickets, and training). All of it outlives them.

#include "support/data/interactions.hpp"
#include "support/model/trainer.hpp"
#include "support/options/options.hpp"
#include "support/run/directory.hpp"
#include "support/run/report.hpp"
#include "support/train/coded_table.hpp"
#include "support/train/first_rows.hpp"
#include "support/train/make_table.hpp"

#include <pleach/init/given_rows.hpp>

namespace support {

struct run_context {
    const options& chosen;
    const training_options& training;
    const interactions& data;
    const run_directory& directory;
    run_report& report;
    pleach::openmp exec;
};

inline training_options training_options_of(const options& chosen) {
    return {.loss = chosen.loss,
            .softmax_options = {.kind = chosen.similarity, .temperature = chosen.temperature, .correction = chosen.correction},
            .ccl_options = {.margin = chosen.margin, .negative_weight = chosen.negative_weight},
            .batch = chosen.batch,
            .negatives = chosen.negatives,
            .learning_rate = chosen.lr,
            .schedule = chosen.lr_schedule,
            .decay = chosen.decay,
            .decay_exponent = chosen.decay_exponent,
            .dropout = chosen.dropout,
            .sampler = chosen.sampler,
            .spares_known = chosen.spare_known};
}

/// The biases of items where --item-biases asks for them: all 0 at first.
[[nodiscard]] inline item_biases first_biases(const run_context& all) {
    return all.chosen.item_biases ? item_biases(all.data.items) : item_biases();
}

/// The initial table of a run: the same for the same seed, whatever is done with it later.
template <class Table>
Table first_table(const run_context& all) {
    const entity_counts counts{all.data.users, all.data.items};
    const pleach::random_stream stream = pleach::random_stream(all.chosen.seed).fork("table");
    using from_rows = pleach::given_rows<float>;
    if constexpr (std::is_same_v<Table, coded_sides>) {
        const pleach::matrix<float> rows = first_rows(all.chosen, all.data, all.exec);
        return fit_coded_table(all.chosen, rows.view(), counts.users, all.exec);
    } else if constexpr (std::is_same_v<Table, refreshed_sides>) {
        const pleach::matrix<float> rows = first_rows(all.chosen, all.data, all.exec);
        return fit_refreshed_table(all.chosen, rows.view(), counts.users, all.exec);
    } else {
        if constexpr (requires(from_rows first) { table_maker<Table>::make(all.chosen, counts, stream, first); })
            if (all.chosen.init != row_start::normal) {
                const pleach::matrix<float> rows = first_rows(all.chosen, all.data, all.exec);
                return table_maker<Table>::make(all.chosen, counts, stream, from_rows{rows.view()});
            }
        return table_maker<Table>::make(all.chosen, counts, stream);
    }
}

}  // namespace support
