// SPDX-License-Identifier: Apache-2.0
#include "support/run/directory.hpp"

#include "programs/data/reading.hpp"
#include "support/run/plot.hpp"
#include "support/text/error.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace directory_test {

using tests::contains;

namespace {

support::options into(const std::filesystem::path& directory) {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "somewhere";
    chosen.out = directory.string();
    return chosen;
}

support::interactions small_data() { return tests::read_file("p.csv", "anna,\"a\tb\"\nbert,c\\d\n"); }

support::json_object metrics(std::size_t epoch, double recall) {
    support::json_object valid, line;
    valid.set("recall@20", recall);
    return line.set("epoch", epoch).set("loss", 0.5).set("valid", valid);
}

std::string refused(const support::options& chosen, const support::interactions& data) {
    return tests::sentence_of<support::usage_error>([&] { support::run_directory(chosen, data); });
}

}  // namespace

namespace {

support::options into_resumed(const std::filesystem::path& path) {
    support::options chosen = into(path);
    chosen.resume = true;
    return chosen;
}

}  // namespace

TEST_CASE("A run directory is made with the settings, the data and the original ids") {
    const tests::temporary_directory folder;
    const support::options chosen = into(folder / "deep/run");
    const support::run_directory run(chosen, small_data());
    CHECK(run.exists());
    CHECK(run.checkpoint() == folder / "deep/run/checkpoint.safetensors");
    CHECK(folder.read("deep/run/config.txt") == support::to_config_text(chosen));
    CHECK(folder.read("deep/run/users.tsv") == "id\toriginal\n0\tanna\n1\tbert\n");
    CHECK(folder.read("deep/run/items.tsv") == "id\toriginal\n0\ta\\tb\n1\tc\\\\d\n");
    CHECK(support::json_text_at(folder / "deep/run/run.json", "program") == "train_mf");
    CHECK(support::json_text_at(folder / "deep/run/run.json", "checksum").size() == 16);
    CHECK(support::json_text_at(folder / "deep/run/run.json", "users").empty());  // a number
}

TEST_CASE("Without --out nothing is written and nothing fails") {
    const support::run_directory none(into(""), small_data());
    CHECK_FALSE(none.exists());
    CHECK(none.checkpoint().empty());
    none.append_metrics(metrics(1, 0.1));
    none.rewind_metrics({});
    none.rewind_search(0);
    none.write_summary(metrics(1, 0.1));
    CHECK_FALSE(none.write_curve());
}

TEST_CASE("A directory that holds a run is refused unless --force, which leaves other files alone") {
    const tests::temporary_directory folder;
    support::options chosen = into(folder.path());
    folder.write("notes.md", "mine");
    support::run_directory(chosen, small_data()).append_metrics(metrics(1, 0.1));
    CHECK(contains(refused(chosen, small_data()), "contains a run (config.txt): give another directory"));
    CHECK(std::filesystem::exists(folder / "metrics.jsonl"));
    chosen.force = true;
    chosen.dim = 5;
    const support::run_directory second(chosen, small_data());
    CHECK_FALSE(std::filesystem::exists(folder / "metrics.jsonl"));
    CHECK(contains(folder.read("config.txt"), "dim = 5\n"));
    CHECK(folder.read("notes.md") == "mine");
}

TEST_CASE("A file in place of the directory, and a place that cannot be written, are refused") {
    const tests::temporary_directory folder;
    CHECK(contains(refused(into(folder.write("file", "")), small_data()), "is a file: give a directory"));
    CHECK_THROWS_AS(support::run_directory(into("/proc/no/such/place"), small_data()), std::filesystem::filesystem_error);
}

