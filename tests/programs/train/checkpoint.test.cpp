// SPDX-License-Identifier: Apache-2.0
#include "support/train/checkpoint.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>

namespace checkpoint_test {

namespace {

constexpr std::size_t size = 40, dim = 5;

tests::masked some_table(std::uint64_t seed) {
    return tests::masked(tests::normal_table<float>(size, dim, seed), tests::random_mask(size, dim, 0.6, seed));
}

using adam_of_masked = pleach::optimizer<tests::masked, pleach::adam>;
const pleach::adam deferred{.learning_rate = 0.01, .which = pleach::moving_rows::deferred};

// Steps that leave some rows behind.
void step(tests::masked& table, adam_of_masked& optimizer, std::uint64_t seed) {
    auto gradient = table.make_gradient();
    for (std::uint32_t id = 0; id < size; id += 3) table.accumulate(id, tests::random_row<float>(dim, seed + id), gradient);
    optimizer.step(table, gradient);
}

support::training_state some_state() {
    support::training_state state;
    double next = 0.25;
    support::for_each_number(state.at, [&](auto& x) { x = static_cast<std::remove_reference_t<decltype(x)>>(next += 1.5); });
    for (int i = 0; i < 3; ++i)
        support::for_each_number(state.results.emplace_back(),
                                 [&](auto& x) { x = static_cast<std::remove_reference_t<decltype(x)>>(next += 1.5); });
    return state;
}

std::filesystem::path saved(const tests::temporary_directory& folder, tests::masked& table, adam_of_masked& optimizer,
                            const support::training_state& state) {
    support::checkpoint_writer writer;
    writer.add_table("table", table);
    writer.add_optimizer(optimizer, table);
    writer.add_state(state);
    writer.save(folder / "c.safetensors");
    return folder / "c.safetensors";
}

}  // namespace

TEST_CASE("A checkpoint gives back table, mask, optimizer and numbers, and training goes on to the same bits") {
    const tests::temporary_directory folder;
    auto table = some_table(1);
    adam_of_masked optimizer(table, deferred);
    step(table, optimizer, 1);
    step(table, optimizer, 2);
    const auto path = saved(folder, table, optimizer, some_state());

    auto loaded = some_table(2);
    adam_of_masked loaded_optimizer(loaded, deferred);
    const support::checkpoint_reader reader(path);
    CHECK(reader.has("table.weights"));
    CHECK_FALSE(reader.has("dense.weights"));
    reader.load_table("table", loaded);
    reader.load_optimizer(loaded_optimizer, loaded, 2);
    CHECK(tests::same_table(loaded, table));
    CHECK(loaded_optimizer.steps() == 2);
    for (const std::uint64_t seed : {3U, 4U}) {
        step(table, optimizer, seed);
        step(loaded, loaded_optimizer, seed);
    }
    optimizer.catch_up(table);
    loaded_optimizer.catch_up(loaded);
    CHECK(tests::same_table(loaded, table));
}

TEST_CASE("Every number of the state comes back, as the bits that it had") {
    const tests::temporary_directory folder;
    auto table = some_table(1);
    adam_of_masked optimizer(table, deferred);
    auto state = some_state();
    state.at.loss_sum = -0.0;
    const auto loaded = support::checkpoint_reader(saved(folder, table, optimizer, state)).load_state();
    CHECK(loaded.at == state.at);
    CHECK(std::signbit(loaded.at.loss_sum));
    REQUIRE(loaded.results.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        std::vector<double> before, after;
        support::for_each_number(state.results[i], [&](auto x) { before.push_back(static_cast<double>(x)); });
        support::for_each_number(loaded.results[i], [&](auto x) { after.push_back(static_cast<double>(x)); });
        CHECK(before == after);
    }
}

TEST_CASE("A safetensors file of something else is no checkpoint") {
    const tests::temporary_directory folder;
    pleach::safetensors_writer writer;
    const std::vector<float> values{1, 2};
    writer.add("table.weights", {2}, std::span<const float>(values));
    writer.save(folder / "other.safetensors");
    REQUIRE_THROWS_WITH_SENTENCE(support::checkpoint_reader(folder / "other.safetensors"), support::input_error,
                                 "found no checkpoint of this program");
}

TEST_CASE("A checkpoint that was cut off or changed is refused") {
    const tests::temporary_directory folder;
    auto table = some_table(1);
    adam_of_masked optimizer(table, deferred);
    const std::string name = saved(folder, table, optimizer, {}).filename().string();
    const std::string bytes = folder.read(name);
    const auto refused = [&](const std::string& changed) {
        folder.write("bad.safetensors", changed);
        return !tests::sentence_of<std::filesystem::filesystem_error>([&] {
                    support::checkpoint_reader reader(folder / "bad.safetensors");
                }).empty();
    };
    CHECK(refused(bytes.substr(0, bytes.size() / 2)));
    CHECK(refused(bytes.substr(0, bytes.size() - 1)));
    CHECK(refused(""));
    CHECK_FALSE(refused(bytes));
}

TEST_CASE("A table of another shape does not take a checkpoint's rows") {
    const tests::temporary_directory folder;
    auto table = some_table(1);
    adam_of_masked optimizer(table, deferred);
    const support::checkpoint_reader reader(saved(folder, table, optimizer, {}));
    tests::masked other(tests::normal_table<float>(size, dim + 1, 1));
    CHECK_FALSE(tests::sentence_of<std::exception>([&] { reader.load_table("table", other); }).empty());
}

}  // namespace checkpoint_test
