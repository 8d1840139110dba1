// SPDX-License-Identifier: Apache-2.0
#include "support/train/search_run.hpp"

#include "programs/train/changed_checkpoint.hpp"
#include "programs/train/short_run.hpp"
#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"

namespace search_run_test {

namespace {

using pep = support::pep_rows;
using cerp = support::cerp_rows;
using tests::never;

support::options small_options(support::table_kind table) {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    chosen.table = table;
    chosen.dim = 8;
    chosen.lr = 0.02;
    chosen.batch = 100;
    chosen.epochs = 4;
    chosen.search_epochs = 30;
    chosen.threshold_rise = 64;
    chosen.densities = {0.5, 0.2};
    chosen.quiet = true;
    if (table == support::table_kind::cerp) {
        chosen.dim = 32;  // so that a fifth of the bytes holds more than headers
        chosen.buckets = 60;
    }
    return chosen;
}

support::options resumed(support::options chosen) {
    chosen.resume = true;
    return chosen;
}

template <class Search>
struct outcome {
    std::vector<pleach::ticket_of<Search>> tickets;
    std::vector<support::item_biases> biases;  // of each
    std::string stopped;
};

template <class Search>
outcome<Search> search(const support::options& chosen, const support::interactions& data, std::size_t stop = never,
                       int threads = 2) {
    using encoder = tests::interrupting<support::factorization_encoder>;
    encoder interrupting({stop});
    tests::short_run all(chosen, data, threads);
    all.training.threshold_rate = support::threshold_rate(chosen, data.train.size());
    outcome<Search> result;
    result.stopped = tests::stopped([&] {
        support::search_run<Search, encoder> run(all.context, interrupting, support::first_table<Search>(all.context));
        for (auto& model : run.run()) {
            result.tickets.push_back(std::move(model.table));
            result.biases.push_back(std::move(model.biases));
        }
    });
    return result;
}

template <class Search>
Search first_table(const support::options& chosen, const support::interactions& data) {
    return support::table_maker<Search>::make(chosen, {data.users, data.items},
                                              pleach::random_stream(chosen.seed).fork("table"));
}

bool same_ticket(const pleach::ticket_of<pep>& a, const pleach::ticket_of<pep>& b) { return tests::same_table(a, b); }
bool same_ticket(const pleach::ticket_of<cerp>& a, const pleach::ticket_of<cerp>& b) {
    return tests::same_table(a.get<0>().table, b.get<0>().table) && tests::same_table(a.get<1>().table, b.get<1>().table);
}

template <class Search>
bool same_tickets(const outcome<Search>& a, const outcome<Search>& b) {
    bool same = a.tickets.size() == b.tickets.size() && a.biases == b.biases;
    for (std::size_t i = 0; same && i < a.tickets.size(); ++i) same = same_ticket(a.tickets[i], b.tickets[i]);
    return same;
}

}  // namespace

TEST_CASE("A search draws a ticket for each density: never more values, hardly less, and those of its first table") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    chosen.search_epochs = 100;  // steps so small that few values go in one
    const auto first = first_table<pep>(chosen, data);
    const auto found = search<pep>(chosen, data);
    REQUIRE(found.tickets.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const double allowed = chosen.densities[i] * static_cast<double>(first.size() * first.dim());
        const auto live = static_cast<double>(found.tickets[i].mask().count());
        CHECK(live <= allowed);
        CHECK(live >= 0.97 * allowed);
        for (std::uint32_t n = 0; n < first.size(); ++n)
            for (std::size_t c = 0; c < first.dim(); ++c)
                REQUIRE(found.tickets[i].row(n)[c] == (found.tickets[i].mask().test(n, c) ? first.base().row(n)[c] : 0));
    }
    // Which values stay is learned, not read off the first ones.
    CHECK_FALSE(found.tickets[1].mask() == pleach::draw_ticket(first, first, found.tickets[1].mask().count()).mask());
}

