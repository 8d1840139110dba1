// SPDX-License-Identifier: Apache-2.0
#include "support/train/trainers.hpp"

#include "support/options/options.hpp"

#if !defined(PLEACH_EXAMPLES_HAVE_MPI)

int support::train_mf_sharded(const options&) {
    throw usage_error(
        "--sharded needs a program that was built with MPI: apt-get install libopenmpi-dev openmpi-bin, and build it again");
}

#else

#include "support/train/sharded/sharded_encoder.hpp"

#include "support/data/dataset.hpp"
#include "support/train/chosen_settings.hpp"
#include "support/train/freeze_run.hpp"
#include "support/train/planned_table.hpp"
#include "support/train/training_run.hpp"
#include "support/train/within_budget.hpp"

#include <chrono>
#include <csignal>
#include <thread>

#include <unistd.h>

namespace support {

namespace {

// What is said when this process is ended from outside, which mpirun does when another has died.
std::string last_words;

extern "C" void say_last_words(int) {
    static_cast<void>(!::write(STDERR_FILENO, last_words.data(), last_words.size()));
    ::_exit(exit_interrupted);
}

void prepare_to_be_ended(const options& chosen, std::size_t rank) {
    std::signal(SIGUSR1, &detail::note_interrupt);  // mpirun passes it on to all: they save, and end
    if (rank > 0) return;
    last_words = "train_mf: ended from outside, as when another process has died; ";
    last_words += chosen.out.empty() ? "nothing was saved, because there is no --out\n"
                                     : "the same command with --resume, on any number of processes, continues from the last "
                                       "checkpoint in " +
                                           printable(chosen.out, 4096) + "\n";
    std::signal(SIGTERM, &say_last_words);
    std::signal(SIGINT, &say_last_words);
}

// The first process has the directory and speaks.
options of_rank(options chosen, std::size_t rank) {
    if (rank == 0) return chosen;
    chosen.out.clear();
    chosen.json = false;
    chosen.quiet = true;
    return chosen;
}

template <class Table>
Table first_shard(const run_context& all, const pleach::row_shards& rows) {
    const pleach::random_stream stream = pleach::random_stream(all.chosen.seed).fork("table");
    const auto make = [&](const auto& init) {
        return table_maker<Table>::make(all.chosen, {rows.own(), 0}, stream, pleach::own_rows(init, rows));
    };
    if (all.chosen.init == row_start::normal) return make(pleach::normal{.deviation = usual_deviation});
    const pleach::matrix<float> given = first_rows(all.chosen, all.data, all.exec);
    return make(pleach::given_rows<float>{given.view()});
}

template <class Table>
void train_shards(const run_context& all, const rank_rows& place, const std::filesystem::path& out) {
    sharded_encoder encoder(place);
    run_part part;
    if (!out.empty()) part.checkpoint = out / "checkpoint.safetensors";
    model_parameters<Table> initial(first_shard<Table>(all, place.rows()), first_biases(all));
    training_run<Table, sharded_encoder> run(all, encoder, std::move(initial), {}, std::move(part));
    const training_state& state = run.run();
    const model_parameters<Table> whole = place.whole(run.model());
    training_bytes held = run.held();
    for (std::size_t* const bytes : {&held.table, &held.gradient, &held.optimizer}) *bytes = place.sum(*bytes);
    if (place.rows().rank() > 0) return;
    factorization_encoder of_whole;
    if (!all.chosen.freeze.empty()) freeze_run(all, of_whole, stored_part(whole), run.known());
    all.report.held(held);
    all.report.finish(state, all.exec.threads);
}

void run_on(const pleach::communicator& ranks, const options& given) {
    check_freeze(given);
    const interactions data = read_dataset(given);
    const entity_counts counts{data.users, data.items};
    const options chosen =
        of_rank(with_chosen_settings(within_budget(with_planned_table(given, counts), counts), data), ranks.rank());
    refuse_unsharded(chosen.table);
    const run_directory directory(of_rank(with_choices_of(given, chosen), ranks.rank()), data);
    ranks.barrier("train_mf");  // the directory is there, and what it had is checked
    run_report report(chosen, data, directory);
    report.start();
    prepare_to_be_ended(given, ranks.rank());
    const pleach::openmp exec{chosen.threads == 0 ? 1 : static_cast<int>(chosen.threads)};
    const training_options training = training_options_of(chosen);
    const run_context all{chosen, training, data, directory, report, exec};
    const rank_rows place(ranks, counts.all());
    if (chosen.table == table_kind::dense)
        train_shards<dense_rows>(all, place, given.out);
    else
        train_shards<pleach::masked<dense_rows>>(all, place, given.out);
}

}  // namespace

int train_mf_sharded(const options& given) {
    if (MPI_Init(nullptr, nullptr) != MPI_SUCCESS)
        throw usage_error("--sharded: MPI cannot be started; run the program by mpirun -n PROCESSES");
    int code = exit_good;
    {
        const pleach::communicator ranks(MPI_COMM_WORLD);
        code = guard_main("train_mf", [&]() -> int {
            try {
                run_on(ranks, given);
            } catch (const interrupted&) {  // all of them
                if (ranks.rank() == 0) throw;
                return exit_interrupted;
            } catch (...) {
                if (ranks.rank() > 0) {  // what all refuse, the first says; it ends this process meanwhile
                    std::signal(SIGTERM, SIG_DFL);
                    std::this_thread::sleep_for(std::chrono::seconds(2));
                }
                throw;
            }
            return exit_good;
        });
        if (code != exit_good && code != exit_interrupted) MPI_Abort(MPI_COMM_WORLD, code);
    }
    MPI_Finalize();
    return code;
}

}  // namespace support

#endif
