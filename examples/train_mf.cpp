// SPDX-License-Identifier: Apache-2.0
//
// Matrix factorization over a sparse embedding table, trained, pruned and rewound on interaction data.
//
//     train_mf --dataset gowalla --loss softmax --similarity cosine --out run

#include "support/program/main.hpp"
#include "support/program/threads.hpp"
#include "support/train/trainers.hpp"

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::run_main("train_mf", argc, argv, [](const support::options& chosen) {
        return chosen.sharded ? support::train_mf_sharded(chosen) : support::train_mf(chosen);
    });
}
