// SPDX-License-Identifier: Apache-2.0
#include "support/run/spawn.hpp"
#include "support/sweep/front.hpp"

#include "support/catch.hpp"
#include "support/options/options.hpp"
#include "support/serve/planned_files.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

#include <fstream>

namespace plan_test {

namespace {

const support::table_shape dense{1000, 64};

support::sweep_request asked(std::vector<std::string> methods, std::vector<double> budgets) {
    return {std::move(methods), std::move(budgets), {1}};
}

support::front_row a_row(const std::string& method, double budget, double recall, std::uint64_t seed = 1) {
    return {"data",
            "mf",
            "bpr",
            method,
            64,
            0,
            seed,
            budget,
            {.density = budget,
             .stored_values = 6400,
             .bytes = 25600,
             .best_epoch = 7,
             .train_seconds = 1.5,
             .cut = {0.05, 0.03},
             .valid = {},
             .test = {recall, recall / 2}}};
}

}  // namespace

TEST_CASE("A sweep plans one run for all budgets where a method can, dense first") {
    const auto cells = support::plan_sweep(asked({"pep", "narrow", "dense", "iterative"}, {0.1, 0.5}), dense);
    REQUIRE(cells.size() == 6);
    CHECK(cells[0].method == "dense");
    CHECK(cells[1].name == "pep-0.5-1");
    CHECK(cells[1].budgets == std::vector<double>{0.5});  // a search comes to one budget
    CHECK(cells[2].flags[1] == "pep");
    CHECK(cells[2].budgets == std::vector<double>{0.1});
    CHECK(cells[3].name == "narrow-0.5-1");
    CHECK(cells[3].flags == std::vector<std::string>{"--table", "dense", "--bytes", "128000"});
    CHECK(cells[5].method == "iterative");
    CHECK(cells[5].budgets == std::vector<double>{0.5, 0.1});
}

TEST_CASE("The densities of a budget fill its bytes, and rounds between cut at most three tenths") {
    const auto cells = support::plan_sweep(asked({"iterative"}, {0.5, 0.1}), dense);
    const pleach::stored_shape shape{1000, 64};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto values = static_cast<std::size_t>(cells[1].densities[i] * 64000);
        const std::size_t data = (i == 0 ? 128'000 : 25'600) - support::bytes_beside(support::table_kind::masked);
        CHECK(values == pleach::values_within(data, {&shape, 1}).nonzero);
    }
    std::string list = cells[1].flags[3];
    double now = 1;
    for (std::size_t comma = 0; comma != std::string::npos;) {
        comma = list.find(',');
        const double next = std::stod(list.substr(0, comma));
        CHECK(next >= 0.7 * now - 1e-9);
        now = next;
        if (comma != std::string::npos) list.erase(0, comma + 1);
    }
    CHECK(now == cells[1].densities[1]);
}

TEST_CASE("Narrow tables in a value code have the most columns whose files fit, and their quality is that of the files") {
    const support::table_shape large{70839, 64};
    auto cells = support::plan_sweep(
        asked({"narrow-n4", "narrow-i8", "narrow-f16", "narrow-n4b", "narrow-n3b", "narrow-n2b"}, {0.1}), large);
    // 25.6 bytes a row: 46 columns of four bits and a scale, or 48 and a scale of one byte, all 64 in fewer, 23 bytes and a scale, 12 halves.
    const std::vector<std::string> columns{"46", "23", "12", "48", "64", "64"};
    for (std::size_t i = 0; i < columns.size(); ++i) CHECK(cells[i + 1].flags[3] == columns[i]);
    CHECK(cells[1].flags[5] == "dense_rows<n4>");
    REQUIRE_THROWS_WITH_SENTENCE(support::plan_sweep(asked({"narrow-n4"}, {0.001}), large), support::usage_error,
                                 "a column of 70839 rows takes");
    support::run_summary summary;
    summary.rounds.push_back({.bytes = 1000, .cut = {}, .valid = {0.3, 0.2}, .test = {0.2, 0.1}});
    REQUIRE_THROWS_WITH_SENTENCE(support::rows_of(cells[1], summary, "summary.json"), support::input_error, "no frozen table");
    summary.frozen = {.bytes = 100, .test = {0.19, 0.09}};
    const auto rows = support::rows_of(cells[1], summary, "summary.json");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].found.bytes == 100);
    CHECK(rows[0].found.test.recall == 0.19);
    CHECK(rows[0].found.valid.recall == 0.3);
}

