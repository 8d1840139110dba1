// SPDX-License-Identifier: Apache-2.0
#include "support/train/training_run.hpp"

#include "programs/train/changed_checkpoint.hpp"
#include "programs/train/short_run.hpp"
#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"

namespace training_run_test {

namespace {

using tests::findings;
using tests::masked;
using tests::never;

support::options small_options() {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    chosen.table = support::table_kind::masked;
    chosen.dim = 8;
    chosen.lr = 0.02;
    chosen.batch = 256;
    chosen.epochs = 6;
    chosen.eval_every = 2;
    chosen.threads = 2;
    chosen.quiet = true;
    return chosen;
}

struct outcome {
    support::training_state state;
    masked table;
    support::item_biases biases;
    std::string stopped;  // what was said, if it was
};

outcome run(const support::options& chosen, const support::interactions& data, tests::interruption when = {}) {
    using encoder = tests::interrupting<support::factorization_encoder>;
    encoder interrupting(when);
    const tests::short_run all(chosen, data);
    support::training_run<masked, encoder> training(
        all.context, interrupting, {support::first_table<masked>(all.context), support::first_biases(all.context)});
    outcome result;
    result.stopped = tests::stopped([&] { result.state = training.run(); });
    result.table = training.table();
    result.biases = training.model().biases;
    return result;
}

// The table as it is before training: all options that train or prune are off.
masked first_table(support::options chosen, const support::interactions& data) {
    chosen.epochs = 0;
    chosen.densities.clear();
    return run(chosen, data).table;
}

std::size_t values_at(double density, const support::interactions& data, std::size_t dim) {
    return static_cast<std::size_t>(density * static_cast<double>((data.users + data.items) * dim));
}

struct killed {};

// An encoder that ends the run in its third batch, without a word.
struct dying : support::factorization_encoder {
    template <class... Arguments>
    void encode(Arguments&&... arguments) {
        if (left-- == 0) throw killed();
        support::factorization_encoder::encode(std::forward<Arguments>(arguments)...);
    }
    std::size_t left = 2;
};

}  // namespace

TEST_CASE("Pruning in rounds keeps exactly the values asked for, each mask inside the one before") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    for (const auto schedule : {support::pruning_schedule::iterative, support::pruning_schedule::one_shot}) {
        chosen.prune_schedule = schedule;
        pleach::bit_mask before = pleach::bit_mask::ones(data.users + data.items, chosen.dim);
        for (const std::vector<double>& densities : {std::vector<double>{0.7}, {0.7, 0.49}, {0.7, 0.49, 0.1}}) {
            chosen.densities = densities;
            const outcome found = run(chosen, data);
            REQUIRE(found.state.results.size() == densities.size() + 1);
            const auto& last = found.state.results.back();
            CHECK(last.density == densities.back());
            CHECK(last.stored_values == values_at(densities.back(), data, chosen.dim));
            CHECK(found.table.mask().count() == last.stored_values);
            CHECK(found.table.mask().is_subset_of(before));
            before = found.table.mask();
        }
    }
}

TEST_CASE("Values left begin each round where they began the first, or anew, or go on") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.5};
    const masked first = first_table(chosen, data);
    // Round 1 trains for no time at all where epochs are 0, so its table shows what it began with.
    const auto begun_with = [&](support::rewind_point rewind) {
        auto now = chosen;
        now.rewind = rewind;
        now.epochs = 0;
        return run(now, data).table;
    };
    const masked rewound = begun_with(support::rewind_point::initial), anew = begun_with(support::rewind_point::reinit);
    CHECK(rewound.mask().count() == values_at(0.5, data, chosen.dim));
    CHECK(anew.mask() == rewound.mask());
    std::size_t equal = 0;
    for (std::uint32_t n = 0; n < rewound.size(); ++n)
        for (std::size_t c = 0; c < chosen.dim; ++c) {
            const bool lives = rewound.mask().test(n, c);
            REQUIRE(rewound.row(n)[c] == (lives ? first.row(n)[c] : 0));
            equal += lives && anew.row(n)[c] == first.row(n)[c];
        }
    CHECK(equal < 10);
}

TEST_CASE("Rewinding takes the mask from trained rows, so that it is another one than that of the first rows") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.3};
    const outcome trained = run(chosen, data);
    chosen.epochs = 0;
    CHECK(run(chosen, data).table.mask() != trained.table.mask());
    chosen.epochs = 6;
    chosen.rewind = support::rewind_point::none;
    const outcome going_on = run(chosen, data);
    CHECK(going_on.table.mask() == trained.table.mask());
    CHECK_FALSE(tests::same_table(going_on.table, trained.table));
}

TEST_CASE("Random masks have the density asked for, are nested, and depend on the seed alone") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.prune_method = support::pruning_method::random;
    chosen.epochs = 1;
    chosen.densities = {0.5};
    const outcome half = run(chosen, data);
    chosen.lr = 0.001;
    CHECK(run(chosen, data).table.mask() == half.table.mask());
    chosen.densities = {0.5, 0.2};
    const outcome fifth = run(chosen, data);
    CHECK(fifth.table.mask().count() == values_at(0.2, data, chosen.dim));
    CHECK(fifth.table.mask().is_subset_of(half.table.mask()));
    chosen.seed += 1;
    CHECK(run(chosen, data).table.mask() != fifth.table.mask());
}

