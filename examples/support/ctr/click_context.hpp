// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the stages of a run of train_ctr share. All of it outlives them.

#include "support/ctr/click_report.hpp"
#include "support/ctr/click_trainer.hpp"
#include "support/train/make_table.hpp"

namespace support {

struct click_context {
    const options& chosen;
    const click_data& data;
    const run_directory& directory;
    click_report& report;
    click_model& model;
    click_training training;
    pleach::openmp exec;
};

/// A model whose table begins with these rows: first-order weights at 0, the network at random.
template <class Table>
click_parameters<Table> first_parameters(const click_context& all, Table table) {
    const click_data& data = all.data;
    std::vector<double> shares(data.tasks.size());
    for (std::size_t i = 0; i < data.train.labels.size(); ++i)
        shares[i % shares.size()] += data.train.labels[i] / static_cast<double>(data.train.size());
    click_parameters<Table> first{std::move(table), pleach::dense_table<float>(data.rows(), data.tasks.size()),
                                  network_array(all.model.weights()), network_array(all.model.offsets())};
    all.model.begin(first.weights.row(0).first(all.model.weights()), first.offsets.row(0).first(all.model.offsets()), shares,
                    pleach::random_stream(all.chosen.seed).fork("network"));
    return first;
}

/// The initial table of a run: the same for the same seed, whatever is done with it later.
template <class Table>
Table first_click_table(const click_context& all, std::string_view stream = "table") {
    return table_maker<Table>::make(all.chosen, {all.data.rows(), 0}, pleach::random_stream(all.chosen.seed).fork(stream));
}

}  // namespace support
