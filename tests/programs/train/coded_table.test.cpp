// SPDX-License-Identifier: Apache-2.0
#include "support/train/coded_table.hpp"

#include "programs/train/frozen_run.hpp"
#include "programs/train/short_run.hpp"
#include "support/catch.hpp"
#include "support/run/summary.hpp"
#include "support/serve/served_table.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"
#include "support/train/trainers.hpp"
#include "support/train/training_run.hpp"

#include <pleach/table/batch.hpp>
#include <pleach/testing/conformance.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

namespace coded_table_test {

namespace {

const pleach::openmp alone{1};

support::options coding(support::codewords_per_row users, support::codewords_per_row items) {
    support::options chosen = support::default_options("train_mf");
    chosen.table = support::table_kind::coded;
    chosen.user_codewords = users;
    chosen.item_codewords = items;
    return chosen;
}

nlohmann::json summary_of(const support::options& chosen) {
    REQUIRE(support::train_mf(chosen) == 0);
    std::ifstream file(std::filesystem::path(chosen.out) / "summary.json");
    return nlohmann::json::parse(file);
}

}  // namespace

TEST_CASE("Users and items side by side are a table that conforms") {
    const auto report =
        pleach::testing::check(support::two_sides(tests::normal_table<double>(5, 4), tests::normal_table<double>(9, 4, 2)));
    CAPTURE(report.text());
    REQUIRE(report.passed());
    REQUIRE_THROWS_WITH_SENTENCE(support::two_sides(tests::normal_table<double>(5, 4), tests::normal_table<double>(9, 3)),
                                 std::invalid_argument, "rows of users have 4 columns, those of items 3");
}

TEST_CASE("Each side is coded by its own books, closer to the rows the more codewords there are, and always alike") {
    const auto rows = tests::normal_table<float>(300, 6);
    const auto fitted = [&](support::codewords_per_row users, support::codewords_per_row items) {
        return support::fit_coded_table(coding(users, items), rows.rows(), 120, alone);
    };
    const auto error = [&](const support::coded_sides& table, std::size_t first, std::size_t last) {
        std::vector<float> row(6);
        float squares = 0;
        for (std::size_t x = first; x < last; ++x) {
            const auto id = static_cast<std::uint32_t>(x);
            table.lookup(id, row);
            for (std::size_t c = 0; c < 6; ++c) squares += (row[c] - rows.row(id)[c]) * (row[c] - rows.row(id)[c]);
        }
        return squares;
    };
    const auto few = fitted({2, 4}, {2, 4}), more = fitted({2, 4}, {4, 5});
    REQUIRE(few.size() == 300);
    REQUIRE(more.users().codes().terms() == 2);
    REQUIRE(more.items().base().size() == 4 * 32);
    REQUIRE(error(more, 0, 120) == error(few, 0, 120));
    REQUIRE(error(more, 120, 300) < error(few, 120, 300) / 2);
    REQUIRE(error(fitted({2, 4}, {4, 5}), 0, 300) == error(more, 0, 300));
    REQUIRE_THROWS_WITH_SENTENCE(fitted({2, 7}, {2, 4}), support::usage_error,
                                 "books of 128 codewords for 120 users; give codes of fewer bits, such as 2x4");
}

TEST_CASE("Bytes become codewords per user and per item, whose files fit, items first") {
    support::interactions data;
    data.users = 3000;
    data.items = 4000;
    const auto within = [&](std::uint64_t bytes) {
        support::options chosen = coding({}, {});
        chosen.dim = 16;
        chosen.bytes = bytes;
        return support::within_codewords(chosen, data);
    };
    const auto terms = [&](std::uint64_t bytes) {
        const auto chosen = within(bytes);
        return std::pair(chosen.user_codewords.terms, chosen.item_codewords.terms);
    };
    // One codeword more takes a byte per row, and 256 codewords of 18 bytes: 8,608 bytes for items, 7,608 for users.
    using both = std::pair<std::size_t, std::size_t>;
    CHECK(terms(55'000) == both(3, 3));
    CHECK(terms(60'000) == both(4, 3));
    CHECK(terms(64'000) == both(3, 4));
    CHECK(terms(70'000) == both(4, 4));
    CHECK(within(64'000).notes.back().starts_with("--table coded: 3 codewords per user and 4 per item, "));
    REQUIRE_THROWS_WITH_SENTENCE(within(10'000), support::usage_error, "10,000 bytes are too few for one codeword per row");
}

TEST_CASE("Codewords of a finished run train on, and their files are as large as planned and rank as they did") {
    const tests::temporary_directory folder;
    support::options dense = support::default_options("train_mf");
    dense.dataset = "generated";
    dense.dim = 8;
    dense.epochs = 3;
    dense.threads = 2;
    dense.quiet = true;
    dense.out = (folder.path() / "dense").native();
    const auto of_dense = summary_of(dense);

    support::options chosen = dense;
    chosen.table = support::table_kind::coded;
    chosen.init = support::row_start::rows;
    chosen.init_rows = (folder.path() / "dense" / "checkpoint.safetensors").native();
    chosen.init_array = "best.weights";
    chosen.user_codewords = {3, 5};
    chosen.item_codewords = {4, 5};
    chosen.freeze = "auto";
    chosen.out = (folder.path() / "coded").native();
    const auto trained = summary_of(chosen);
    const auto& frozen = trained["frozen"]["users.frozen and items.frozen"];
    std::uintmax_t bytes = 0;
    for (const char* name : {"users.frozen", "items.frozen"}) {
        const auto path = folder.path() / "coded" / name;
        bytes += std::filesystem::file_size(path);
        CHECK(support::open_served({path, {}}).kind() == "coded<sum>");
    }
    CHECK(tests::size_with_ids(frozen) == bytes);
    CHECK(trained["bytes"] == frozen["bytes"]);
    CHECK(frozen["test"]["recall@20"].get<double>() == tests::approx(trained["test"]["recall@20"].get<double>()).margin(0.02));

    // Stopped and continued, the codes are the same.
    chosen.resume = true;
    CHECK(summary_of(chosen)["test"] == trained["test"]);

    chosen.resume = false;
    chosen.user_codewords = chosen.item_codewords = {};
    chosen.bytes = 40'000;
    chosen.out = (folder.path() / "within").native();
    const auto within = summary_of(chosen);
    CHECK(within["bytes"] <= 40'000);
    CHECK(within["bytes"] > 30'000);
    CHECK(of_dense["bytes"] > 40'000);
}

TEST_CASE("Codes that are refreshed follow the rows that train along, and go on from any batch as if nobody had stopped") {
    const tests::temporary_directory folder;
    support::options chosen = coding({1, 4}, {2, 4});
    chosen.dataset = "generated";
    chosen.dim = 8;
    chosen.init = support::row_start::svd;
    chosen.refresh_codes = 1;
    chosen.lr = 0.02;
    chosen.batch = 64;
    chosen.epochs = 3;
    chosen.eval_every = 3;
    chosen.threads = 2;
    chosen.quiet = true;
    const support::interactions data = tests::small_data();
    using sides = support::refreshed_sides;
    const auto run = [&](tests::interruption when) {
        using encoder = tests::interrupting<support::factorization_encoder>;
        encoder interrupting(when);
        const tests::short_run all(chosen, data);
        support::training_run<sides, encoder> training(all.context, interrupting,
                                                       {support::first_table<sides>(all.context), {}});
        static_cast<void>(tests::stopped([&] { training.run(); }));
        return support::stored_part(training.table());
    };
    const auto same = [](const support::coded_sides& a, const support::coded_sides& b) {
        return std::ranges::equal(a.items().codes().bytes(), b.items().codes().bytes()) &&
               std::ranges::equal(a.items().base().rows().row(3), b.items().base().rows().row(3)) &&
               std::ranges::equal(a.users().codes().bytes(), b.users().codes().bytes());
    };
    const auto whole = run({});
    chosen.refresh_codes = 0;
    const tests::short_run unrefreshed(chosen, data);
    const auto first = support::first_table<support::coded_sides>(unrefreshed.context);
    CHECK(!std::ranges::equal(whole.items().codes().bytes(), first.items().codes().bytes()));
    chosen.refresh_codes = 1;
    chosen.out = (folder.path() / "run").native();
    const std::size_t batches = (data.train.size() + chosen.batch - 1) / chosen.batch;
    for (const std::size_t stop : {batches, 2 * batches + 1}) {  // before a refreshed epoch, and within one
        chosen.resume = false;
        chosen.force = true;
        static_cast<void>(run({stop}));
        chosen.resume = true;
        chosen.force = false;
        CHECK(same(run({}), whole));
    }
}

}  // namespace coded_table_test
