// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scored rows of a graph model, from its trained rows: propagated once, when a table is loaded, over the training pairs of the
/// run.

#include "support/data/interactions.hpp"
#include "support/model/encoders.hpp"

#include <filesystem>

namespace support {

/// The number of layers for which the rows of this run were trained; 0 if they are scored without propagation. *Throws:*
/// input_error if the directory's summary.json does not say.
std::size_t layers_of_run(const std::filesystem::path& run);

/// Whether this run has biases of items. *Throws:* as above.
bool has_biases(const std::filesystem::path& run);

/// The data of the run, split as in the run, read from `dataset` if that is given. *Throws:* what
/// read_dataset and read_config throw.
interactions data_of_run(const std::filesystem::path& run, const std::string& dataset);

/// The mean of the layers, for users followed by items. *Throws:* std::invalid_argument if the number of rows of the table
/// differs.
template <pleach::enumerable_table Table>
matrix<float> propagate_rows(const Table& trained, const interactions& data, std::size_t layers, const pleach::openmp& exec) {
    if (trained.size() != data.users + data.items)
        throw std::invalid_argument("propagate_rows: the table has " + std::to_string(trained.size()) + " rows, but the data " +
                                    std::to_string(data.users) + " users and " + std::to_string(data.items) +
                                    " items: give the table and the data of the same run");
    const bipartite_graph graph(data.train, data.items);
    matrix<float> rows(trained.size(), trained.dim());
    lightgcn_encoder(graph, trained.dim(), layers).encode_all(trained, rows.view(), exec);
    return rows;
}

}  // namespace support
