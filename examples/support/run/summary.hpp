// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the summary.json of a finished run.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace support {

/// Recall and NDCG at the first k; negative where the run did not measure them.
struct summary_quality {
    double recall = -1;
    double ndcg = -1;
};

struct summary_round {
    double density = 1;
    std::uint64_t stored_values = 0;
    std::uint64_t bytes = 0;
    std::uint64_t best_epoch = 0;
    double train_seconds = 0;
    summary_quality cut, valid, test;  ///< cut: on the test part, before the round was trained
};

/// The frozen files that a run wrote, and their metrics.
struct summary_frozen {
    std::uint64_t bytes = 0;  ///< without those of a graph
    summary_quality test;
};

struct run_summary {
    std::string dataset, model, loss;
    std::uint64_t users = 0, items = 0, dim = 0, layers = 0, seed = 0, dense_bytes = 0;
    std::vector<summary_round> rounds;
    std::optional<summary_frozen> frozen;  ///< the file of the trained rows, not of propagated ones
};

/// *Throws* input_error if the file is not a summary that a trainer has written with --topk 20.
run_summary read_summary(const std::filesystem::path& path);

}  // namespace support
