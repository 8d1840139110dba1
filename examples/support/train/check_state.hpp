// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whether the position and the results in a checkpoint are those of a state that this run can be in.

#include "support/train/checkpoint.hpp"

namespace support {

/// What is known of a run before its checkpoint is read.
struct state_bounds {
    std::uint64_t rounds = 0;             ///< of its plan
    std::uint64_t first_round = 0;        ///< of this part of it
    std::uint64_t batches_per_epoch = 1;  ///< of this part
    std::uint64_t k = 0;                  ///< of the metrics
};

namespace detail {

inline constexpr double most_epochs = 1e9, most_values = 0x1p48, rounded_up = 1e-9;

inline double number(std::uint64_t n) { return static_cast<double>(n); }

inline void check_seconds(const checkpoint_reader& from, std::string_view array, std::string_view name, double seconds) {
    from.require(seconds >= 0 && std::isfinite(seconds), array, name, seconds, "a time");
}

/// Metrics are in [0, 1], or not a number if there was nobody to average over.
inline void check_quality(const checkpoint_reader& from, std::string_view array, std::string_view name,
                          const ranking_quality& q, std::uint64_t k) {
    from.require(q.k == 0 || q.k == k, array, std::string(name) + ".k", number(q.k), "0 or the first of --topk");
    for (const double x : {q.recall, q.ndcg, q.precision, q.hit})
        from.require(std::isnan(x) || (x >= 0 && x <= 1 + rounded_up), array, name, x, "metrics in [0, 1]");
}

inline void check_result(const checkpoint_reader& from, const round_result& r, std::uint64_t k) {
    constexpr std::string_view array = "run.results";
    from.require(r.density >= 0 && r.density <= 1, array, "density", r.density, "a density in [0, 1]");
    for (const auto& [name, n] : {std::pair("stored_values", r.stored_values), std::pair("bytes", r.bytes)})
        from.require(number(n) <= most_values, array, name, number(n), "a size that fits in memory");
    from.require(number(r.epochs_run) <= most_epochs, array, "epochs_run", number(r.epochs_run), "a number of epochs");
    from.require(r.best_epoch <= r.epochs_run, array, "best_epoch", number(r.best_epoch), "at most epochs_run");
    check_seconds(from, array, "seconds", r.seconds);
    check_quality(from, array, "pruned_test", r.pruned_test, k);
    check_quality(from, array, "valid", r.valid, k);
    check_quality(from, array, "test", r.test, k);
}

}  // namespace detail

/// *Throws* input_error, which names the array and the number that cannot be. *Complexity:* O(rounds).
inline void check_state(const checkpoint_reader& from, const training_state& state, const state_bounds& bounds) {
    using detail::number;
    constexpr std::string_view array = "run.position";
    const run_position& at = state.at;
    const auto require = [&](bool good, std::string_view name, double found, std::string_view expected) {
        from.require(good, array, name, found, expected);
    };
    require(at.round >= bounds.first_round && at.round <= bounds.rounds, "round", number(at.round), "a round of the plan");
    from.require(state.results.size() == at.round, "run.results", "rounds", number(state.results.size()),
                 "a result of each round that is finished");
    std::uint64_t before = 0;
    for (const round_result& result : state.results) {
        detail::check_result(from, result, bounds.k);
        before += result.epochs_run;
    }
    require(number(at.epoch) <= detail::most_epochs, "epoch", number(at.epoch), "a number of epochs");
    require(at.batch < bounds.batches_per_epoch, "batch", number(at.batch), "a batch of an epoch");
    require(at.round < bounds.rounds || (at.epoch == 0 && at.batch == 0), "epoch", number(at.epoch), "0 after the last round");
    require(at.all_epochs == before + at.epoch, "all_epochs", number(at.all_epochs), "the epochs of all rounds so far");
    // Where a round begins, the position still has the best epoch of the round before.
    const bool begins = at.epoch == 0 && at.batch == 0;
    const std::uint64_t epochs = !begins ? at.epoch : state.results.empty() ? 0 : state.results.back().epochs_run;
    require(at.best_epoch <= epochs, "best_epoch", number(at.best_epoch), "an epoch of this round");
    require(at.stale_evaluations <= epochs, "stale_evaluations", number(at.stale_evaluations), "at most one per epoch");
    require(std::isfinite(at.loss_sum) && (at.batch > 0 || at.loss_sum == 0), "loss_sum", at.loss_sum,
            "a finite loss, 0 before the first batch");
    require(at.best_quality == -1 || (at.best_quality >= 0 && at.best_quality <= 1 + detail::rounded_up), "best_quality",
            at.best_quality, "a recall, or -1");
    detail::check_seconds(from, array, "round_seconds", at.round_seconds);
    detail::check_seconds(from, array, "train_seconds", at.train_seconds);
    detail::check_seconds(from, array, "eval_seconds", at.eval_seconds);
    detail::check_quality(from, array, "best_valid", at.best_valid, bounds.k);
    detail::check_quality(from, array, "pruned_test", at.pruned_test, bounds.k);
}

}  // namespace support