TEST_CASE("Budgets of shared rows are bytes of a file, header and all") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::cerp);
    chosen.densities = {0.4, 0.3};
    chosen.search_epochs = 100;
    const auto found = search<cerp>(chosen, data);
    const auto dense = static_cast<double>((data.users + data.items) * chosen.dim * sizeof(float));
    for (std::size_t i = 0; i < 2; ++i) {
        const auto bytes = static_cast<double>(
            support::bytes_of_files(support::freeze_table(found.tickets[i], {.kind = "smallest"}, pleach::openmp{1})));
        const double asked = chosen.densities[i] * dense;
        CHECK(bytes <= asked);
        // What headers may take, and did not; values that were trimmed at once.
        CHECK(bytes >= 0.97 * (asked - static_cast<double>(support::bytes_beside(chosen.table))));
    }
}

TEST_CASE("Tickets begin where the search began, anew, or go on") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    const auto initial = search<pep>(chosen, data);
    chosen.rewind = support::rewind_point::reinit;
    const auto anew = search<pep>(chosen, data);
    chosen.rewind = support::rewind_point::none;
    const auto going_on = search<pep>(chosen, data);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(anew.tickets[i].mask() == initial.tickets[i].mask());
        CHECK(going_on.tickets[i].mask() == initial.tickets[i].mask());
        CHECK_FALSE(tests::same_table(anew.tickets[i], initial.tickets[i]));
        CHECK_FALSE(tests::same_table(going_on.tickets[i], initial.tickets[i]));
    }
}

TEST_CASE("Biases train in a search, and go with its values: tickets that are rewound begin without") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    const auto without = search<pep>(chosen, data);
    chosen.item_biases = true;
    const support::item_biases first(data.items);
    for (const auto rewind : {support::rewind_point::initial, support::rewind_point::reinit, support::rewind_point::none}) {
        chosen.rewind = rewind;
        const auto found = search<pep>(chosen, data);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK((found.biases[i] == first) == (rewind != support::rewind_point::none));
            CHECK_FALSE(found.tickets[i].mask() == without.tickets[i].mask());
            CHECK(without.biases[i].is_empty());
        }
    }
}

TEST_CASE("A search that misses a budget by more than a tenth, either way, says so and draws no ticket") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    chosen.densities = {0.2};
    chosen.threshold_lr = 1e-6;  // no threshold gets anywhere
    REQUIRE_THROWS_WITH_SENTENCE(
        search<pep>(chosen, data), support::missed_budget,
        "a search for 336 values ended at 1,679, more than a tenth too many: use more --search-epochs");
    chosen.threshold_lr = 4;  // all values go in a step
    REQUIRE_THROWS_WITH_SENTENCE(search<pep>(chosen, data), support::missed_budget, "more than a tenth too few");
}

TEST_CASE("Thresholds are learned: they end apart, and lower where a value is of use") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    chosen.search_epochs = 60;
    chosen.densities = {0.3};
    chosen.rewind = support::rewind_point::none;
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    (void)search<pep>(chosen, data);
    pep searched = first_table<pep>(chosen, data);
    support::checkpoint_reader((folder / "run" / "search.safetensors").string()).load_table("search", searched);
    const auto slots = searched.thresholds().slots();
    struct moments {
        double n = 0, sum = 0, squares = 0;
        void add(double x) {
            n += 1;
            sum += x;
            squares += x * x;
        }
        [[nodiscard]] double mean() const { return sum / n; }
        [[nodiscard]] double deviation() const { return std::sqrt(squares / n - mean() * mean()); }
    } all, alive, dead;
    std::vector<float> row(searched.dim());
    for (std::uint32_t r = 0; r < searched.size(); ++r) {
        searched.lookup(r, row);
        for (std::size_t c = 0; c < row.size(); ++c) {
            all.add(slots.row(r)[c]);
            (row[c] != 0 ? alive : dead).add(slots.row(r)[c]);
        }
    }
    CHECK(all.deviation() > 0.1);
    CHECK(alive.mean() < dead.mean() - 0.1);
}

