// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From options to a run: everything that both trainers have in common, that is, all but the encoder.

#include "support/data/dataset.hpp"
#include "support/model/kept_propagation.hpp"
#include "support/model/sgd_trainer.hpp"
#include "support/program/threads.hpp"
#include "support/train/chosen_settings.hpp"
#include "support/train/codebook_run.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/planned_table.hpp"
#include "support/train/search_run.hpp"
#include "support/train/training_run.hpp"
#include "support/train/within_budget.hpp"

#include <pleach/compose/collisions.hpp>
#include <pleach/sparse/packed.hpp>

namespace support {

/// The executor for --threads. By default, steps over few values use one thread, which finishes them before others have woken
/// up.
inline pleach::openmp training_executor(const options& chosen) {
    constexpr std::size_t little = std::size_t{1} << 16;
    const std::size_t rows = chosen.batch * (2 + chosen.negatives);
    if (chosen.threads == 0 && chosen.program == "train_mf" && rows * chosen.dim < little) return {1};
    return executor_of(chosen.threads);
}

/// Kills the rows that --train-rows leaves out, before the others train.
template <class Encoder, class Table>
void leave_rows_out(const options& chosen, const Encoder& encoder, Table& table) {
    if constexpr (pleach::prunable_table<Table> && requires { encoder.graph(); }) {
        if (!leaves_rows_out(chosen)) return;
        pleach::bit_mask kept = pleach::bit_mask::zeros(table.size(), table.dim());
        for (const std::uint32_t row : choose_rows(encoder.graph(), chosen.train_users, chosen.train_items))
            for (std::size_t c = 0; c < table.dim(); ++c) kept.set(row, c);
        table.keep(kept);
    }
}

/// Reads the data, makes the encoder (`make(data)`), trains the table that --table names, and reports. Returns the exit code.
template <class MakeEncoder>
int run_trainer(const options& given, MakeEncoder&& make) {
    check_freeze(given);
    interactions data = read_dataset(given);
    const entity_counts counts{data.users, data.items};
    const options chosen =
        with_chosen_settings(within_codewords(within_budget(with_planned_table(given, counts), counts), data), data);
    refuse_large_swaps(chosen);
    const run_directory directory(with_choices_of(given, chosen), data);
    run_report report(chosen, data, directory);
    report.start();
    catch_interrupts();
    const pleach::openmp exec = training_executor(chosen);
    auto encoder = make(data, chosen);
    using encoder_type = std::remove_reference_t<decltype(*encoder)>;
    training_options training = training_options_of(chosen);
    training.threshold_rate = threshold_rate(chosen, data.train.size());
    const run_context all{chosen, training, data, directory, report, exec};
    const auto first = [&]<class Table>(std::type_identity<Table>) {
        Table table = first_table<Table>(all);
        leave_rows_out(chosen, *encoder, table);
        if constexpr (requires { pleach::count_collisions(table); }) report.collisions(pleach::count_collisions(table));
        return table;
    };
    const auto run_with = [&]<class Trainer, class Table>(std::type_identity<Trainer>, model_parameters<Table> initial,
                                                          std::vector<model_parameters<Table>> tickets) {
        training_run<Table, encoder_type, Trainer> run(all, *encoder, std::move(initial), std::move(tickets));
        const training_state& state = run.run();
        if (!chosen.freeze.empty()) freeze_run(all, *encoder, stored_part(run.model()), run.known());
        report.held(run.held());
        report.finish(state, exec.threads);
    };
    const auto train = [&]<class Table>(std::type_identity<Table> table) {
        model_parameters<Table> initial(first(table), first_biases(all));
        if constexpr (std::is_same_v<encoder_type, factorization_encoder> && pleach::row_table<Table>)
            if (chosen.optimizer == optimizer_kind::sgd)
                return run_with(std::type_identity<sgd_trainer<Table>>{}, std::move(initial), {});
        run_with(std::type_identity<trainer<Table, encoder_type>>{}, std::move(initial), {});
    };
    const auto search = [&]<class Search>(std::type_identity<Search> searched) {
        using ticket = pleach::ticket_of<Search>;
        std::vector<model_parameters<ticket>> tickets = search_run<Search, encoder_type>(all, *encoder, first(searched)).run();
        if (chosen.ticket_decay >= 0) training.decay = chosen.ticket_decay;  // `all` sees it
        const auto retrain = [&]<class Ticket>(std::vector<model_parameters<Ticket>> drawn) {
            model_parameters<Ticket> initial = drawn.front();
            run_with(std::type_identity<trainer<Ticket, encoder_type>>{}, std::move(initial), std::move(drawn));
        };
        if (!chosen.packed) return retrain(std::move(tickets));
        std::vector<model_parameters<pleach::packed_of<ticket>>> packed;
        for (const auto& drawn : tickets) packed.emplace_back(pleach::pack(drawn.table), drawn.biases);
        tickets.clear();
        retrain(std::move(packed));
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
        return exit_good;
    }
    if constexpr (requires { encoder_type::is_looking_up; })
        if (chosen.table == table_kind::coded && chosen.refresh_codes > 0) {
            train(std::type_identity<refreshed_sides>{});
            return exit_good;
        }
    with_table_row(chosen.table, [&]<class Row>(Row) {
        if constexpr (is_searched(Row::kind))
            search(std::type_identity<typename Row::type>{});
        else if constexpr (Row::kind == table_kind::masked)
            chosen.packed ? train(std::type_identity<packed_rows>{}) : train(std::type_identity<typename Row::type>{});
        else if constexpr (Row::kind != table_kind::coded || requires { encoder_type::is_looking_up; })
            train(std::type_identity<typename Row::type>{});
    });
    return exit_good;
}

}  // namespace support
