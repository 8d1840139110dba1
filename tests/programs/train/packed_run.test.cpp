// SPDX-License-Identifier: Apache-2.0

// With --packed a run gives what it gives without: every number, and every byte of what it freezes. Packed tables are also those
// whose live values are swapped for dead ones (--table dsl).

#include "programs/train/changed_checkpoint.hpp"
#include "programs/train/frozen_run.hpp"
#include "programs/train/short_run.hpp"
#include "support/temporary_directory.hpp"
#include "support/train/training_run.hpp"

#include <iterator>

namespace packed_run_test {

namespace {

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

void require_the_same(support::options chosen) {
    const tests::temporary_directory folder;
    chosen.freeze = "smallest";
    chosen.lr = 0.02;
    const auto without = tests::summary_of(chosen, folder / "masked");
    chosen.packed = true;
    const auto with = tests::summary_of(chosen, folder / "packed");
    for (const char* key : {"test", "valid", "density", "stored_values", "bytes", "best_epoch"})
        CHECK(with.at(key) == without.at(key));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "masked")) {
        if (entry.path().extension() != ".frozen") continue;
        CHECK(bytes_of(entry.path()) == bytes_of(folder / "packed" / entry.path().filename()));
        ++files;
    }
    CHECK(files > 0);
    const auto &less = with.at("training_bytes"), &all = without.at("training_bytes");
    for (const char* key : {"table", "optimizer"}) CHECK(less.at(key).get<double>() < 0.8 * all.at(key).get<double>());
}

support::options swapping_options() {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    chosen.table = support::table_kind::dsl;
    chosen.dim = 8;
    chosen.density = 0.3;
    chosen.lr = 0.02;
    chosen.batch = 256;
    chosen.epochs = 6;
    chosen.eval_every = 2;
    chosen.swap_every = 3;
    chosen.threads = 2;
    chosen.quiet = true;
    return chosen;
}

struct outcome {
    support::training_state state;
    support::packed_rows table;
    std::string stopped;  // what was said, if it was
};

outcome run(const support::options& chosen, const support::interactions& data, tests::interruption when = {}) {
    using encoder = tests::interrupting<support::factorization_encoder>;
    encoder interrupting(when);
    const tests::short_run all(chosen, data);
    support::training_run<support::packed_rows, encoder> training(all.context, interrupting,
                                                                  support::first_table<support::packed_rows>(all.context));
    outcome result;
    result.stopped = tests::stopped([&] { result.state = training.run(); });
    result.table = training.table();
    return result;
}

}  // namespace

TEST_CASE("Swaps keep the number of values, and change which ones they are, and without swaps the mask is that of chance") {
    const auto data = tests::small_data(0.1);
    auto chosen = swapping_options();
    const auto values = static_cast<std::size_t>(0.3 * static_cast<double>((data.users + data.items) * chosen.dim));
    auto still = chosen;
    still.swap_share = 0;
    auto chance = chosen;
    chance.table = support::table_kind::masked;
    chance.prune_method = support::pruning_method::random;
    const outcome of_chance = run(chance, data);
    CHECK(run(still, data).table == of_chance.table);
    std::vector<pleach::bit_mask> masks{of_chance.table.mask()};
    for (const auto rule : {support::growth_rule::gradient, support::growth_rule::last_batch, support::growth_rule::momentum,
                            support::growth_rule::random}) {
        chosen.grow = rule;
        const outcome swapped = run(chosen, data);
        CHECK(swapped.table.values().size() == values);
        CHECK(swapped.state.results.back().stored_values <= values);
        for (const pleach::bit_mask& other : masks) CHECK(swapped.table.mask() != other);
        masks.push_back(swapped.table.mask());
    }
}

TEST_CASE("Users and items swap among themselves where they are cut apart") {
    const auto data = tests::small_data(0.1);
    auto chosen = swapping_options();
    chosen.prune_scope = support::pruning_scope::groups;
    const pleach::bit_mask mask = run(chosen, data).table.mask();
    chosen.swap_share = 0;
    const pleach::bit_mask first = run(chosen, data).table.mask();
    std::size_t now = 0, before = 0;
    for (std::size_t n = 0; n < data.users; ++n) {
        now += mask.count_row(n);
        before += first.count_row(n);
    }
    CHECK(now == before);
    CHECK(mask != first);
}

