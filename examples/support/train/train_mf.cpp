// SPDX-License-Identifier: Apache-2.0
#include "support/train/run_trainer.hpp"
#include "support/train/trainers.hpp"

#include <memory>

int support::train_mf(const options& chosen) {
    return run_trainer(chosen, [](const interactions&, const options&) { return std::make_unique<factorization_encoder>(); });
}