TEST_CASE("Every row keeps its floor, and users and items can be cut apart") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.3};
    chosen.row_floor = 2;
    const outcome floored = run(chosen, data);
    for (std::size_t n = 0; n < floored.table.size(); ++n) REQUIRE(floored.table.mask().count_row(n) >= 2);
    chosen.row_floor = 0;
    chosen.prune_scope = support::pruning_scope::groups;
    const outcome grouped = run(chosen, data);
    std::size_t of_users = 0;
    for (std::size_t n = 0; n < data.users; ++n) of_users += grouped.table.mask().count_row(n);
    CHECK(of_users == tests::approx(0.3 * static_cast<double>(data.users * chosen.dim)).margin(1.5));
}

TEST_CASE("A density of 0 leaves nothing, and is evaluated nevertheless") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.0};
    const outcome found = run(chosen, data);
    CHECK(found.table.mask().count() == 0);
    CHECK(found.state.results.back().stored_values == 0);
}

TEST_CASE("Biases count as values and bytes, are those of the best epoch, and begin each round as the values do") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.5};
    const outcome without = run(chosen, data);
    CHECK(without.biases.is_empty());
    chosen.item_biases = true;
    const outcome with = run(chosen, data);
    CHECK(with.biases.values().size() == data.items);
    CHECK_FALSE(with.biases == support::item_biases(data.items));
    for (std::size_t round = 0; round < 2; ++round) {
        const auto &plain = without.state.results[round], &biased = with.state.results[round];
        CHECK(biased.stored_values == plain.stored_values + data.items);
        CHECK(biased.bytes >= plain.bytes + 4 * data.items);
        CHECK(biased.bytes <= plain.bytes + 4 * data.items + 1024);  // a header, and lines around
    }
    const auto begun_with = [&](support::rewind_point rewind) {
        auto now = chosen;
        now.rewind = rewind;
        return run(now, data).biases;
    };
    CHECK_FALSE(begun_with(support::rewind_point::initial) == begun_with(support::rewind_point::none));
    auto best = chosen;
    best.densities.clear();
    best.epochs = 60;
    best.lr = 0.1;
    best.patience = 3;
    const outcome long_run = run(best, data);
    const auto& result = long_run.state.results.front();
    REQUIRE(result.epochs_run == result.best_epoch + 3 * best.eval_every);
    best.epochs = result.best_epoch;
    best.patience = 0;
    CHECK(run(best, data).biases == long_run.biases);
}

TEST_CASE("A run that is stopped anywhere and resumed ends with the same bits and findings, biases included") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.5, 0.25};
    chosen.item_biases = true;
    const outcome whole = run(chosen, data);
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    // In the first batch, within an epoch, in its last batch, in a round's last batch, its first one, within the last round;
    // while the first round ends, while the second one cuts, while the last one is validated.
    for (const tests::interruption at : {tests::interruption{0},
                                         {2 * batches + 1},
                                         {4 * batches - 1},
                                         {6 * batches - 1},
                                         {6 * batches},
                                         {17 * batches},
                                         {never, 3},
                                         {never, 4},
                                         {never, 11}}) {
        CAPTURE(at.batch, at.evaluation);
        const tests::temporary_directory folder;
        auto stopped = chosen;
        stopped.out = (folder / "run").string();
        const outcome first_part = run(stopped, data, at);
        REQUIRE(tests::contains(first_part.stopped, "--resume continues"));
        stopped.resume = true;
        const outcome rest = run(stopped, data);
        CHECK(tests::same_table(rest.table, whole.table));
        CHECK(rest.biases == whole.biases);
        CHECK(findings(rest.state) == findings(whole.state));
    }
}

TEST_CASE("A run that is stopped twice tells of every evaluation once") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    const tests::temporary_directory folder, other;
    chosen.out = (other / "whole").string();
    static_cast<void>(run(chosen, data));
    chosen.out = (folder / "run").string();
    static_cast<void>(run(chosen, data, {7}));
    chosen.resume = true;
    static_cast<void>(run(chosen, data, {5}));
    static_cast<void>(run(chosen, data));
    const auto told = [](const tests::temporary_directory& where, const char* name) {
        std::vector<double> epochs;
        for (const auto& line : support::read_json_lines(where / name)) epochs.push_back(*line.at("epoch"));
        return epochs;
    };
    CHECK(told(folder, "run/metrics.jsonl") == told(other, "whole/metrics.jsonl"));
}

