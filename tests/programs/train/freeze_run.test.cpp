// SPDX-License-Identifier: Apache-2.0

#include "programs/train/frozen_run.hpp"
#include "support/catch.hpp"
#include "support/data/id_table.hpp"
#include "support/model/metrics.hpp"
#include "support/program/main.hpp"
#include "support/run/summary.hpp"
#include "support/serve/planned_files.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/served_table.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"
#include "support/train/trainers.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace freeze_run_test {

using tests::small_dataset;
using tests::summary_of;
using tests::train;

TEST_CASE("Frozen floats rank exactly as the trained rows do") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_mf");
    chosen.table = support::table_kind::masked;
    chosen.prune_rounds = 1;
    chosen.prune_rate = 0.8;
    chosen.freeze = "auto";
    const auto summary = summary_of(chosen, folder.path() / "mf");
    const auto& frozen = summary["frozen"]["users.frozen and items.frozen"];
    REQUIRE(frozen["test"] == summary["test"]);
    std::uintmax_t bytes = 0;
    for (const char* name : {"users.frozen", "items.frozen"}) bytes += std::filesystem::file_size(folder.path() / "mf" / name);
    REQUIRE(tests::size_with_ids(frozen) == bytes);
    const auto users = support::open_served({folder.path() / "mf" / "users.frozen", {}});
    REQUIRE(users.size() == summary["users"]);
    // Whose rows they are is in the files themselves.
    const auto names = support::id_table::read(folder.path() / "mf" / "users.tsv");
    for (const std::size_t row : {0UL, 7UL, users.size() - 1}) REQUIRE(users.ids().find(names.name(row), "users") == row);
    const auto items = support::open_served({folder.path() / "mf" / "items.frozen", {}}).ids();
    REQUIRE(items.groups() == std::vector<pleach::frozen::id_group>{{"items", summary["items"].get<std::size_t>()}});

    chosen.resume = true;
    chosen.freeze_without_ids = true;
    const auto without = summary_of(chosen, folder.path() / "mf")["frozen"]["users.frozen and items.frozen"];
    REQUIRE((without["bytes"] == frozen["bytes"] && without["id_bytes"] == 0));
    REQUIRE(std::filesystem::file_size(folder.path() / "mf" / "users.frozen") +
                std::filesystem::file_size(folder.path() / "mf" / "items.frozen") ==
            frozen["bytes"]);
    REQUIRE(support::open_served({folder.path() / "mf" / "users.frozen", {}}).ids().is_empty());
}

TEST_CASE("Tables whose rows are shared are frozen part by part, in fewer bytes than their rows, and rank exactly as before") {
    const tests::temporary_directory folder;
    for (const auto table : {support::table_kind::hash, support::table_kind::double_hash, support::table_kind::qr,
                             support::table_kind::cerp, support::table_kind::legcf, support::table_kind::c2f}) {
        const std::string name = support::name_of(table);
        CAPTURE(name);
        support::options chosen = support::default_options("train_mf");
        chosen.table = table;
        chosen.dataset = small_dataset(folder / "data");
        chosen.dim = 8;
        chosen.buckets = 20;
        chosen.codes = 15;
        chosen.fine_codes = 5;
        chosen.search_epochs = 30;
        chosen.threshold_rise = 64;
        chosen.batch = 100;
        chosen.reassign_epochs = chosen.fine_epochs = 2;
        chosen.freeze = "auto";
        const auto out = folder.path() / name;
        const auto summary = summary_of(chosen, out);
        const auto& frozen = summary["frozen"]["table.frozen"];
        REQUIRE(frozen["test"] == summary["test"]);
        REQUIRE(tests::size_with_ids(frozen) == std::filesystem::file_size(out / "table.frozen"));
        const std::size_t entities = summary["users"].get<std::size_t>() + summary["items"].get<std::size_t>();
        REQUIRE(frozen["bytes"].get<std::size_t>() < entities * 8 * sizeof(float));
        REQUIRE(support::read_summary(out / "summary.json").frozen->bytes == frozen["bytes"]);
        REQUIRE(!std::filesystem::exists(out / "users.frozen"));
        const auto served = support::open_served({out / "table.frozen", {}});
        REQUIRE((served.size() == entities && served.dim() == 8));
        const std::size_t items = served.ids().groups().back().rows;
        REQUIRE(served.ids().find(support::id_table::read(out / "items.tsv").name(3), "items") == entities - items + 3);
    }
}

