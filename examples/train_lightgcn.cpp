// SPDX-License-Identifier: Apache-2.0
//
// LightGCN over a sparse embedding table, trained, pruned and rewound on interaction data.
//
//     train_lightgcn --dataset gowalla --layers 3 --out run

#include "support/program/main.hpp"
#include "support/program/threads.hpp"
#include "support/train/trainers.hpp"

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::run_main("train_lightgcn", argc, argv, support::train_lightgcn);
}
