// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/options/options.hpp"
#include "support/run/interrupt.hpp"
#include "support/temporary_directory.hpp"
#include "support/train/trainers.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <vector>

namespace train_ctr_test {

namespace {

/// Two fields of six values, of whose pairs half are clicked, and nothing else can be learned from either alone.
std::string examples_of_pairs() {
    std::string text = "click,a,b,noise\n";
    for (int i = 0; i < 720; ++i) {
        const int a = i % 6, b = i / 6 % 6;
        text += std::to_string((a + b) % 2) + ",a" + std::to_string(a) + ",b" + std::to_string(b) + "," +
                std::to_string(i * 7 % 11) + "\n";
    }
    return text;
}

support::options options_for(const tests::temporary_directory& folder, std::vector<const char*> words) {
    const std::string data = (folder / "pairs.csv").string();
    words.insert(words.begin(), {"train_ctr", "--dataset", data.c_str(), "--tasks", "click", "--numeric", "noise", "--quiet",
                                 "--lr", "0.02", "--batch", "64", "--dim", "4", "--threads", "1"});
    return support::parse_options("train_ctr", static_cast<int>(words.size()), words.data());
}

nlohmann::json summary_of(const tests::temporary_directory& folder, const std::string& run) {
    return nlohmann::json::parse(folder.read(run + "/summary.json"));
}

}  // namespace

TEST_CASE("Each model learns which pairs are clicked, over a dense table and over a pruned one that is frozen") {
    const tests::temporary_directory folder;
    folder.write("pairs.csv", examples_of_pairs());
    const char* const model = GENERATE("fm", "deepfm", "dlrm");
    support::options chosen =
        options_for(folder, {"--model", model, "--epochs", "15", "--table", "masked", "--density", "0.7", "--freeze", "auto"});
    chosen.out = (folder / "run").string();
    REQUIRE(support::train_ctr(chosen) == 0);
    const nlohmann::json summary = summary_of(folder, "run");
    CAPTURE(model, summary.dump());
    CHECK(summary["rounds"]["0"]["test"]["auc@click"] > 0.95);
    CHECK(summary["rounds"]["1"]["test"]["auc@click"] > 0.9);
    CHECK(summary["frozen"]["test"] == summary["rounds"]["1"]["test"]);
    CHECK(summary["stored_values"] == summary["rows"].get<int>() * 4 * 7 / 10);
}

TEST_CASE("Learned thresholds find a ticket of exactly the values that were asked for") {
    const tests::temporary_directory folder;
    folder.write("pairs.csv", examples_of_pairs());
    support::options chosen = options_for(
        folder, {"--table", "pep", "--density", "0.5", "--search-epochs", "40", "--epochs", "12", "--freeze", "auto"});
    chosen.out = (folder / "run").string();
    REQUIRE(support::train_ctr(chosen) == 0);
    const nlohmann::json summary = summary_of(folder, "run");
    CHECK(summary["stored_values"] == summary["rows"].get<int>() * 4 / 2);
    CHECK(summary["test"]["auc@click"] > 0.9);
    CHECK(summary["frozen"]["test"] == summary["test"]);
}

TEST_CASE("Generated examples have structure that is found from pairs of values") {
    std::vector<const char*> words{"train_ctr", "--dataset", "generated", "--features", "400",       "--examples",
                                   "6000",      "--model",   "fm",        "--lr",       "0.02",      "--dim",
                                   "8",         "--epochs",  "12",        "--quiet",    "--threads", "1"};
    support::options chosen = support::parse_options("train_ctr", static_cast<int>(words.size()), words.data());
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    REQUIRE(support::train_ctr(chosen) == 0);
    CHECK(summary_of(folder, "run")["test"]["auc@click"] > 0.7);
}

TEST_CASE("A run of train_ctr that is stopped and resumed ends as one that was not") {
    const tests::temporary_directory folder;
    folder.write("pairs.csv", examples_of_pairs());
    support::options chosen =
        options_for(folder, {"--epochs", "2", "--table", "masked", "--density", "0.5", "--freeze", "auto", "--dropout", "0.2"});
    chosen.out = (folder / "whole").string();
    support::train_ctr(chosen);
    chosen.out = (folder / "parts").string();
    support::detail::interrupt_signal = 2;
    CHECK_THROWS_AS(support::train_ctr(chosen), std::runtime_error);
    support::detail::interrupt_signal = 0;
    chosen.resume = true;
    support::train_ctr(chosen);
    CHECK(folder.read("parts/table.frozen") == folder.read("whole/table.frozen"));
    CHECK(summary_of(folder, "parts")["rounds"]["1"]["test"] == summary_of(folder, "whole")["rounds"]["1"]["test"]);
    support::train_ctr(chosen);  // has ended: it only freezes again
    CHECK(folder.read("parts/table.frozen") == folder.read("whole/table.frozen"));
}

TEST_CASE("What train_ctr cannot do is refused in a sentence") {
    const tests::temporary_directory folder;
    folder.write("pairs.csv", examples_of_pairs());
    const auto refused = [&](std::vector<const char*> words) {
        return tests::sentence_of<support::usage_error>([&] { support::train_ctr(options_for(folder, words)); });
    };
    CHECK(refused({"--table", "dsl", "--density", "0.5"}) ==
          "--table dsl belongs to train_mf and train_lightgcn: choose dense, masked or pep");
    CHECK(refused({"--model", "fm", "--bins", "0"}) ==
          "--bins 0, --numeric and --model fm exclude each other: without intervals a factorization machine does not read "
          "numbers");
    CHECK(refused({"--format", "libffm"}) ==
          "--format libffm has one label and no columns: leave out --numeric and --ignore, and give --tasks one name at most");
    CHECK(refused({"--loss", "bpr"}) == "--loss belongs to train_mf and train_lightgcn, train_ctr does not have it");
    CHECK(tests::contains(refused({"--table", "dense", "--bytes", "10"}),
                          "files of a dense table of 26 rows and one column take"));
    CHECK(tests::contains(refused({"--table", "masked", "--bytes", "10"}), "--bytes 10: "));
}

}  // namespace train_ctr_test
