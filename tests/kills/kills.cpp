// SPDX-License-Identifier: Apache-2.0
//
// Kills trainings at random moments, resumes them, and compares what they end with: every bit of the tables and of what is
// frozen, every metric and every curve must be those of a run that nobody stopped.
//
//     kills PROGRAMS [--kills 12] [--seed N] [--each 2] [--only TEXT]
//
// PROGRAMS is the folder of train_mf and train_lightgcn. The runs, every --table of both, are small, but each has searches,
// rounds and stages enough to be killed between them.

#include "support/options/kinds.hpp"
#include "support/text/json_lines.hpp"
#include "support/train/checkpoint.hpp"
#include "support/train/search_run.hpp"

#include "support/temporary_directory.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

struct training {
    std::string name;
    std::vector<std::string> words;  // program and flags
};

/// One or more trainings of every --table that there is; one that is not listed here needs no other flags.
std::vector<training> all_trainings() {
    const std::map<std::string, std::vector<std::vector<std::string>>> flags{
        {"dense",
         {{}, {"--item-biases"}, {"--loss", "softmax", "--negatives", "20", "--dropout", "0.1", "--lr-schedule", "cosine"}}},
        {"masked",
         {{"--densities", "0.5,0.2"},
          {"--densities", "0.5,0.2", "--prune-schedule", "one-shot", "--rewind", "reinit"},
          {"--density", "0.3", "--prune-method", "random"},
          {"--densities", "0.5,0.2", "--packed"}}},
        {"pep",
         {{"--densities", "0.6,0.4", "--search-epochs", "40", "--threshold-rise", "64"},
          {"--densities", "0.6,0.4", "--search-epochs", "40", "--threshold-rise", "64", "--packed"}}},
        {"cerp", {{"--density", "0.5", "--dim", "32", "--buckets", "60", "--search-epochs", "40", "--threshold-rise", "64"}}},
        {"dsl",
         {{"--density", "0.3", "--swap-every", "5"},
          {"--densities", "0.4,0.2", "--swap-every", "5", "--grow", "momentum", "--lr-schedule", "cosine"}}},
        {"coded", {{"--init", "svd", "--codewords", "2x4"}, {"--init", "svd", "--codewords", "2x4", "--refresh-codes", "1"}}},
        {"qr", {{"--buckets", "20"}}},
        {"hash", {{"--buckets", "30"}}},
        {"double-hash", {{"--buckets", "30"}}},
        {"legcf", {{"--codes", "14", "--partition", "streaming"}}},
        {"c2f",
         {{"--codes", "14", "--partition", "streaming", "--fine-codes", "6", "--fine-terms", "2", "--fine-epochs", "3",
           "--fine-batch", "128"},
          {"--codes", "14", "--partition", "streaming", "--fine-codes", "0", "--fine-epochs", "3", "--item-biases"}}}};
    std::vector<training> all;
    for (const std::string& table : support::names_of<support::table_kind>()) {
        if (table == "auto") continue;
        const auto found = flags.find(table);
        const auto given = found == flags.end() ? std::vector<std::vector<std::string>>{{}} : found->second;
        for (const std::string program : {"train_mf", "train_lightgcn"})
            for (std::size_t i = 0; i < given.size(); ++i) {
                if (table == "coded" && program == "train_lightgcn") continue;  // which does not have it
                training one{program + " " + table + (i == 0 ? "" : " " + std::to_string(i + 1)),
                             {program, "--loss", "bpr", "--table", table}};
                one.words.insert(one.words.end(), given[i].begin(), given[i].end());
                const bool solves = program == "train_lightgcn" && (table == "legcf" || table == "c2f");
                if (program == "train_lightgcn") one.words.insert(one.words.end(), {"--layers", "2"});
                if (solves) one.words.insert(one.words.end(), {"--reassign-epochs", "3"});
                all.push_back(std::move(one));
            }
    }
    all.push_back({"train_mf sgd", {"train_mf", "--optimizer", "sgd"}});
    return all;
}

/// Pairs of 60 users and 70 items, as csv.
std::string some_pairs() {
    std::mt19937 random(7);
    std::string text = "user,item\n";
    for (int user = 0; user < 60; ++user) {
        std::vector<int> items(70);
        for (int i = 0; i < 70; ++i) items[static_cast<std::size_t>(i)] = i;
        std::shuffle(items.begin(), items.end(), random);
        for (std::size_t i = 0; i < 12; ++i)
            text += "u" + std::to_string(user) + ",i" + std::to_string((items[i] + user / 10 * 10) % 70) + "\n";
    }
    return text;
}

[[noreturn]] void fail(const std::string& sentence) { throw std::runtime_error(sentence); }

