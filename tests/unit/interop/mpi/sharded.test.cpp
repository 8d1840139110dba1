// SPDX-License-Identifier: Apache-2.0

// Runs on every rank, and compares what each holds with what one process does. A failure on one rank ends all, which might
// otherwise wait for it forever: so the checks are not those of Catch2.

#include <pleach/init/normal.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/init/xavier.hpp>
#include <pleach/interop/mpi.hpp>
#include <pleach/interop/mpi/communicator.hpp>
#include <pleach/interop/mpi/gather_everywhere.hpp>
#include <pleach/interop/mpi/row_shards.hpp>
#include <pleach/interop/mpi/sharded.hpp>
#include <pleach/interop/mpi/sharded_bags.hpp>
#include <pleach/interop/mpi/sharded_batch.hpp>
#include <pleach/interop/mpi/sharded_files.hpp>
#include <pleach/interop/mpi/sharded_prune.hpp>
#include <pleach/interop/mpi/sharded_top_k.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/prune.hpp>
#include <pleach/sparse/masked.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace sharded_test {

const pleach::communicator* everyone = nullptr;
const pleach::communicator& world() { return *everyone; }

void require(bool is_true, const char* what, int line) {
    if (is_true) return;
    std::fprintf(stderr, "rank %zu of %zu: line %d: %s\n", world().rank(), world().size(), line, what);
    MPI_Abort(MPI_COMM_WORLD, 1);
}
#define REQUIRE(...) require((__VA_ARGS__), #__VA_ARGS__, __LINE__)

using dense = pleach::dense_table<float>;
using masked = pleach::masked<dense>;
using ids_type = std::vector<std::uint32_t>;

constexpr std::size_t rows = 203, dim = 24;
const pleach::random_stream stream = pleach::random_stream(7).fork("first rows");
const pleach::normal first{.deviation = 0.1};

masked one_process() { return masked(dense(rows, dim, first, stream)); }
pleach::sharded<masked> over_ranks() { return {world(), rows, dim, first, stream}; }

// Rows that this rank stores are those of one process.
template <class Table>
void require_same(const pleach::sharded<Table>& table, const Table& expected) {
    for (std::size_t r = 0; r < table.rows().own(); ++r) {
        const auto own = table.shard().row(static_cast<std::uint32_t>(r));
        const auto all = expected.row(static_cast<std::uint32_t>(table.rows().global(r)));
        REQUIRE(std::ranges::equal(own, all));
    }
}

// A rank's part of a batch of all: of different sizes, rank 1 has none, and ids repeat within and across ranks.
ids_type ids_of(std::size_t rank, std::uint64_t step) {
    ids_type ids(rank == 1 ? 0 : 40 + 7 * rank);
    for (std::size_t j = 0; j < ids.size(); ++j)
        ids[j] = static_cast<std::uint32_t>(pleach::random_stream(step).below(j % 3 == 0 ? 5 : rows, rank, j));
    return ids;
}
pleach::matrix<float> gradients_of(std::size_t rank, std::uint64_t step) {
    pleach::matrix<float> values(ids_of(rank, step).size(), dim);
    first.fill(values.view(), pleach::random_stream(step).fork("gradients").fork(rank));
    return values;
}