TEST_CASE("Tables that train in few bits, or as codewords, are measured by their files") {
    const support::table_shape large{70839, 64};
    const auto cells = support::plan_sweep(asked({"quantized-n3b", "coded"}, {0.05}), large);
    REQUIRE(cells.size() == 3);
    // 12.8 bytes a row: a scale and 29 columns of three bits.
    CHECK(cells[1].flags ==
          std::vector<std::string>{"--table", "quantized", "--dim", "29", "--freeze", "dense_rows<n3b>", "--code", "n3b"});
    CHECK(cells[2].flags == std::vector<std::string>{"--table", "coded", "--bytes", "906739", "--freeze", "auto"});
    CHECK((cells[1].is_frozen && cells[2].is_frozen));
}

TEST_CASE("Rotated tables follow a start, at the densities that fill their bytes") {
    const auto cells = support::plan_sweep(asked({"start", "rotated"}, {0.5, 0.1}), dense);
    REQUIRE(cells.size() == 4);
    CHECK(cells[1].name == "start-1");
    CHECK_FALSE(cells[1].follows_start);
    CHECK(cells[3].name == "rotated-0.1-1");
    CHECK(cells[3].follows_start);
    CHECK_FALSE(cells[3].is_frozen);
    const std::string density = cells[3].flags[5];
    CHECK(cells[3].flags == std::vector<std::string>{"--table", "masked", "--prune-schedule", "at-start", "--density", density,
                                                     "--init", "sparse-pca", "--init-density", density});
    const pleach::stored_shape shape{1000, 64};
    const std::size_t data = 25'600 - support::bytes_beside(support::table_kind::masked);
    CHECK(static_cast<std::size_t>(std::stod(density) * 64'000) == pleach::values_within(data, {&shape, 1}).nonzero);
}

TEST_CASE("A sweep refuses what it does not know and budgets that hold nothing") {
    REQUIRE_THROWS_WITH_SENTENCE(support::plan_sweep(asked({"magic"}, {0.1}), dense), support::usage_error, "--methods magic");
    REQUIRE_THROWS_WITH_SENTENCE(support::plan_sweep(asked({"pep"}, {1.5}), dense), support::usage_error, "--budgets 1.5");
    REQUIRE_THROWS_WITH_SENTENCE(support::plan_sweep(asked({"pep"}, {0.001}), dense), support::usage_error,
                                 "the smallest that does is");
}

TEST_CASE("Flags of one method go to its cells alone") {
    const std::vector<std::string> tuned{"cerp=--decay 0.1 --dim 32", "qr=--decay 0.2", "cerp=--lr 1"};
    CHECK(support::flags_of_method(tuned, "cerp") == std::vector<std::string>{"--decay", "0.1", "--dim", "32", "--lr", "1"});
    CHECK(support::flags_of_method(tuned, "pep").empty());
    REQUIRE_THROWS_WITH_SENTENCE(support::flags_of_method({"magic=--lr 1"}, "pep"), support::usage_error,
                                 "--tuned magic=--lr 1");
    REQUIRE_THROWS_WITH_SENTENCE(support::flags_of_method({"pep"}, "pep"), support::usage_error, "expected METHOD=FLAGS");
}

TEST_CASE("Rows are written and read back, and say which cells are done") {
    const tests::temporary_directory folder;
    CHECK(support::read_front(folder / "none.csv").empty());
    const std::vector<support::front_row> rows{a_row("dense", 1, 0.2), a_row("one-shot", 0.1, 0.1)};
    support::write_front(folder / "front.csv", rows);
    const auto again = support::read_front(folder / "front.csv");
    REQUIRE(again.size() == 2);
    CHECK(again[1].method == "one-shot");
    CHECK(again[1].found.test.recall == 0.1);
    CHECK(again[1].found.cut.ndcg == 0.03);
    CHECK(again[1].found.valid.recall < 0);
    support::sweep_cell cell{"one-shot-1", "one-shot", 1, {0.1}, {}, {}};
    CHECK(support::has_cell(again, cell, "data", "mf"));
    CHECK_FALSE(support::has_cell(again, cell, "data", "lightgcn"));
    cell.budgets.push_back(0.05);
    CHECK_FALSE(support::has_cell(again, cell, "data", "mf"));
}

TEST_CASE("A table of other columns, or a damaged row, is refused with its line") {
    const tests::temporary_directory folder;
    const auto path = folder / "front.csv";
    std::ofstream(path) << "a,b\n1,2\n";
    REQUIRE_THROWS_WITH_SENTENCE(support::read_front(path), support::input_error, "front.csv:1:1: found another header");
    support::write_front(path, {a_row("dense", 1, 0.2)});
    std::ofstream(path, std::ios::app) << "data,mf,bpr,pep,x\n";
    REQUIRE_THROWS_WITH_SENTENCE(support::read_front(path), support::input_error, "front.csv:3:17: found x");
    support::write_front(path, {a_row("dense", 1, 0.2)});
    std::ofstream(path, std::ios::app) << "data,mf,bpr\n";
    REQUIRE_THROWS_WITH_SENTENCE(support::read_front(path), support::input_error, "too few columns");
}

TEST_CASE("Names with commas and quotes come back from the rows of a sweep") {
    const tests::temporary_directory folder;
    for (const char* name : {"da,ta", "say \"pairs\"", "\"", " blank ", ",", ""}) {
        CAPTURE(name);
        support::front_row row = a_row("dense", 1, 0.2);
        row.dataset = name;
        support::write_front(folder / "front.csv", {row, a_row("pep", 0.1, 0.1)});
        const auto again = support::read_front(folder / "front.csv");
        REQUIRE(again.size() == 2);
        CHECK(again[0].dataset == name);
        CHECK(support::has_row(again, row));
        CHECK(again[1].method == "pep");
    }
    support::run_summary summary;
    summary.dataset = "two\nlines";
    summary.rounds.resize(1);
    support::sweep_cell cell;
    cell.budgets = {1};
    CHECK(support::rows_of(cell, summary, "summary.json").front().dataset == "two\\x0alines");
}

TEST_CASE("The front has means over seeds, and what was cut but not trained again as a method of its own") {
    const std::string table =
        support::front_markdown({a_row("one-shot", 0.1, 0.1, 1), a_row("one-shot", 0.1, 0.3, 2), a_row("dense", 1, 0.25)});
    CHECK(tests::contains(table, "| one-shot | 10 % | 25,600 | .2000 | .1000 | 2 |"));
    CHECK(tests::contains(table, "| one-shot, not trained again | 10 % | 25,600 | .0500 | .0300 | 2 |"));
    CHECK(tests::contains(table, "| dense | 100 % | 25,600 | .2500 | .1250 | 1 |"));
    CHECK(tests::contains(support::front_points({a_row("pep", 0.1, 0.1, 1), a_row("pep", 0.1, 0.3, 2)}),
                          "\"pep\"\n25600 0.2 0.1 0.3 0.1 0.05 0.15\n"));
    support::front_row small = a_row("pep", 0.1, 0.1, 1);
    small.found.bytes = 1000;
    CHECK(tests::contains(support::front_points({small, a_row("dense", 1, 0.3, 1)}),
                          "\"dense, 25,600 bytes\"\n1000 0.3 0.3 0.3 0.15 0.15 0.15\n25600 0.3 0.3 0.3 0.15 0.15 0.15\n"));
}

TEST_CASE("A summary that is none is refused") {
    const tests::temporary_directory folder;
    std::ofstream(folder / "summary.json") << "{}";
    REQUIRE_THROWS_WITH_SENTENCE(support::read_summary(folder / "summary.json"), support::input_error, "--topk 20");
}

TEST_CASE("A program's exit code is told, and that there is none") {
    CHECK(support::run_program({"sh", "-c", "exit 7"}, support::output::dropped) == 7);
    CHECK(support::run_program({"sh", "-c", "kill -9 $$"}, support::output::dropped) == 137);
    CHECK_FALSE(support::run_program({"/nowhere/to/be/found"}, support::output::dropped).has_value());
}

}  // namespace plan_test
