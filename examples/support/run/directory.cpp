// SPDX-License-Identifier: Apache-2.0
#include "support/run/directory.hpp"

#include "support/run/plot.hpp"
#include "support/text/error.hpp"

#include <pleach/config.hpp>
#include <pleach/io/file/checksum.hpp>
#include <pleach/io/file/save.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <span>

#include <fcntl.h>
#include <unistd.h>

namespace support {
namespace {

namespace fs = std::filesystem;

constexpr const char* run_files[] = {"config.txt",    "run.json",           "users.tsv",          "items.tsv",
                                     "values.tsv",    "search.safetensors", "coarse.safetensors", "checkpoint.safetensors",
                                     "metrics.jsonl", "summary.json",       "curve.csv",          "curve.svg"};

void save_text(const fs::path& path, const std::string& text) {
    pleach::save_bytes(path, std::as_bytes(std::span<const char>(text)));
}

std::string id_table(const std::vector<std::string>& tokens) {
    std::string text = "id\toriginal\n";
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        text += std::to_string(id) + '\t';
        for (const char c : tokens[id]) {
            if (c == '\t' || c == '\n' || c == '\r' || c == '\\') text += '\\';
            text += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        }
        text += '\n';
    }
    return text;
}

std::string version() {
    return std::to_string(PLEACH_VERSION_MAJOR) + "." + std::to_string(PLEACH_VERSION_MINOR) + "." +
           std::to_string(PLEACH_VERSION_PATCH);
}

json_object identity(const options& chosen, const run_subject& subject) {
    json_object run;
    run.set("program", chosen.program).set("version", version()).set_all(subject.facts);
    return run.set("checksum", pleach::hexadecimal(subject.checksum));
}

/// Whether a run was stopped here before it had written run.json: the directory contains nothing else.
bool is_before_start(const fs::path& path) {
    if (fs::exists(path / "run.json") || !fs::is_directory(path)) return false;
    return std::all_of(fs::directory_iterator(path), {}, [](const fs::directory_entry& entry) {
        const std::string name = entry.path().filename().native();
        return name.ends_with(".pleach-tmp") ||
               std::find(std::begin(run_files), std::end(run_files), name) != std::end(run_files);
    });
}

/// Whether the line has no number at the key, or one of at most this.
bool at_most(const json_line& line, std::string_view key, double last) {
    const double* const number = line.at(key);
    return number == nullptr || *number <= last;
}

void require_same_run(const fs::path& path, const options& chosen, const run_subject& subject) {
    const std::string place = printable(path.string(), 4096);
    if (!fs::exists(path / "run.json"))
        throw usage_error("--resume: " + place + " contains no run to resume: leave out --resume to start one");
    const auto saved = [&](std::string_view key) { return json_text_at(path / "run.json", key); };
    std::vector<std::string> differences;
    if (saved("program") != chosen.program)
        differences.push_back("the program was " + printable(saved("program")) + " and is now " + chosen.program);
    else
        differences = differences_on_resume(read_config((path / "config.txt").string(), chosen.program), chosen);
    if (const std::string now = pleach::hexadecimal(subject.checksum); saved("checksum") != now)
        differences.push_back("the data had checksum " + printable(saved("checksum")) + " and has now " + now);
    if (differences.empty()) return;
    std::string list;
    for (const std::string& difference : differences) list += (list.empty() ? "" : "; ") + difference;
    throw usage_error("--resume: the run in " + place + " is a different one: " + list +
                      ". Give the same settings, or another --out to start a new run");
}

}  // namespace

run_subject subject_of(const interactions& data) {
    run_subject subject{
        .facts = {}, .checksum = data.checksum, .ids = {{"users.tsv", &data.user_tokens}, {"items.tsv", &data.item_tokens}}};
    subject.facts.set("dataset", data.name).set("users", data.users).set("items", data.items);
    subject.facts.set("train_pairs", data.train.size())
        .set("valid_pairs", data.valid.size())
        .set("test_pairs", data.test.size());
    return subject;
}