template <class F>
std::string sentence_of(F&& f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

void first_rows_and_gathered_rows_are_those_of_one_process() {
    const masked expected = one_process();
    const pleach::sharded<masked> table = over_ranks();
    require_same(table, expected);
    for (const auto& init : {pleach::xavier_uniform{}, pleach::xavier_uniform{.gain = 2}})
        require_same(pleach::sharded<dense>(world(), rows, dim, init, stream), dense(rows, dim, init, stream));

    const ids_type ids = ids_of(world().rank(), 1);
    pleach::matrix<float> got(ids.size(), dim), wanted(ids.size(), dim);
    pleach::gather(expected, ids, wanted.view());
    pleach::gather(table, std::span<const std::uint32_t>(ids), got.view());
    REQUIRE(got == wanted);

    const ids_type shared{4, 0, 4, 202, 77};
    pleach::matrix<float> everywhere(shared.size(), dim), of_one(shared.size(), dim);
    pleach::gather(expected, shared, of_one.view());
    pleach::gather_everywhere(table, std::span<const std::uint32_t>(shared), everywhere.view());
    REQUIRE(everywhere == of_one);
}

void steps_on_batches_of_all_ranks_are_those_of_one_process_on_the_whole_batch() {
    masked expected = one_process();
    pleach::sharded<masked> table = over_ranks();
    const pleach::adam rule{.learning_rate = 0.05, .which = pleach::moving_rows::deferred};
    pleach::optimizer of_one(expected, rule), of_shard(table.shard(), rule);
    auto all_gradient = expected.make_gradient(), own_gradient = table.shard().make_gradient();
    for (std::uint64_t step = 0; step < 6; ++step) {
        const ids_type ids = ids_of(world().rank(), step);
        const pleach::matrix<float> upstream = gradients_of(world().rank(), step);
        if (step % 2 == 0) {
            pleach::accumulate(table, std::span<const std::uint32_t>(ids), upstream.view(), own_gradient);
        } else {
            const pleach::sharded_batch batch = pleach::exchange(table, std::span<const std::uint32_t>(ids));
            of_shard.catch_up(table.shard(), std::span<const std::uint32_t>(batch.asked_rows()));
            of_one.catch_up(expected, std::span<const std::uint32_t>(ids));
            pleach::matrix<float> got(ids.size(), dim), wanted(ids.size(), dim);
            pleach::gather(expected, ids, wanted.view());
            pleach::gather(table, batch, got.view());
            REQUIRE(got == wanted);
            pleach::accumulate(table, batch, upstream.view(), own_gradient);
        }
        for (std::size_t r = 0; r < world().size(); ++r)
            pleach::accumulate(expected, ids_of(r, step), gradients_of(r, step).view(), all_gradient);
        of_one.step(expected, all_gradient);
        of_shard.step(table.shard(), own_gradient);
    }
    of_one.catch_up(expected);
    of_shard.catch_up(table.shard());
    require_same(table, expected);
}

void a_batch_that_all_ranks_have_gives_the_steps_of_one_process_and_sends_no_gradient() {
    masked expected = one_process();
    pleach::sharded<masked> table = over_ranks();
    const ids_type ids = ids_of(0, 3);
    const pleach::matrix<float> upstream = gradients_of(0, 3);
    auto all_gradient = expected.make_gradient(), own_gradient = table.shard().make_gradient();
    pleach::optimizer of_one(expected, pleach::adam{}), of_shard(table.shard(), pleach::adam{});
    pleach::accumulate(expected, ids, upstream.view(), all_gradient);
    const std::uint64_t before = world().traffic().bytes;
    pleach::accumulate_own(table, std::span<const std::uint32_t>(ids), upstream.view(), own_gradient);
    REQUIRE(world().traffic().bytes == before);
    of_one.step(expected, all_gradient);
    of_shard.step(table.shard(), own_gradient);
    require_same(table, expected);
}

void pruning_removes_the_entries_that_one_process_removes_ties_included() {
    const auto check = [](const auto& rule) {
        masked expected = one_process();
        pleach::sharded<masked> table = over_ranks();
        for (int round = 0; round < 2; ++round) {
            REQUIRE(pleach::prune(table, rule) == pleach::prune(expected, rule));
            for (std::size_t r = 0; r < table.rows().own(); ++r)
                for (std::size_t c = 0; c < dim; ++c)
                    REQUIRE(table.shard().mask().test(r, c) == expected.mask().test(table.rows().global(r), c));
            require_same(table, expected);
        }
        REQUIRE(pleach::footprint(table).nonzero == pleach::footprint(expected).nonzero);
        REQUIRE(pleach::footprint(table).entries == rows * dim);
    };
    check(pleach::magnitude{.fraction = 0.37});
    check(pleach::magnitude{.fraction = 0.5, .row_floor = 3, .where = pleach::scope::row_groups({50, 120})});
    check(pleach::magnitude{.fraction = 0.5, .where = pleach::scope::row()});
    check(pleach::random_entries{.fraction = 0.4, .stream = stream});
    check(pleach::random_entries{.fraction = 0.4, .stream = stream, .where = pleach::scope::row()});

    // All entries tie.
    masked expected{dense(rows, dim)};
    pleach::sharded<masked> table(world(), rows, [](const pleach::row_shards& own) { return masked(dense(own.own(), dim)); });
    const pleach::magnitude rule{.fraction = 0.301};
    REQUIRE(pleach::prune(table, rule) == pleach::prune(expected, rule));
    for (std::size_t r = 0; r < table.rows().own(); ++r)
        REQUIRE(table.shard().mask().count_row(r) == expected.mask().count_row(table.rows().global(r)));
}

void bags_and_rankings_are_those_of_one_process() {
    const masked expected = one_process();
    const pleach::sharded<masked> table = over_ranks();
    const ids_type ids = ids_of(world().rank(), 2);
    const std::vector<std::size_t> offsets{0, ids.size() / 3, ids.size() / 3, ids.size()};
    const std::vector<float> weights(ids.size(), 0.3F);
    const std::span<const std::uint32_t> of_bags(ids);
    pleach::matrix<float> got(3, dim), wanted(3, dim);
    pleach::gather_sum(expected, of_bags, offsets, wanted.view());
    pleach::gather_sum(table, of_bags, offsets, got.view());
    REQUIRE(got == wanted);
    pleach::gather_mean(expected, of_bags, offsets, wanted.view());
    pleach::gather_mean(table, of_bags, offsets, got.view());
    REQUIRE(got == wanted);
    pleach::gather_weighted_sum(expected, of_bags, weights, offsets, wanted.view());
    pleach::gather_weighted_sum(table, of_bags, weights, offsets, got.view());
    REQUIRE(got == wanted);

    pleach::matrix<float> queries(4, dim);
    first.fill(queries.view(), stream.fork("queries"));
    for (float& x : queries.row(3)) x = 0;  // all scores tie
    const ids_type seen{0, 1, 2, 3, 100, 202};
    const auto excluded = [&](std::size_t q) { return std::span<const std::uint32_t>(seen).first(q == 1 ? 0 : seen.size()); };
    for (const std::size_t k : {std::size_t{1}, std::size_t{10}, rows + 5}) {
        std::vector<std::vector<pleach::scored<float>>> of_one;
        const auto keep = [&](std::size_t, auto best) { of_one.emplace_back(best.begin(), best.end()); };
        pleach::top_k(expected, queries.view(), k, keep, {.excluded = excluded});
        const auto compare = [&](std::size_t q, auto best) { REQUIRE(std::ranges::equal(best, of_one[q])); };
        pleach::top_k(table, queries.view(), k, compare, {.excluded = excluded});
    }
}

void shards_open_on_another_number_of_ranks_with_the_same_bits() {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("pleach-shards-" + std::to_string(world().size()));
    const std::filesystem::path path = folder / "table.safetensors";
    if (world().rank() == 0) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
    }
    world().barrier("test");
    masked expected = one_process();
    pleach::sharded<masked> table = over_ranks();
    pleach::save_sharded(table, path);  // replaced by the next
    pleach::prune(expected, pleach::magnitude{.fraction = 0.5});
    pleach::prune(table, pleach::magnitude{.fraction = 0.5});
    pleach::save_sharded(table, path);
    const auto files = std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    REQUIRE(static_cast<std::size_t>(files) == world().size() + 1);

    // By each rank alone, and by all but the last.
    const int group = world().rank() + 1 < world().size() ? 0 : 1;
    for (const int color : {static_cast<int>(world().rank()), group}) {
        MPI_Comm part = MPI_COMM_NULL;
        MPI_Comm_split(MPI_COMM_WORLD, color, 0, &part);
        {
            const pleach::communicator some(part);
            const auto opened = pleach::open_sharded<masked>(some, path);
            REQUIRE(opened.size() == rows);
            require_same(opened, expected);
            for (std::size_t r = 0; r < opened.rows().own(); ++r)
                REQUIRE(opened.shard().mask().count_row(r) == expected.mask().count_row(opened.rows().global(r)));
        }
        MPI_Comm_free(&part);
    }
    world().barrier("test");
    const auto missing = [&] { static_cast<void>(pleach::open_sharded<masked>(world(), folder / "none")); };
    REQUIRE(sentence_of(missing).find("none") != std::string::npos);
    world().barrier("test");
    if (world().rank() == 0) std::filesystem::remove_all(folder);
}