TEST_CASE("The files of any table take no more than --bytes, header and all, and bytes are those of the smallest file") {
    const tests::temporary_directory folder;
    for (const auto table :
         {support::table_kind::dense, support::table_kind::masked, support::table_kind::pep, support::table_kind::cerp,
          support::table_kind::qr, support::table_kind::hash, support::table_kind::double_hash, support::table_kind::legcf,
          support::table_kind::c2f, support::table_kind::automatic}) {
        const std::string name = support::name_of(table);
        CAPTURE(name);
        support::options chosen = support::default_options("train_mf");
        chosen.table = table;
        chosen.dataset = small_dataset(folder / "data");
        chosen.bytes = 20'000;
        chosen.fine_codes = 10;
        chosen.search_epochs = 30;
        chosen.threshold_rise = 64;
        chosen.batch = 100;
        chosen.lr = 0.02;
        chosen.freeze = "auto";
        const auto out = folder.path() / name;
        const auto summary = summary_of(chosen, out);
        CHECK(summary["bytes"] <= chosen.bytes);
        const bool is_one = std::filesystem::exists(out / "table.frozen");
        CHECK(is_one == (support::is_shared(table) || support::uses_codes(table)));
        const auto& frozen = summary["frozen"].front();
        CHECK(frozen["test"] == summary["test"]);
        CHECK(frozen["bytes"] <= chosen.bytes);
        std::uintmax_t files = 0;
        for (const char* file : {"table.frozen", "users.frozen", "items.frozen"})
            if (std::filesystem::exists(out / file)) files += std::filesystem::file_size(out / file);
        CHECK(tests::size_with_ids(frozen) == files);
        CHECK(files <= chosen.bytes);

        chosen.resume = true;
        chosen.freeze = "smallest";
        const auto smallest = summary_of(chosen, out);
        // Formats are chosen by their data: a few bytes less of it may end within cache lines, which headers then fill.
        const std::size_t gaps = table == support::table_kind::c2f ? 128 : 0;
        CHECK(smallest["frozen"].front()["bytes"] <= frozen["bytes"].get<std::size_t>() + gaps);
        CHECK(smallest["test"] == summary["test"]);
        CHECK(smallest["bytes"] == summary["bytes"]);
        if (is_one)
            CHECK(smallest["bytes"].get<std::size_t>() + smallest["frozen"].front()["id_bytes"].get<std::size_t>() ==
                  std::filesystem::file_size(out / "table.frozen"));
        // Headers and gaps at most, and less than the one value that would not fit.
        if (table == support::table_kind::masked || table == support::table_kind::pep)
            CHECK(smallest["frozen"].front()["bytes"].get<std::size_t>() + support::bytes_beside(table) > chosen.bytes);
    }
}