TEST_CASE("Resuming checks settings and data, and lists every difference") {
    const tests::temporary_directory folder;
    support::options chosen = into(folder.path());
    chosen.resume = true;
    folder.write("notes.md", "mine");
    CHECK(contains(refused(chosen, small_data()), "contains no run to resume"));
    CHECK(contains(refused(into_resumed(folder / "absent"), small_data()), "contains no run to resume"));
    chosen.resume = false;
    support::run_directory(chosen, small_data()).append_metrics(metrics(1, 0.1));

    chosen.resume = true;
    chosen.epochs = 1000;
    CHECK(support::run_directory(chosen, small_data()).exists());
    CHECK(std::filesystem::exists(folder / "metrics.jsonl"));

    chosen.dim = 8;
    chosen.seed = 1;
    const std::string sentence = refused(chosen, tests::read_file("p.csv", "anna,a\nbert,a\n"));
    CAPTURE(sentence);
    CHECK(contains(sentence, "--dim was 64 and is now 8; --seed was 2024 and is now 1; the data had checksum "));

    chosen = into(folder.path());
    chosen.resume = true;
    chosen.program = "train_lightgcn";
    CHECK(contains(refused(chosen, small_data()), "the program was train_mf and is now train_lightgcn"));
    folder.write("run.json", "[1");
    CHECK_THROWS_AS(support::run_directory(chosen, small_data()), support::input_error);
}

TEST_CASE("A directory is one run's alone until the run ends, however it ends") {
    const tests::temporary_directory folder;
    support::options chosen = into(folder.path()), forced = chosen, resumed = chosen;
    forced.force = true;
    resumed.resume = true;
    int up[2], down[2];
    REQUIRE(::pipe(up) == 0);
    REQUIRE(::pipe(down) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const support::run_directory held(chosen, small_data());
        char byte = 'r';
        static_cast<void>(::write(up[1], &byte, 1) + ::read(down[0], &byte, 1));  // killed here
        ::_exit(1);
    }
    REQUIRE(child > 0);
    char byte = 0;
    REQUIRE(::read(up[0], &byte, 1) == 1);
    const std::string config = folder.read("config.txt");
    for (const support::options& another : {chosen, forced, resumed})
        CHECK(contains(refused(another, small_data()), "is in use by a run that is still active: wait until it ends"));
    CHECK(folder.read("config.txt") == config);
    CHECK(::kill(child, SIGKILL) == 0);
    CHECK(::waitpid(child, nullptr, 0) == child);
    for (const int end : {up[0], up[1], down[0], down[1]}) ::close(end);
    const support::run_directory next(resumed, small_data());
    CHECK(contains(refused(resumed, small_data()), "is in use"));
}

TEST_CASE("Metrics are lines of JSON, and those after an epoch can be dropped") {
    const tests::temporary_directory folder;
    const support::run_directory run(into(folder.path()), small_data());
    for (std::size_t epoch = 5; epoch <= 20; epoch += 5) run.append_metrics(metrics(epoch, 0.25));
    const std::string line = "{\"epoch\":5,\"loss\":0.5,\"valid\":{\"recall@20\":0.25}}\n";
    CHECK(folder.read("metrics.jsonl").substr(0, line.size()) == line);
    folder.write("metrics.jsonl", folder.read("metrics.jsonl") + "{\"epoch\":25,\"lo");  // killed here
    support::run_position at;
    at.all_epochs = 10;
    run.rewind_metrics(at);
    run.append_metrics(metrics(12, 0.5));
    const auto lines = support::read_json_lines(folder / "metrics.jsonl");
    REQUIRE(lines.size() == 3);
    CHECK(*lines[1].at("epoch") == 10);
    CHECK(*lines[2].at("valid_recall@20") == 0.5);
    CHECK(lines[2].at("recall@20") == nullptr);
    // What a power cut may leave of lines that were written last.
    folder.write("metrics.jsonl", folder.read("metrics.jsonl") + "{\"epoch\":15}\n" + std::string(5000, '\0'));
    run.sync_metrics();
    run.rewind_metrics(at);
    CHECK(support::read_json_lines(folder / "metrics.jsonl").size() == 2);
    CHECK_FALSE(contains(folder.read("metrics.jsonl"), std::string(1, '\0')));
}

