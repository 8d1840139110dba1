// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the stages of a run share: the search for tickets, and training. Everything in it outlives them.

#include "support/interactions.hpp"
#include "support/make_table.hpp"
#include "support/options.hpp"
#include "support/run_directory.hpp"
#include "support/run_report.hpp"
#include "support/trainer.hpp"

namespace support {

struct run_context {
    const options& chosen;
    const training_options& training;
    const interactions& data;
    const run_directory& directory;
    run_report& report;
    pleach::openmp exec;
};

/// The table that a run begins with: the same for the same seed, whatever is done with it.
template <class Table>
Table first_table(const run_context& all) {
    return table_maker<Table>::make(all.chosen, {all.data.users, all.data.items},
                                    pleach::random_stream(all.chosen.seed).fork("table"));
}

}  // namespace support