TEST_CASE("Rows that train in few bits are frozen as they were trained against, and fit in --bytes") {
    const tests::temporary_directory folder;
    for (const auto code : {support::few_bits::n4, support::few_bits::n4b, support::few_bits::n3b, support::few_bits::n2b,
                            support::few_bits::n1b}) {
        const std::string name = support::name_of(code);
        CAPTURE(name);
        support::options chosen = support::default_options("train_mf");
        chosen.table = support::table_kind::quantized;
        chosen.code = code;
        chosen.dataset = small_dataset(folder / "data");
        chosen.dim = 64;
        chosen.bytes = 5'000;
        chosen.freeze = "auto";
        const auto summary = summary_of(chosen, folder.path() / name);
        const auto& frozen = summary["frozen"]["users.frozen and items.frozen"];
        CHECK(frozen["test"] == summary["test"]);
        CHECK(frozen["bytes"] <= chosen.bytes);
        CHECK(frozen["kind"] == "dense_rows<" + name + ">");
        CHECK(summary["bytes"] <= chosen.bytes);
    }
    support::options chosen = support::default_options("train_lightgcn");
    chosen.dataset = small_dataset(folder / "data");
    chosen.table = support::table_kind::quantized;
    chosen.freeze = "auto";
    const auto summary = summary_of(chosen, folder.path() / "gcn");
    CHECK(summary["frozen"]["table.frozen and its graph"]["test"] == summary["test"]);
}

TEST_CASE("A format that takes more than --bytes is refused, and the run can be frozen in another") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = small_dataset(folder / "data");
    chosen.table = support::table_kind::masked;
    chosen.bytes = 20'000;
    chosen.freeze = "dense_rows<f32>";
    const std::string sentence = tests::sentence_of<support::usage_error>([&] { train(chosen, folder / "run"); });
    CAPTURE(sentence);
    CHECK(tests::contains(sentence, "--freeze dense_rows<f32> would take "));
    CHECK(tests::contains(sentence, "more than --bytes 20,000: --resume with --freeze auto, or with a format of fewer bytes"));
    CHECK(!std::filesystem::exists(folder / "run" / "users.frozen"));
    chosen.freeze = "auto";
    chosen.resume = true;
    CHECK(summary_of(chosen, folder / "run")["frozen"].front()["bytes"] <= 20'000);
}

TEST_CASE("LightGCN leaves both: rows to be propagated, with the graph's bytes, and propagated rows") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.freeze = "dense_rows<f32>";
    chosen.freeze_density = 0.5;
    const auto summary = summary_of(chosen, folder.path() / "gcn");
    const auto& propagated = summary["frozen"]["users.frozen and items.frozen"];
    const auto& rows = summary["frozen"]["table.frozen and its graph"];
    REQUIRE(rows["test"] == summary["test"]);
    REQUIRE(propagated["test"] != summary["test"]);
    REQUIRE(tests::size_with_ids(rows) >
            std::filesystem::file_size(folder.path() / "gcn" / "table.frozen") + 4 * summary["train_pairs"].get<std::size_t>());
}

TEST_CASE("A frozen table that is propagated when it is loaded has the rows that were scored, bit for bit") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.freeze = "dense_rows<f32>";
    chosen.valid = 0.2;
    const auto run = folder.path() / "gcn";
    const auto summary = summary_of(chosen, run);
    REQUIRE(support::layers_of_run(run) == 3);
    REQUIRE(support::needs_of_file(run / "table.frozen").layers == 3);
    REQUIRE(support::needs_of_file(run / "items.frozen").layers == 0);
    const support::interactions data = support::data_of_run(run, "");
    REQUIRE(data.train.size() == summary["train_pairs"]);
    const auto table = support::open_served({run / "table.frozen", {}});
    const auto rows = support::propagate_rows(table, data, 3, pleach::openmp{2});
    std::size_t first = 0;
    for (const char* name : {"users.frozen", "items.frozen"}) {
        const auto scored = support::open_served({run / name, {}});
        std::vector<float> row(8);
        for (std::uint32_t id = 0; id < scored.size(); ++id) {
            scored.lookup(id, row);
            REQUIRE(std::ranges::equal(row, rows.row(first + id)));
        }
        first += scored.size();
    }
    REQUIRE(first == rows.rows());
    const auto users = support::open_served({run / "users.frozen", {}});
    REQUIRE_THROWS_WITH_SENTENCE(support::propagate_rows(users, data, 3, pleach::openmp{1}), std::invalid_argument,
                                 "of the same run");
    std::ofstream(run / "summary.json") << "{}";
    REQUIRE_THROWS_WITH_SENTENCE(support::layers_of_run(run), support::input_error, "no number of layers");
}