TEST_CASE("Metrics of a round that has to end again are dropped, even if no epoch has to be trained again") {
    const tests::temporary_directory folder;
    const support::run_directory run(into(folder.path()), small_data());
    for (const std::size_t search : {std::size_t{1}, std::size_t{2}})
        run.append_metrics(support::json_object().set("search_epoch", search));
    for (const std::size_t round : {std::size_t{0}, std::size_t{1}}) {
        run.append_metrics(metrics(4, 0.25).set("round", round));
        run.append_metrics(metrics(4, 0.25).set("round", round).set("epochs_run", std::size_t{4}));
    }
    const auto lines = [&] { return support::read_json_lines(folder / "metrics.jsonl"); };
    support::run_position at;
    at.round = 1;
    at.all_epochs = 4;
    run.rewind_metrics(at);
    REQUIRE(lines().size() == 5);
    CHECK(lines().back().at("epochs_run") == nullptr);
    run.rewind_metrics({});
    REQUIRE(lines().size() == 2);
    run.rewind_search(1);
    CHECK(lines().size() == 1);
}

TEST_CASE("The summary is replaced whole") {
    const tests::temporary_directory folder;
    const support::run_directory run(into(folder.path()), small_data());
    run.write_summary(metrics(1, 0.5));
    run.write_summary(metrics(2, 0.5));
    CHECK(folder.read("summary.json") ==
          "{\n  \"epoch\": 2,\n  \"loss\": 0.5,\n  \"valid\": {\n    \"recall@20\": 0.5\n  }\n}\n");
}

TEST_CASE("The curve has a row for each epoch and empty cells for what was not measured") {
    const tests::temporary_directory folder;
    const support::run_directory run(into(folder.path()), small_data());
    CHECK_FALSE(run.write_curve());
    run.append_metrics(metrics(1, 0.25));
    run.append_metrics(support::json_object().set("epoch", 2).set("seconds", 1.5).set("ndcg@20", 0.125));
    run.append_metrics(support::json_object().set("event", "best"));
    const bool figure = run.write_curve();
    CHECK(folder.read("curve.csv") == "epoch,loss,seconds,valid_recall@20,ndcg@20\n1,0.5,,0.25,\n2,,1.5,,0.125\n");
    CHECK(std::filesystem::exists(folder / "curve.svg") == figure);
    if (figure) CHECK(contains(folder.read("curve.svg"), "<svg"));
}

TEST_CASE("A figure of a table that is not there is no figure") {
    const tests::temporary_directory folder;
    CHECK_FALSE(support::plot_table("curve.gp", folder / "none.csv", folder / "none.svg"));
    CHECK_FALSE(std::filesystem::exists(folder / "none.svg"));
}

TEST_CASE("JSON escapes what needs it, and numbers that are not finite are null") {
    support::json_object object;
    object.set("a\"b", "c\x1b\n").set("nan", 0.0 / 0.0).set("yes", true).set("minus", -1).set("big", ~std::uint64_t{0});
    object.set("bytes", std::string("\xff")).set("yes", false);
    CHECK(object.line() ==
          "{\"a\\\"b\":\"c\\u001b\\n\",\"nan\":null,\"yes\":false,\"minus\":-1,\"big\":18446744073709551615,"
          "\"bytes\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("A run that was stopped before it had written what it is begins anew when it is resumed") {
    const tests::temporary_directory folder;
    support::options chosen = into(folder.path());
    chosen.resume = true;
    folder.write("config.txt", "dim = 3\n");  // of a run that was stopped here
    CHECK(support::run_directory(chosen, small_data()).exists());
    CHECK(contains(folder.read("config.txt"), "dim = 64\n"));
    CHECK(std::filesystem::exists(folder / "run.json"));
}

TEST_CASE("Settings that can change nothing any more are refused, others are written down") {
    const tests::temporary_directory folder;
    support::options chosen = into(folder.path());
    {
        const support::run_directory begun(chosen, small_data());
    }
    chosen.resume = true;
    chosen.epochs += 5;
    {
        const support::run_directory run(chosen, small_data());
        REQUIRE_THROWS_WITH_SENTENCE(run.go_on(true), support::usage_error,
                                     "has ended with --epochs 100, and --epochs 105 would change nothing: give another --out");
        run.go_on(false);
    }
    CHECK(contains(folder.read("config.txt"), "epochs = 105\n"));
    const support::run_directory run(chosen, small_data());
    run.go_on(true);
}

}  // namespace directory_test
