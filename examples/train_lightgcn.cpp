// SPDX-License-Identifier: Apache-2.0
//
// LightGCN over a sparse embedding table, trained, pruned and rewound on interaction data.
//
//     train_lightgcn --dataset gowalla --layers 3 --out run

#include "support/options_main.hpp"
#include "support/run_trainer.hpp"

#include <memory>

namespace {

// The encoder and the graph it walks, which must stay where it is.
struct graph_and_encoder {
    support::bipartite_graph graph;
    support::lightgcn_encoder encoder;

    graph_and_encoder(const support::interactions& data, const support::options& chosen)
        : graph(data.train, data.items), encoder(graph, chosen.dim, chosen.layers) {}
};

}  // namespace

int main(int argc, char** argv) {
    return support::run_main("train_lightgcn", argc, argv, [](const support::options& given) {
        std::unique_ptr<graph_and_encoder> owner;
        return support::run_trainer(given, [&](const support::interactions& data, const support::options& chosen) {
            owner = std::make_unique<graph_and_encoder>(data, chosen);
            return &owner->encoder;
        });
    });
}