TEST_CASE(
    "LightGCN leaves some rows alone, solved for, which propagate to nearly what all do, and a finished run can be frozen "
    "again") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.freeze = "dense_rows<f32>";
    chosen.valid = 0.2;
    const auto run = folder.path() / "gcn";
    const auto summary = summary_of(chosen, run);
    const support::interactions data = support::data_of_run(run, "");
    const std::size_t entities = data.users + data.items;
    const auto propagated = [&](const auto& table) { return support::propagate_rows(table, data, 3, pleach::openmp{2}); };
    pleach::dense_table<float> trained(entities, 8);
    const auto all = support::open_served({run / "table.frozen", {}});
    for (std::uint32_t id = 0; id < entities; ++id) all.lookup(id, trained.row(id));
    const auto wanted = propagated(trained);
    // || P X - P T ||^2 / || P T ||^2
    const auto error_of = [&](const auto& table) {
        const auto rows = propagated(table);
        double off = 0, whole = 0;
        for (std::size_t r = 0; r < entities; ++r)
            for (std::size_t c = 0; c < 8; ++c) {
                off += std::pow(double{rows.row(r)[c]} - double{wanted.row(r)[c]}, 2);
                whole += std::pow(double{wanted.row(r)[c]}, 2);
            }
        return off / whole;
    };

    chosen.resume = true;
    chosen.freeze_users = 0;
    const auto again = summary_of(chosen, run);
    REQUIRE(again["test"] == summary["test"]);
    REQUIRE(again["epochs_run"] == summary["epochs_run"]);
    const auto& frozen = again["frozen"]["table.frozen and its graph"];
    REQUIRE(frozen["kept_rows"] == data.items);
    REQUIRE(frozen["valid"].contains("recall@20"));
    const auto table = support::open_served({run / "table.frozen", {}});
    REQUIRE((table.kind() == "kept" && table.size() == entities));
    std::vector<float> row(8);
    table.lookup(0, row);
    REQUIRE(row == std::vector<float>(8, 0));
    const double error = error_of(table);
    REQUIRE(frozen["solve_error"].get<double>() == tests::approx(error).epsilon(1e-6));
    for (std::uint32_t id = 0; id < data.users; ++id) std::ranges::fill(trained.row(id), 0.0F);
    REQUIRE(error < error_of(trained));  // of the same rows as they were trained

    chosen.freeze = "dense_rows<n4>";
    chosen.freeze_items = 0.5;
    const auto smaller = summary_of(chosen, run)["frozen"]["table.frozen and its graph"];
    REQUIRE(smaller["kept_rows"] == data.items / 2);
    REQUIRE(tests::size_with_ids(smaller) - smaller["graph_bytes"].get<std::size_t>() ==
            std::filesystem::file_size(run / "table.frozen"));
    REQUIRE(smaller["bytes"] < frozen["bytes"]);
    chosen.freeze_items = 1e-9;
    REQUIRE_THROWS_WITH_SENTENCE(train(chosen, run), support::usage_error,
                                 "--freeze-rows keeps no row: give a larger fraction");
}