TEMPLATE_TEST_CASE("A search gives the same bits for any number of threads, and stopped anywhere and resumed", "", pep, cerp) {
    const auto data = tests::small_data();
    auto chosen = small_options(std::is_same_v<TestType, cerp> ? support::table_kind::cerp : support::table_kind::pep);
    chosen.search_epochs = 30;
    chosen.item_biases = true;
    chosen.rewind = support::rewind_point::none;  // so that tickets have the biases of the search
    const auto whole = search<TestType>(chosen, data);
    CHECK(same_tickets(search<TestType>(chosen, data, never, 7), whole));
    // In the first batch, within an epoch, and after the first ticket.
    for (const std::size_t batch : {std::size_t{0}, std::size_t{17}, std::size_t{60}}) {
        CAPTURE(batch);
        const tests::temporary_directory folder;
        auto stopped = chosen;
        stopped.out = (folder / "run").string();
        const auto first_part = search<TestType>(stopped, data, batch);
        REQUIRE(tests::contains(first_part.stopped, "--resume continues"));
        stopped.resume = true;
        CHECK(same_tickets(search<TestType>(stopped, data), whole));
        // Once it is over, it is not run again.
        CHECK(same_tickets(search<TestType>(stopped, data, 0), whole));
    }
}

TEST_CASE("A budget that holds no value names the smallest that does") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::cerp);
    chosen.densities = {0.01};
    REQUIRE_THROWS_WITH_SENTENCE(search<cerp>(chosen, data), support::usage_error, "holds no value: the smallest that does is");
}

TEST_CASE("A search and its tickets are one run") {
    auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::pep);
    const auto tickets = search<pep>(chosen, data);
    support::factorization_encoder encoder;
    const tests::short_run all(chosen, data);
    support::training_run<pleach::ticket_of<pep>, support::factorization_encoder> run(
        all.context, encoder, tickets.tickets.front(), {tickets.tickets.begin(), tickets.tickets.end()});
    const support::training_state state = run.run();
    REQUIRE(state.results.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(state.results[i].density == chosen.densities[i]);
        CHECK(state.results[i].stored_values == tickets.tickets[i].mask().count());
        CHECK(state.results[i].epochs_run == chosen.epochs);
    }
    CHECK(run.table().mask() == tickets.tickets[1].mask());
}

TEST_CASE("A search's checkpoint with one value that no search writes is refused by the name of the array") {
    const auto data = tests::small_data();
    auto chosen = small_options(support::table_kind::pep);
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    REQUIRE(tests::contains(search<pep>(chosen, data, 60).stopped, "--resume continues"));
    chosen.resume = true;
    const std::vector<std::string> accepted =
        tests::accepted_changes(folder / "run/search.safetensors", [&] { static_cast<void>(search<pep>(chosen, data)); });
    CAPTURE(accepted);
    CHECK(accepted.empty());
    CHECK(search<pep>(chosen, data).tickets.size() == 2);
}

TEST_CASE("A run that was killed between its search and the first checkpoint of its tickets tells of everything once") {
    const auto data = tests::small_data(0.1);
    const auto chosen = small_options(support::table_kind::pep);
    const auto run = [&](support::options now, const tests::temporary_directory& folder, std::size_t stop) {
        using encoder = tests::interrupting<support::factorization_encoder>;
        now.out = (folder / "run").string();
        const auto found = search<pep>(now, data);
        encoder interrupting({stop});
        now.resume = true;  // the run of the search
        const tests::short_run all(now, data);
        return tests::stopped([&] {
            support::training_run<pleach::ticket_of<pep>, encoder>(all.context, interrupting, found.tickets.front(),
                                                                   {found.tickets.begin(), found.tickets.end()})
                .run();
        });
    };
    const tests::temporary_directory whole, killed;
    REQUIRE(run(chosen, whole, never).empty());
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    REQUIRE(tests::contains(run(chosen, killed, 6 * batches), "--resume continues"));  // in the second ticket
    std::filesystem::remove(killed / "run/checkpoint.safetensors");
    REQUIRE(run(resumed(chosen), killed, never).empty());
    CHECK(tests::metrics_of(killed / "run") == tests::metrics_of(whole / "run"));
    CHECK(tests::metrics_of(killed / "run").size() >= 2 * chosen.epochs);
}

}  // namespace search_run_test
