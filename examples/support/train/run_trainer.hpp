// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From options to a run: what both trainers do besides their encoder.

#include "support/data/dataset.hpp"
#include "support/model/sgd_trainer.hpp"
#include "support/train/codebook_run.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/planned_table.hpp"
#include "support/train/search_run.hpp"
#include "support/train/training_run.hpp"
#include "support/train/within_budget.hpp"

#include <pleach/compose/collisions.hpp>
#include <pleach/sparse/masked.hpp>

#include <thread>

namespace support {

inline training_options training_options_of(const options& chosen) {
    return {.loss = chosen.loss == "bpr"       ? loss_kind::bpr
                    : chosen.loss == "softmax" ? loss_kind::softmax
                                               : loss_kind::ccl,
            .softmax_options = {.kind = chosen.similarity == "cosine" ? similarity::cosine : similarity::dot,
                                .temperature = chosen.temperature,
                                .correction = chosen.correction},
            .ccl_options = {.margin = chosen.margin, .negative_weight = chosen.negative_weight},
            .batch = chosen.batch,
            .negatives = chosen.negatives,
            .learning_rate = chosen.lr,
            .decay = chosen.decay,
            .decay_exponent = chosen.decay_exponent,
            .dropout = chosen.dropout,
            .sampler = chosen.sampler == "users" ? sampling::users : sampling::interactions,
            .spares_known = chosen.spare_known};
}

/// The threads that --threads asks for.
inline int threads_of(const options& chosen) {
    const std::size_t machine = (std::max)(1U, std::thread::hardware_concurrency());
    return static_cast<int>(chosen.threads == 0 ? machine : chosen.threads);
}

/// Reads the data, makes the encoder (`make(data)`), trains the table that --table names, and reports. Returns the exit code.
template <class MakeEncoder>
int run_trainer(const options& given, MakeEncoder&& make) {
    if (!given.freeze.empty() && given.out.empty()) throw usage_error("--freeze writes into the run directory: give --out DIR");
    interactions data = read_dataset(given);
    const std::size_t entities = data.users + data.items;
    const options chosen = within_budget(with_planned_table(given, entities), entities);
    const run_directory directory(given, data);
    run_report report(chosen, data, directory);
    report.start();
    catch_interrupts();
    const pleach::openmp exec{threads_of(chosen)};
    auto encoder = make(data, chosen);
    using encoder_type = std::remove_reference_t<decltype(*encoder)>;
    training_options training = training_options_of(chosen);
    training.threshold_rate = threshold_rate(chosen, data.train.size());
    const run_context all{chosen, training, data, directory, report, exec};
    const auto first = [&]<class Table>(std::type_identity<Table>) {
        Table table = first_table<Table>(all);
        if constexpr (requires { pleach::count_collisions(table); }) report.collisions(pleach::count_collisions(table));
        return table;
    };
    const auto run_with = [&]<class Trainer, class Table>(std::type_identity<Trainer>, Table initial,
                                                          std::vector<Table> tickets) {
        training_run<Table, encoder_type, Trainer> run(all, *encoder, std::move(initial), std::move(tickets));
        const training_state& state = run.run();
        if (!chosen.freeze.empty()) freeze_run(all, *encoder, run.table(), run.known());
        report.finish(state, exec.threads);
    };
    const auto train = [&]<class Table>(std::type_identity<Table> table) {
        if constexpr (std::is_same_v<encoder_type, factorization_encoder> && pleach::row_table<Table>)
            if (chosen.optimizer == "sgd") return run_with(std::type_identity<sgd_trainer<Table>>{}, first(table), {});
        run_with(std::type_identity<trainer<Table, encoder_type>>{}, first(table), {});
    };
    const auto search = [&]<class Search>(std::type_identity<Search> searched) {
        using ticket = pleach::ticket_of<Search>;
        std::vector<ticket> tickets = search_run<Search, encoder_type>(all, *encoder, first(searched)).run();
        if (chosen.ticket_decay >= 0) training.decay = chosen.ticket_decay;  // `all` sees it
        ticket initial = tickets.front();
        run_with(std::type_identity<trainer<ticket, encoder_type>>{}, std::move(initial), std::move(tickets));
    };
    if (uses_codes(chosen.table)) {
        const auto run_codes = [&](auto& of_codes) {
            codebook_run(all, of_codes).run([&](const training_state& state) { report.finish(state, exec.threads); });
        };
        if constexpr (requires { encoder->graph(); }) {
            codebook_encoder of_codes(encoder->graph(), chosen.dim, chosen.layers);
            run_codes(of_codes);
        } else {
            run_codes(*encoder);
        }
    } else if (chosen.table == "pep")
        search(std::type_identity<pep_rows>{});
    else if (chosen.table == "cerp")
        search(std::type_identity<cerp_rows>{});
    else if (chosen.table == "masked")
        train(std::type_identity<pleach::masked<pleach::dense_table<float>>>{});
    else if (chosen.table == "qr")
        train(std::type_identity<qr_rows>{});
    else if (chosen.table == "hash")
        train(std::type_identity<hashed_rows>{});
    else if (chosen.table == "double-hash")
        train(std::type_identity<double_hashed_rows>{});
    else
        train(std::type_identity<pleach::dense_table<float>>{});
    return exit_good;
}

}  // namespace support