TEST_CASE("A checkpoint with one value that no run writes is refused by the name of the array") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.densities = {0.5};
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    REQUIRE(tests::contains(run(chosen, data, {8 * batches + 1}).stopped, "--resume continues"));  // in the second round
    chosen.resume = true;
    const auto path = folder / "run/checkpoint.safetensors";
    const std::vector<std::string> accepted = tests::accepted_changes(path, [&] { static_cast<void>(run(chosen, data)); });
    CAPTURE(accepted);
    CHECK(accepted.empty());
    // Positions that could be, but do not fit each other: the epoch, the batch, the number of all epochs.
    const auto original = folder.read("run/checkpoint.safetensors");
    for (const auto& [index, value] : {std::pair<std::size_t, std::uint64_t>{0, 0}, {1, 1}, {2, 0}, {3, 7}}) {
        folder.write("run/checkpoint.safetensors", original);
        tests::change(path, "run.position", index, value);
        CAPTURE(index, value);
        REQUIRE_THROWS_WITH_SENTENCE(run(chosen, data), support::input_error, "start the run again with --force");
    }
    folder.write("run/checkpoint.safetensors", original);
    CHECK(run(chosen, data).stopped.empty());
}

TEST_CASE("A round without epochs that has to end again is told once") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.epochs = 0;
    chosen.densities = {0.5, 0.25};
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    static_cast<void>(run(chosen, data));
    const auto told = tests::metrics_of(folder / "run");
    REQUIRE(told.size() == 3);
    std::filesystem::remove(folder / "run/checkpoint.safetensors");  // as if killed before it was written
    chosen.resume = true;
    static_cast<void>(run(chosen, data));
    CHECK(tests::metrics_of(folder / "run") == told);
}

TEST_CASE("Checkpoints between the batches of an epoch change nothing") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    const outcome whole = run(chosen, data);
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    chosen.save_every = 0;
    const outcome saving = run(chosen, data);
    CHECK(tests::same_table(saving.table, whole.table));
    CHECK(findings(saving.state) == findings(whole.state));
}

TEST_CASE("A long epoch is saved within, so that a kill costs no more than the time between checkpoints") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    const outcome whole = run(chosen, data);
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    chosen.save_every = 0;
    {
        const tests::short_run all(chosen, data);
        dying encoder;
        support::training_run<masked, dying> training(all.context, encoder, support::first_table<masked>(all.context));
        CHECK_THROWS_AS(training.run(), killed);
    }
    CHECK(support::checkpoint_reader(folder / "run/checkpoint.safetensors").load_state().at.batch == 2);
    chosen.resume = true;
    CHECK(tests::same_table(run(chosen, data).table, whole.table));
}

TEST_CASE("Without a directory an interrupted run says that nothing was saved") {
    const auto data = tests::small_data(0.1);
    CHECK(tests::contains(run(small_options(), data, {1}).stopped, "nothing was saved"));
}

TEST_CASE("The rows that validation found best are those that count") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    chosen.epochs = 60;
    chosen.lr = 0.1;
    chosen.patience = 3;
    const outcome found = run(chosen, data);
    const auto& result = found.state.results.front();
    CHECK(result.epochs_run == result.best_epoch + 3 * chosen.eval_every);
    chosen.epochs = result.best_epoch;
    chosen.patience = 0;
    CHECK(tests::same_table(run(chosen, data).table, found.table));
}

TEST_CASE("Without a validation part every epoch is run and the last rows count") {
    const auto data = tests::small_data(0);
    auto chosen = small_options();
    chosen.valid = 0;
    chosen.epochs = 9;
    const outcome found = run(chosen, data);
    CHECK(found.state.results.front().epochs_run == 9);
    CHECK(found.state.results.front().best_epoch == 9);
    CHECK(found.state.results.front().valid.k == 0);
}

TEST_CASE("Training beats what everybody takes") {
    auto data = support::generate_interactions({.users = 500, .items = 400, .rank = 4, .mean_items = 20, .seed = 5});
    support::carve_validation(data, 0.1, 1);
    auto chosen = small_options();
    chosen.epochs = 30;
    chosen.temperature = 0.2;
    chosen.loss = support::loss_kind::softmax;
    chosen.similarity = support::similarity::cosine;
    chosen.negatives = 40;
    const double model = run(chosen, data).state.results.front().test.recall;
    pleach::matrix<float> rows(data.users + data.items, 1);
    std::fill_n(rows.data(), data.users, 1.0F);
    for (const std::uint32_t item : data.train.columns) rows.data()[data.users + item] += 1;
    const auto popular = support::evaluate(rows.view(), data.test, data.train, {20}, pleach::openmp{2});
    CHECK(model > 1.3 * popular.at.front().recall);
}

TEST_CASE("A run that was killed before its first checkpoint begins again when it is resumed, and tells of every epoch once") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options();
    const outcome whole = run(chosen, data);
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    static_cast<void>(run(chosen, data, {7}));
    std::filesystem::remove(folder / "run/checkpoint.safetensors");
    const auto lines = [&] { return support::read_json_lines(folder / "run/metrics.jsonl").size(); };
    chosen.resume = true;
    CHECK(tests::same_table(run(chosen, data).table, whole.table));
    const std::size_t told = lines();
    static_cast<void>(run(chosen, data));  // ended: nothing is done again
    CHECK(lines() == told);
    chosen.epochs += 1;
    REQUIRE_THROWS_WITH_SENTENCE(run(chosen, data), support::usage_error, "has ended with --epochs");
}

}  // namespace training_run_test