void fewer_rows_than_ranks() {
    const pleach::sharded<dense> table(world(), 2, dim, first, stream);
    require_same(table, dense(2, dim, first, stream));
    const ids_type ids{1, 0, 1};
    pleach::matrix<float> got(3, dim), wanted(3, dim);
    pleach::gather(dense(2, dim, first, stream), ids, wanted.view());
    pleach::gather(table, std::span<const std::uint32_t>(ids), got.view());
    REQUIRE(got == wanted);
}

void what_one_rank_refuses_all_refuse_with_the_same_sentence() {
    pleach::sharded<masked> table = over_ranks();
    const std::size_t last = world().size() - 1;
    const bool is_last = world().rank() == last;
    const std::string of_last = last == 0 ? "" : "rank " + std::to_string(last) + ": ";
    ids_type ids{1, 2};
    if (is_last) ids[1] = rows;
    pleach::matrix<float> out(2, dim), narrow(2, dim - 1);
    const std::span<const std::uint32_t> given(ids);
    const std::string range = " is not in the table, whose ids are 0 to 203 - 1";
    bool is_about_range = false;
    try {
        pleach::gather(table, given, out.view());
    } catch (const std::out_of_range&) {
        is_about_range = true;
    }
    REQUIRE(is_about_range);
    REQUIRE(sentence_of([&] { pleach::gather(table, given, out.view()); }) ==
            of_last + "pleach::gather: id 203 at position 1" + range);
    REQUIRE(sentence_of([&] { static_cast<void>(pleach::exchange(table, given)); }) ==
            of_last + "pleach::exchange: id 203 at position 1" + range);
    ids[1] = 2;
    auto gradient = table.shard().make_gradient();
    const auto wrong = is_last ? narrow.view() : out.view();
    const std::string shape = ": the rows given are 2 x 23, but 2 x 24 are needed";
    REQUIRE(sentence_of([&] { pleach::accumulate(table, given, wrong, gradient); }) == of_last + "pleach::accumulate" + shape);
    const pleach::sharded_batch batch = pleach::exchange(table, given);
    REQUIRE(sentence_of([&] { pleach::gather(table, batch, wrong); }) == of_last + "pleach::gather" + shape);
    REQUIRE(gradient.is_empty());

    REQUIRE(sentence_of([&] {
                pleach::sharded<masked>(world(), rows, [&](const pleach::row_shards& own) {
                    return masked(dense(own.own() + (is_last ? 1U : 0U), dim));
                });
            }) == of_last + "pleach::sharded: the shard has " +
                      std::to_string(pleach::row_shards(rows, last + 1, last).own() + 1) + " rows, but " +
                      std::to_string(pleach::row_shards(rows, last + 1, last).own()) + " are needed; give it own() rows");
    if (last == 0) return;
    ids[0] = is_last ? 5 : 6;
    REQUIRE(sentence_of([&] { pleach::gather_everywhere(table, given, out.view()); }) ==
            "pleach::gather_everywhere: ranks were given different ids; give all of them the same");
    REQUIRE(sentence_of([&] { pleach::row_shards(5, 2, 2); }) == "pleach::row_shards: there is no rank 2 of 2");
}