TEST_CASE(
    "LightGCN leaves codewords that are fitted to what they propagate to, for some rows or for all, and they are served") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.dataset = small_dataset(folder / "data");
    chosen.dim = 8;
    chosen.threads = 1;
    chosen.valid = 0.2;
    chosen.freeze = "dense_rows<f32>";
    const auto run = folder.path() / "gcn";
    REQUIRE(train(chosen, run) == support::exit_good);
    chosen.resume = true;
    const support::interactions data = support::data_of_run(run, "");
    const std::size_t entities = data.users + data.items;
    const auto frozen = [&] { return summary_of(chosen, run)["frozen"]["table.frozen and its graph"]; };
    for (const auto& [format, kind] :
         {std::pair("coded<sum,3x4>", "coded<sum>"), std::pair("coded<concat,3x4>", "coded<concat>")}) {
        CAPTURE(format);
        chosen.freeze = format;
        for (const double of_users : {0.0, 1.0}) {
            CAPTURE(of_users);
            chosen.freeze_users = of_users;
            chosen.freeze_sweeps = 0;
            const auto fitted = frozen();
            chosen.freeze_sweeps = 3;
            const auto solved = frozen();
            REQUIRE(solved["file_error"].get<double>() < fitted["file_error"].get<double>());
            REQUIRE(solved["bytes"] == fitted["bytes"]);
            REQUIRE(solved["kept_rows"] == (of_users == 0 ? data.items : entities));
            REQUIRE(solved["valid"].contains("recall@20"));
            REQUIRE(tests::size_with_ids(solved) - solved["graph_bytes"].get<std::size_t>() ==
                    std::filesystem::file_size(run / "table.frozen"));
            const auto table = support::open_served({run / "table.frozen", {}});
            REQUIRE(table.kind() == (of_users == 0 ? "kept" : kind));
            REQUIRE(solved["kind"] == (of_users == 0 ? "kept " : "") + std::string(format));
            // The rows of the file, propagated, are those that were measured.
            auto rows = support::propagate_rows(table, data, 3, pleach::openmp{2});
            const auto measured = support::evaluate(rows.view(), data.valid, data.train, {20}, pleach::openmp{2}).at.front();
            REQUIRE(solved["valid"]["recall@20"].get<double>() == tests::approx(measured.recall).epsilon(1e-6));
            std::ifstream first_file(run / "table.frozen", std::ios::binary);
            const std::string first((std::istreambuf_iterator<char>(first_file)), {});
            frozen();
            std::ifstream again_file(run / "table.frozen", std::ios::binary);
            REQUIRE(std::string((std::istreambuf_iterator<char>(again_file)), {}) == first);
        }
        REQUIRE(support::open_served({run / "items.frozen", {}}).kind() == kind);
    }
    chosen.freeze = "coded<sum,2x12>";
    REQUIRE_THROWS_WITH_SENTENCE(train(chosen, run), std::invalid_argument, "codewords; take fewer bits");
}

TEST_CASE("Codewords can stand for the trained rows of matrix factorization, and for the parts of shared rows") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = small_dataset(folder / "data");
    chosen.dim = 8;
    chosen.threads = 1;
    chosen.freeze = "coded<4x4>";
    const auto rows = summary_of(chosen, folder / "mf")["frozen"]["users.frozen and items.frozen"];
    REQUIRE(rows["kind"] == "coded<sum>");
    REQUIRE(tests::size_with_ids(rows) == std::filesystem::file_size(folder / "mf" / "users.frozen") +
                                              std::filesystem::file_size(folder / "mf" / "items.frozen"));
    chosen.table = support::table_kind::hash;
    chosen.buckets = 50;
    REQUIRE(summary_of(chosen, folder / "hash")["frozen"].contains("table.frozen"));
    chosen.program = "train_lightgcn";
    chosen.layers = 2;
    REQUIRE(summary_of(chosen, folder / "graph")["frozen"].contains("table.frozen and its graph"));
}

TEST_CASE("Freezing needs a directory and a format that there is") {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    chosen.freeze = "auto";
    REQUIRE_THROWS_WITH_SENTENCE(support::train_mf(chosen), support::usage_error, "give --out DIR");
    chosen.out = "nowhere";
    chosen.freeze = "dense";
    REQUIRE_THROWS_WITH_SENTENCE(support::train_mf(chosen), support::usage_error, "there is no format dense; there are");
    chosen.freeze = "coded<sum,6>";
    REQUIRE_THROWS_WITH_SENTENCE(support::train_mf(chosen), support::usage_error,
                                 "--freeze coded<sum,6>: codewords are written as coded<sum,6x8>");
    REQUIRE(!std::filesystem::exists("nowhere"));
}

}  // namespace freeze_run_test
