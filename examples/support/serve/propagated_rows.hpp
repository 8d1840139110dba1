// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Trained rows of a graph model as they are scored: propagated once, when a table is loaded, over the pairs that the run had
/// for training.

#include "support/data/interactions.hpp"
#include "support/model/encoders.hpp"

#include <filesystem>

namespace support {

/// The rounds of propagation that rows of this run are trained for; 0 where they are scored as they are.
/// *Throws:* input_error where the directory's summary.json does not say.
std::size_t layers_of_run(const std::filesystem::path& run);

/// The data of the run, split as it was; from `dataset`, if given, instead of where the run found them. *Throws:* what
/// read_dataset and read_config throw.
interactions data_of_run(const std::filesystem::path& run, const std::string& dataset);

/// The mean of the layers, for users and, behind them, items. *Throws:* std::invalid_argument where the table is not of those.
template <pleach::enumerable_table Table>
matrix<float> propagate_rows(const Table& trained, const interactions& data, std::size_t layers, const pleach::openmp& exec) {
    if (trained.size() != data.users + data.items)
        throw std::invalid_argument("propagate_rows: the table has " + std::to_string(trained.size()) + " rows, but the data " +
                                    std::to_string(data.users) + " users and " + std::to_string(data.items) +
                                    " items: give the table and the data of one run");
    const bipartite_graph graph(data.train, data.items);
    matrix<float> rows(trained.size(), trained.dim());
    lightgcn_encoder(graph, trained.dim(), layers).encode_all(trained, rows.view(), exec);
    return rows;
}

}  // namespace support
