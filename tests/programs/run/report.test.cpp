// SPDX-License-Identifier: Apache-2.0
#include "support/run/report.hpp"

#include "programs/data/reading.hpp"
#include "support/captured_errors.hpp"

namespace report_test {

TEST_CASE("The report of a run shows paths, names and notes without control characters") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "somewhere";
    chosen.out = (folder / "a\x1b[2J").string();
    chosen.notes = {"settings from \x1b]0;title\x07"};
    support::interactions data = tests::read_file("p.csv", "anna,a\nbert,c\n");
    data.name = "pairs\r\x1b[2K";
    support::training_state state;
    state.results.resize(1);
    const std::string printed = tests::printed_errors([&] {
        const support::run_directory directory(chosen, data);
        const support::run_report report(chosen, data, directory);
        report.start();
        report.finish(state, 1);
    });
    CAPTURE(printed);
    CHECK(printed.find('\x1b') == std::string::npos);
    CHECK(printed.find('\r') == std::string::npos);
    CHECK(tests::contains(printed, "pairs\\x0d\\x1b[2K: 2 users"));
    CHECK(tests::contains(printed, "note: settings from \\x1b]0;title\\x07\n"));
    CHECK(tests::contains(printed, "/a\\x1b[2J"));
}

TEST_CASE("A run whose last epoch was its best is told that longer training may help") {
    const support::options chosen = support::default_options("train_mf");
    const support::interactions data = tests::read_file("p.csv", "anna,a\nbert,c\n");
    const support::run_directory nowhere(chosen, data);
    const support::run_report report(chosen, data, nowhere);
    support::training_state state;
    state.results.resize(1);
    support::round_result& result = state.results.front();
    const auto is_told = [&] {
        return tests::contains(tests::printed_errors([&] { report.finish(state, 1); }), "training for longer may help");
    };
    result.epochs_run = result.best_epoch = 7;
    CHECK_FALSE(is_told());  // nothing was validated
    result.valid.k = 20;
    CHECK(is_told());
    result.best_epoch = 6;
    CHECK_FALSE(is_told());
}

TEST_CASE("A loss that has become ten times as large is told") {
    const support::options chosen = support::default_options("train_mf");
    const support::interactions data = tests::read_file("p.csv", "anna,a\nbert,c\n");
    const support::run_directory nowhere(chosen, data);
    support::training_state state;
    state.results.resize(1);
    const auto told = [&](std::initializer_list<double> losses) {
        return tests::printed_errors([&] {
            support::run_report report(chosen, data, nowhere);
            for (const double loss : losses) report.epoch(state.at, loss, nullptr);
            report.finish(state, 1);
        });
    };
    CHECK(tests::contains(told({0.5, 0.4, 2e6}), "note: the loss rose from 0.5 to 2e+06: a smaller --lr usually helps\n"));
    CHECK_FALSE(tests::contains(told({0.5, 3, 0.4}), "the loss rose"));
    CHECK_FALSE(tests::contains(told({}), "the loss rose"));
}

}  // namespace report_test
