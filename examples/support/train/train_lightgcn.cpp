// SPDX-License-Identifier: Apache-2.0
#include "support/train/run_trainer.hpp"
#include "support/train/trainers.hpp"

#include <optional>

namespace {

// The encoder and its graph, whose address must not change.
struct graph_and_encoder {
    support::bipartite_graph graph;
    support::lightgcn_encoder encoder;

    graph_and_encoder(const support::interactions& data, const support::options& chosen)
        : graph(data.train, data.items), encoder(graph, chosen.dim, chosen.layers) {}
};

}  // namespace

int support::train_lightgcn(const options& given) {
    std::optional<graph_and_encoder> owner;
    return run_trainer(given,
                       [&](const interactions& data, const options& chosen) { return &owner.emplace(data, chosen).encoder; });
}
