// SPDX-License-Identifier: Apache-2.0
//
// Click-through models (factorization machine, DeepFM, DLRM) over a sparse embedding table, trained on labelled examples.
//
//     train_ctr --dataset census-income --tasks y_income --ignore y_never_married --numeric age --out run

#include "support/program/main.hpp"
#include "support/program/threads.hpp"
#include "support/train/trainers.hpp"

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::run_main("train_ctr", argc, argv, support::train_ctr);
}
