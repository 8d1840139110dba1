// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a checkpoint holds besides tables and optimizer: the position of a run and its results so far. There is no random state
/// to save: every draw is a function of the seed and a position.

#include "support/model/metrics.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace support {

/// The result of one round. Metrics are for the first k of --topk.
struct round_result {
    double density = 1;
    std::uint64_t stored_values = 0;
    std::uint64_t bytes = 0;
    std::uint64_t epochs_run = 0;
    std::uint64_t best_epoch = 0;
    double seconds = 0;
    ranking_quality pruned_test;  ///< after the cut, before any training of the round: all zero for a round without a cut
    ranking_quality valid;
    ranking_quality test;
};

struct run_position {
    std::uint64_t round = 0;
    std::uint64_t epoch = 0;       ///< of the round, finished
    std::uint64_t batch = 0;       ///< number of finished batches of the current epoch
    std::uint64_t all_epochs = 0;  ///< number of finished epochs, over all rounds
    double loss_sum = 0;           ///< of that epoch
    double best_quality = -1;
    std::uint64_t best_epoch = 0;
    std::uint64_t stale_evaluations = 0;
    double round_seconds = 0;
    double train_seconds = 0;
    double eval_seconds = 0;
    ranking_quality best_valid;
    ranking_quality pruned_test;
    friend bool operator==(const run_position&, const run_position&) = default;
};

/// Everything that is neither table nor optimizer.
struct training_state {
    run_position at;
    std::vector<round_result> results;
};

/// All numbers in a fixed order, shared by saving and loading. `visit(number)` gets each by reference.
template <class Position, class Visit>
void for_each_number(Position& p, Visit&& visit)
    requires std::same_as<std::remove_const_t<Position>, run_position>
{
    for (auto* n : {&p.round, &p.epoch, &p.batch, &p.all_epochs, &p.best_epoch, &p.stale_evaluations}) visit(*n);
    for (auto* x : {&p.loss_sum, &p.best_quality, &p.round_seconds, &p.train_seconds, &p.eval_seconds}) visit(*x);
    for (auto* q : {&p.best_valid, &p.pruned_test}) for_each_quality(*q, visit);
}

template <class Result, class Visit>
void for_each_number(Result& r, Visit&& visit)
    requires std::same_as<std::remove_const_t<Result>, round_result>
{
    visit(r.density);
    for (auto* n : {&r.stored_values, &r.bytes, &r.epochs_run, &r.best_epoch}) visit(*n);
    visit(r.seconds);
    for (auto* q : {&r.pruned_test, &r.valid, &r.test}) for_each_quality(*q, visit);
}

template <class Quality, class Visit>
void for_each_quality(Quality& q, Visit&& visit) {
    visit(q.k);
    for (auto* x : {&q.recall, &q.ndcg, &q.precision, &q.hit}) visit(*x);
}

}  // namespace support