TEST_CASE("Training with swaps that is stopped anywhere and resumed ends with the same bits and findings") {
    const auto data = tests::small_data(0.1);
    auto chosen = swapping_options();
    chosen.densities = {0.3, 0.2};
    chosen.density = 1;
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    for (const auto rule : {support::growth_rule::gradient, support::growth_rule::momentum}) {
        chosen.grow = rule;
        const outcome whole = run(chosen, data);
        // Before a swap, after it, and within the last round.
        for (const std::size_t batch : {std::size_t{3}, std::size_t{4}, 9 * batches + 2}) {
            CAPTURE(batch);
            const tests::temporary_directory folder;
            auto stopped = chosen;
            stopped.out = (folder / "run").string();
            REQUIRE(tests::contains(run(stopped, data, {batch}).stopped, "--resume continues"));
            stopped.resume = true;
            const outcome rest = run(stopped, data);
            CHECK(rest.table == whole.table);
            CHECK(tests::findings(rest.state) == tests::findings(whole.state));
        }
    }
}

TEST_CASE("What a checkpoint remembers of gradients is checked") {
    const auto data = tests::small_data(0.1);
    auto chosen = swapping_options();
    chosen.grow = support::growth_rule::momentum;
    chosen.density = 1;
    chosen.densities = {0.3, 0.2};
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    REQUIRE(tests::contains(run(chosen, data, {6 * batches + 5}).stopped, "--resume continues"));  // in the second round
    chosen.resume = true;
    const std::vector<std::string> accepted =
        tests::accepted_changes(folder / "run/checkpoint.safetensors", [&] { static_cast<void>(run(chosen, data)); });
    CAPTURE(accepted);
    CHECK(accepted.empty());
}

TEST_CASE("Values under a graph are swapped too, and freeze like others") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.table = support::table_kind::dsl;
    chosen.layers = 2;
    chosen.density = 0.4;
    chosen.swap_every = 2;
    chosen.batch = 256;
    chosen.dataset = tests::small_dataset(folder / "data");
    chosen.dim = 8;
    chosen.freeze = "auto";
    const auto swapped = tests::summary_of(chosen, folder / "swapped");
    CHECK(swapped.at("training_bytes").contains("swaps_held"));
    chosen.swap_share = 0;
    CHECK(tests::summary_of(chosen, folder / "still").at("test") != swapped.at("test"));
}

TEST_CASE("A density at which the first swap would be too large is refused") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = tests::small_dataset(folder / "data");
    chosen.table = support::table_kind::dsl;
    chosen.density = 0.8;
    REQUIRE_THROWS_WITH_SENTENCE(tests::train(chosen, folder / "run"), support::usage_error,
                                 "--swap-share 0.5: at density 0.8 the first swap would exchange 40 % of all values, but "
                                 "only 20 % are dead; give a smaller share or density");
}

TEST_CASE("Packed rounds of pruning end as masked ones") {
    const tests::temporary_directory data;
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = tests::small_dataset(data / "data");
    chosen.dim = 8;
    chosen.batch = 256;
    chosen.table = support::table_kind::masked;
    chosen.densities = {0.5, 0.2};
    require_the_same(chosen);
    chosen.densities = {0.25};
    chosen.prune_method = support::pruning_method::random;
    chosen.lr_schedule = support::rate_schedule::cosine;
    chosen.item_biases = true;
    require_the_same(chosen);
    chosen.program = "train_lightgcn";
    chosen.layers = 2;
    require_the_same(chosen);
}

TEST_CASE("Packed tickets of a search end as masked ones") {
    const tests::temporary_directory data;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.dataset = tests::small_dataset(data / "data");
    chosen.layers = 2;
    chosen.dim = 8;
    chosen.batch = 100;
    chosen.table = support::table_kind::pep;
    chosen.densities = {0.5};
    chosen.search_epochs = 30;
    chosen.threshold_rise = 64;
    require_the_same(chosen);
    chosen.program = "train_mf";
    chosen.layers = 0;
    chosen.table = support::table_kind::cerp;
    chosen.buckets = 60;
    chosen.dim = 32;
    require_the_same(chosen);
}

}  // namespace packed_run_test
