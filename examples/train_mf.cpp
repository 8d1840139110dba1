// SPDX-License-Identifier: Apache-2.0
//
// Matrix factorization over a sparse embedding table, trained, pruned and rewound on interaction data.
//
//     train_mf --dataset gowalla --loss softmax --similarity cosine --out run

#include "support/options_main.hpp"
#include "support/run_trainer.hpp"

#include <memory>

int main(int argc, char** argv) {
    return support::run_main("train_mf", argc, argv, [](const support::options& chosen) {
        return support::run_trainer(chosen, [](const support::interactions&, const support::options&) {
            return std::make_unique<support::factorization_encoder>();
        });
    });
}