/// Starts the program with its output in a file.
pid_t start(const std::vector<std::string>& words, const fs::path& log) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
}

/// Waits until the program ends, or kills it after that time; whether it ended by itself. Fails if it did not end well.
bool ends_within(pid_t child, std::optional<seconds> time, const fs::path& log) {
    constexpr seconds longest{300};
    const auto begin = clock_type::now();
    int status = 0;
    for (;;) {
        if (waitpid(child, &status, WNOHANG) == child) break;
        const seconds passed = clock_type::now() - begin;
        if (passed >= time.value_or(longest)) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            if (WIFSIGNALED(status)) {
                if (!time) fail("did not end within " + std::to_string(longest.count()) + " s");
                return false;
            }
            break;  // it ended just before
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) fail("cannot be run: give the folder of the programs");
    const support::text_file said(log);
    fail("ended with status " + std::to_string(status) + " and said: " + std::string(said.text()));
}

bool is_about_time(std::string_view name) {
    return name.find("seconds") != std::string_view::npos || name.find("per_second") != std::string_view::npos ||
           name.find("rss") != std::string_view::npos || name.find("held") != std::string_view::npos;
}

/// The metrics, without times; and the curve, whose third column is a time.
std::vector<std::string> lines_without_times(const fs::path& run) {
    std::vector<std::string> lines;
    for (const support::json_line& line : support::read_json_lines(run / "metrics.jsonl")) {
        std::string& text = lines.emplace_back();
        for (const support::json_number& number : line.numbers)
            if (!is_about_time(number.key)) text += number.key + "=" + support::shortest(number.value) + " ";
    }
    const support::text_file curve(run / "curve.csv");
    support::text_cursor at(curve);
    while (at.next()) {
        std::string text(at.line());
        const std::size_t second = text.find(',', text.find(',') + 1), third = text.find(',', second + 1);
        lines.push_back(text.erase(second, third - second));
    }
    return lines;
}

void drop_times(nlohmann::json& object) {
    for (auto it = object.begin(); it != object.end();) {
        if (it->is_object()) drop_times(*it);
        it = is_about_time(it.key()) ? object.erase(it) : std::next(it);
    }
}

std::string summary_without_times(const fs::path& run) {
    const support::text_file file(run / "summary.json");
    nlohmann::json summary = nlohmann::json::parse(file.text());
    drop_times(summary);
    return summary.dump();
}

/// The position and results of a checkpoint, without times.
std::vector<double> state_without_times(const fs::path& path) {
    const support::checkpoint_reader reader(path);
    std::vector<double> numbers;
    const auto add = [&](const auto& x) { numbers.push_back(static_cast<double>(x)); };
    if (!reader.has("run.position")) {
        auto position = reader.load_number<support::search_position>("search.position");
        position.seconds = 0;
        support::for_each_number(position, add);
        return numbers;
    }
    support::training_state state = reader.load_state();
    state.at.round_seconds = state.at.train_seconds = state.at.eval_seconds = 0;
    support::for_each_number(state.at, add);
    for (support::round_result& result : state.results) {
        result.seconds = 0;
        support::for_each_number(result, add);
    }
    return numbers;
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(a, b, [](double x, double y) { return x == y || (x != x && y != y); });
}

/// What differs between two files of arrays, but for the position of a run.
std::string different_arrays(const fs::path& a, const fs::path& b) {
    const auto first = pleach::safetensors_file::open(a), second = pleach::safetensors_file::open(b);
    if (first->tensors().size() != second->tensors().size()) return "the number of arrays";
    for (const pleach::tensor_info& tensor : first->tensors()) {
        const pleach::tensor_info* const other = second->find(tensor.name);
        if (other == nullptr || other->shape != tensor.shape) return tensor.name;
        if (tensor.name.ends_with(".position") || tensor.name == "run.results") continue;
        if (!std::ranges::equal(first->bytes(tensor), second->bytes(*other))) return tensor.name;
    }
    return {};
}

/// Fails unless both runs ended the same.
void compare(const fs::path& run, const fs::path& whole) {
    for (const auto& entry : fs::directory_iterator(whole)) {
        const std::string name = entry.path().filename().string();
        if (!fs::exists(run / name)) fail(name + " is missing");
        if (!name.ends_with(".safetensors") && !name.ends_with(".frozen")) continue;
        if (const std::string array = different_arrays(run / name, whole / name); !array.empty())
            fail(name + " differs in " + array);
        if (name.ends_with(".safetensors") && !same_numbers(state_without_times(run / name), state_without_times(whole / name)))
            fail(name + " differs in its position or results");
    }
    for (const auto& entry : fs::directory_iterator(run))
        if (entry.path().string().find("pleach-tmp") != std::string::npos) fail("left " + entry.path().filename().string());
    if (lines_without_times(run) != lines_without_times(whole)) fail("metrics.jsonl or curve.csv differs");
    if (summary_without_times(run) != summary_without_times(whole)) fail("summary.json differs");
}

