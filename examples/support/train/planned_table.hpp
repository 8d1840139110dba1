// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The choice of --table auto, with its reason: the kind of table for which a number of bytes is enough.
///
/// - all values fit: dense;
/// - one value per row fits, including its position: pep, which finds the values that matter in a single training. On Last.fm
///   it was ahead of narrower dense tables and of shared rows at every budget, on Gowalla behind narrower tables at a tenth;
///   for other data, run `sweep` (docs/results.md);
/// - less: cerp, in which entities share rows, so that there are few row starts and masks.

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"
#include "support/serve/planned_files.hpp"
#include "support/text/number.hpp"

#include <algorithm>

namespace support {

/// The options with a table in place of `auto`, and a note that says why.
inline options with_planned_table(options chosen, entity_counts counts) {
    if (chosen.table != table_kind::automatic) return chosen;
    const std::size_t entities = counts.all(), of_biases = bytes_of_bias_file(chosen, counts.items),
                      biases_in_rows = entities * bias_columns(chosen);
    const pleach::stored_shape shape{entities, chosen.dim + bias_columns(chosen)};
    const auto files_of = [&](pleach::packing how, std::size_t values) {
        return pleach::packed_bytes(how, shape, values + biases_in_rows, sizeof(float)) + bytes_beside(table_kind::pep) +
               of_biases;
    };
    const std::size_t dense = files_of(pleach::packing::dense, entities * chosen.dim);
    const std::size_t with_one_each =
        std::min(files_of(pleach::packing::bitmap, entities), files_of(pleach::packing::csr, entities));
    const auto because = [&](table_kind table, const std::string& reason) {
        chosen.table = table;
        chosen.notes.push_back("--table auto: " + name_of(table) + ", because " + reason);
        return chosen;
    };
    if (chosen.bytes >= dense) return because(table_kind::dense, "all values fit: they take " + grouped(dense) + " bytes");
    if (chosen.bytes >= with_one_each) {
        const std::size_t values =
            values_in_files(chosen.bytes - of_biases, table_kind::pep, {&shape, 1}).nonzero - biases_in_rows;
        return because(table_kind::pep, grouped(chosen.bytes) + " bytes hold " +
                                            rounded(static_cast<double>(values) / static_cast<double>(entities), 3) +
                                            " values per row, and a search finds those that matter");
    }
    return because(table_kind::cerp, "one value for each of " + grouped(entities) + " rows would take " +
                                         grouped(with_one_each) + " bytes with row starts and masks; shared rows take fewer");
}

}  // namespace support