void ids_and_rows_that_repeat_in_a_batch_travel_once() {
    const pleach::sharded<masked> table = over_ranks();
    const ids_type ids{3, 3, 3, 4, 3, 5, 5, 6, 8, 3};
    const ids_type distinct{3, 4, 5, 6, 8};
    std::size_t foreign = 0, repeats = 0;
    for (const std::uint32_t id : distinct) foreign += table.rows().is_own(id) ? 0U : 1U;
    for (const std::uint32_t id : ids) repeats += table.rows().is_own(id) ? 0U : 1U;
    repeats -= foreign;
    const std::uint64_t before = world().traffic().bytes, others = world().size() - 1;
    const pleach::sharded_batch batch = pleach::exchange(table, std::span<const std::uint32_t>(ids));
    REQUIRE(world().traffic().bytes - before == 8 * others + 4 * (foreign + repeats));
    pleach::matrix<float> out(ids.size(), dim);
    // What this rank sends in a gather, others have asked for: all ranks asked for the same.
    std::size_t own = 0;
    for (const std::uint32_t id : distinct) own += table.rows().is_own(id) ? 1U : 0U;
    const std::uint64_t asked = world().traffic().bytes;
    pleach::gather(table, batch, out.view());
    REQUIRE(world().traffic().bytes - asked == others * own * dim * sizeof(float) + (others == 0 ? 0 : sizeof(std::int32_t)));
}

}  // namespace sharded_test

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    {
        const pleach::communicator all(MPI_COMM_WORLD);
        sharded_test::everyone = &all;
        sharded_test::first_rows_and_gathered_rows_are_those_of_one_process();
        sharded_test::steps_on_batches_of_all_ranks_are_those_of_one_process_on_the_whole_batch();
        sharded_test::a_batch_that_all_ranks_have_gives_the_steps_of_one_process_and_sends_no_gradient();
        sharded_test::pruning_removes_the_entries_that_one_process_removes_ties_included();
        sharded_test::bags_and_rankings_are_those_of_one_process();
        sharded_test::shards_open_on_another_number_of_ranks_with_the_same_bits();
        sharded_test::fewer_rows_than_ranks();
        sharded_test::what_one_rank_refuses_all_refuse_with_the_same_sentence();
        sharded_test::ids_and_rows_that_repeat_in_a_batch_travel_once();
    }
    MPI_Finalize();
}