class killer {
public:
    killer(fs::path programs, std::uint64_t seed) : programs_(std::move(programs)), random_(seed) {
        folder_.write("pairs.csv", some_pairs());
    }

    /// Kills the training that often, then lets it end, and compares.
    void try_one(const training& one, std::size_t kills) {
        const fs::path whole = folder_ / "whole", run = folder_ / "run", log = folder_ / "log";
        fs::remove_all(whole);
        fs::remove_all(run);
        const auto begin = clock_type::now();
        ends_within(start(words_of(one, whole, "120", false), log), {}, log);
        const seconds time = clock_type::now() - begin;
        for (std::size_t left = kills; left > 0; --left) {
            // At every batch, at some, or only where a round or a search ends.
            const char* const save_every = std::array{"0", "0.02", "120"}[random_() % 3];
            const seconds until = time * std::uniform_real_distribution<double>(0, 1.1)(random_);
            if (ends_within(start(words_of(one, run, save_every, fs::exists(run)), log), until, log)) {
                compare(run, whole);
                fs::remove_all(run);
            } else {
                ++done_;
            }
        }
        ends_within(start(words_of(one, run, "120", fs::exists(run)), log), {}, log);
        compare(run, whole);
    }

    [[nodiscard]] std::size_t done() const noexcept { return done_; }
    [[nodiscard]] const fs::path& folder() const noexcept { return folder_.path(); }

private:
    [[nodiscard]] std::vector<std::string> words_of(const training& one, const fs::path& out, const std::string& save_every,
                                                    bool resumes) const {
        std::vector<std::string> words{(programs_ / one.words[0]).string(),
                                       "--dataset",
                                       (folder_ / "pairs.csv").string(),
                                       "--dim",
                                       "8",
                                       "--batch",
                                       "64",
                                       "--epochs",
                                       "4",
                                       "--lr",
                                       "0.02",
                                       "--eval-every",
                                       "1",
                                       "--threads",
                                       "1",
                                       "--freeze",
                                       "auto",
                                       "--quiet",
                                       "--save-every",
                                       save_every,
                                       "--out",
                                       out.string()};
        words.insert(words.end(), one.words.begin() + 1, one.words.end());
        if (resumes) words.push_back("--resume");
        return words;
    }

    fs::path programs_;
    std::mt19937_64 random_;
    tests::temporary_directory folder_;
    std::size_t done_ = 0;
};

struct settings {
    fs::path programs;
    std::size_t kills = 12, each = 2;
    std::uint64_t seed = std::random_device{}();
    std::string only;
};

settings parse(int argc, char** argv) {
    settings chosen;
    if (argc < 2) fail("usage: kills PROGRAMS [--kills N] [--seed N] [--each N] [--only TEXT]");
    chosen.programs = fs::absolute(argv[1]);
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string flag = argv[i], value = argv[i + 1];
        if (flag == "--kills") chosen.kills = std::stoul(value);
        if (flag == "--each") chosen.each = std::max(1UL, std::stoul(value));
        if (flag == "--seed") chosen.seed = std::stoull(value);
        if (flag == "--only") chosen.only = value;
    }
    return chosen;
}

}  // namespace

int main(int argc, char** argv) {
    std::string now = "the command line";
    try {
        const settings chosen = parse(argc, argv);
        std::printf("kills: --seed %llu\n", static_cast<unsigned long long>(chosen.seed));
        std::fflush(stdout);
        std::vector<training> trainings = all_trainings();
        std::erase_if(trainings, [&](const training& one) { return one.name.find(chosen.only) == std::string::npos; });
        if (trainings.empty()) fail("no training has '" + chosen.only + "' in its name");
        std::mt19937_64 order(chosen.seed);
        std::shuffle(trainings.begin(), trainings.end(), order);
        killer all(chosen.programs, chosen.seed);
        std::size_t compared = 0;
        // A program may end before it is killed, so rounds are bounded by tries as well.
        for (std::size_t next = 0; all.done() < chosen.kills && next < 4 * (chosen.kills / chosen.each + trainings.size());
             ++next) {
            const training& one = trainings[next % trainings.size()];
            now = one.name;
            all.try_one(one, chosen.each);
            ++compared;
        }
        std::printf("kills: %zu kills, %zu runs as if nobody had stopped them\n", all.done(), compared);
    } catch (const std::exception& error) {
        std::printf("kills: %s: %s\n", now.c_str(), error.what());
        return 1;
    }
    return 0;
}