run_directory::run_directory(const options& chosen, const run_subject& subject) : path_(chosen.out), settings_(chosen) {
    if (path_.empty()) return;
    std::error_code ignored;
    const std::string place = printable(path_.string(), 4096);
    if (fs::exists(path_, ignored) && !fs::is_directory(path_, ignored))
        throw usage_error("--out " + place + " is a file: give a directory, which is created if it does not exist");
    if (!chosen.resume) fs::create_directories(path_);
    if (fs::exists(path_, ignored)) lock_ = directory_lock(path_, "--out " + place);
    const bool begins_anew = chosen.resume && is_before_start(path_);
    if (chosen.resume && !begins_anew) {
        require_same_run(path_, chosen, subject);
        return;
    }
    for (const char* name : run_files) {
        if (!fs::exists(path_ / name)) continue;
        if (!chosen.force && !begins_anew)
            throw usage_error("--out " + place + " contains a run (" + name +
                              "): give another directory, --resume to continue the run, or --force to overwrite it");
        fs::remove(path_ / name);
    }
    save_text(path_ / "config.txt", to_config_text(chosen));
    for (const auto& [name, names] : subject.ids) save_text(path_ / name, id_table(*names));
    save_text(path_ / "run.json", identity(chosen, subject).text());  // written last: it marks the directory as that of a run
}

void run_directory::go_on(bool has_ended) const {
    if (!exists()) return;
    const fs::path config = path_ / "config.txt";
    const options before = read_config(config.string(), settings_.program);
    if (!has_ended) return save_text(config, to_config_text(settings_));
    const auto differ = [&](const char* flag, std::size_t was, std::size_t is) {
        if (was != is)
            throw usage_error("--resume: the run in " + printable(path_.string(), 4096) + " has ended with " + flag + " " +
                              std::to_string(was) + ", and " + flag + " " + std::to_string(is) +
                              " would change nothing: give another --out to train again");
    };
    differ("--epochs", before.epochs, settings_.epochs);
    differ("--patience", before.patience, settings_.patience);
}

fs::path run_directory::checkpoint() const { return exists() ? path_ / "checkpoint.safetensors" : fs::path(); }

fs::path run_directory::search_checkpoint() const { return exists() ? path_ / "search.safetensors" : fs::path(); }

fs::path run_directory::coarse_checkpoint() const { return exists() ? path_ / "coarse.safetensors" : fs::path(); }

void run_directory::append_metrics(const json_object& metrics) const {
    if (!exists()) return;
    const fs::path path = path_ / "metrics.jsonl";
    const std::string line = metrics.line() + "\n";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "ab"), &std::fclose);
    if (!file || std::fwrite(line.data(), 1, line.size(), file.get()) != line.size() || std::fflush(file.get()) != 0)
        throw fs::filesystem_error("cannot append to the metrics", path, std::error_code(errno, std::generic_category()));
}

void run_directory::sync_metrics() const {
    const fs::path path = path_ / "metrics.jsonl";
    if (!exists() || !fs::exists(path)) return;
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const int error = file < 0 || ::fdatasync(file) != 0 ? errno : 0;
    if (file >= 0) ::close(file);
    if (error != 0 && error != EINVAL)  // a pipe or device in its place has nothing to sync
        throw fs::filesystem_error("cannot sync the metrics", path, std::error_code(error, std::generic_category()));
}

void run_directory::rewind_metrics(const run_position& at) const {
    keep_metrics([&](const json_line& line) {
        const bool is_of_round = line.at("epochs_run") != nullptr;
        return is_of_round ? at_most(line, "round", static_cast<double>(at.round) - 1)
                           : at_most(line, "epoch", static_cast<double>(at.all_epochs));
    });
}

void run_directory::rewind_search(std::uint64_t epochs) const {
    keep_metrics([&](const json_line& line) { return at_most(line, "search_epoch", static_cast<double>(epochs)); });
}

void run_directory::keep_metrics(const std::function<bool(const json_line&)>& is_kept) const {
    const fs::path path = path_ / "metrics.jsonl";
    if (!exists() || !fs::exists(path)) return;
    std::string kept;
    for (const json_line& line : read_json_lines(path))
        if (is_kept(line)) kept.append(line.text).append("\n");
    save_text(path, kept);
}

void run_directory::write_summary(const json_object& summary) const {
    if (exists()) save_text(path_ / "summary.json", summary.text());
}

bool run_directory::write_curve() const {
    const fs::path metrics = path_ / "metrics.jsonl";
    if (!exists() || !fs::exists(metrics)) return false;
    save_text(path_ / "curve.csv", curve_table(read_json_lines(metrics)));
    return plot_table("curve.gp", path_ / "curve.csv", path_ / "curve.svg");
}

}  // namespace support
