// SPDX-License-Identifier: Apache-2.0
//
// Compares methods at equal bytes: runs a trainer for every method, budget and seed, and draws the front of accuracy against
// bytes. Cells whose results are in the CSV are skipped and interrupted cells are resumed, so a sweep can be stopped at any
// time and run for days.
//
//     sweep --model mf --methods dense,narrow,iterative,pep --budgets 0.5,0.1 --out sweep -- --dataset gowalla --loss softmax
//
// A method may need other settings than the rest, found on the validation part: --tuned "cerp=--decay 0.1".

#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/run/plot.hpp"
#include "support/run/spawn.hpp"
#include "support/sweep/front.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/io/file/save.hpp>

#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct settings {
    std::string model = "mf";
    support::sweep_request asked{{"dense", "narrow", "iterative", "one-shot", "pep"}, {0.5, 0.2, 0.1, 0.05, 0.02}, {2024}};
    std::string out;
    std::string csv;
    fs::path programs;
    std::vector<std::string> flags;
    std::vector<std::string> tuned;
};

class sweep {
public:
    explicit sweep(settings chosen)
        : chosen_(std::move(chosen)), csv_(chosen_.csv.empty() ? out() / "front.csv" : fs::path(chosen_.csv)) {
        fs::create_directories(out() / "cells");
        rows_ = support::read_front(csv_);
    }

    int run() {
        if (dense_row() == rows_.end())
            if (const int code = finish(support::dense_cell(chosen_.asked.seeds.front())); code != support::exit_good)
                return code;
        const support::front_row dense = *dense_row();
        int worst = support::exit_good;
        for (const support::sweep_cell& cell :
             support::plan_sweep(chosen_.asked, {dense.found.stored_values / dense.dim, dense.dim})) {
            if (support::has_cell(rows_, cell, dense.dataset, dense.model)) continue;
            const int code = finish(cell);
            if (code == support::exit_interrupted) return code;
            worst = std::max(worst, code);
        }
        draw();
        std::printf("%s", support::front_markdown(rows_).c_str());
        std::fprintf(stderr, "\nrows in %s; table and figure in --out\n", support::printable(csv_.string(), 4096).c_str());
        return worst;
    }

private:
    [[nodiscard]] fs::path out() const { return chosen_.out; }
    [[nodiscard]] fs::path directory_of(const support::sweep_cell& cell) const {
        return out() / "cells" / (chosen_.model + "-" + cell.name);
    }

    [[nodiscard]] std::vector<support::front_row>::const_iterator dense_row() const {
        return std::ranges::find_if(
            rows_, [&](const support::front_row& row) { return row.method == "dense" && row.model == chosen_.model; });
    }

    // Runs the cell, unless it is done, and adds its results. Returns the trainer's exit code.
    int finish(const support::sweep_cell& cell) {
        const fs::path directory = directory_of(cell), summary = directory / "summary.json";
        if (!fs::exists(summary)) {
            const bool goes_on =
                fs::exists(directory / "checkpoint.safetensors") || fs::exists(directory / "search.safetensors");
            std::vector<std::string> words{(chosen_.programs / ("train_" + chosen_.model)).string()};
            words.insert(words.end(), chosen_.flags.begin(), chosen_.flags.end());
            words.insert(words.end(), cell.flags.begin(), cell.flags.end());
            if (cell.follows_start) {
                const support::sweep_cell start = support::start_cell(cell.seed);
                const fs::path rows = directory_of(start) / "checkpoint.safetensors";
                if (!fs::exists(directory_of(start) / "summary.json"))
                    if (const int code = finish(start); code != support::exit_good) return code;
                words.insert(words.end(), {"--init-rows", rows.string(), "--init-array", "best.weights"});
            }
            for (const std::string& flag : support::flags_of_method(chosen_.tuned, cell.method)) words.push_back(flag);
            words.insert(words.end(), {"--seed", std::to_string(cell.seed), "--topk", "20", "--quiet", "--out",
                                       directory.string(), goes_on ? "--resume" : "--force"});
            std::fprintf(stderr, "%s\n", support::printable_line(cell.name).c_str());
            const auto code = support::run_program(words, support::output::shared);
            if (!code)
                throw support::usage_error("--programs: " + words.front() +
                                           " cannot be run: give the directory of the trainers");
            if (*code != support::exit_good) return *code;
        }
        for (support::front_row& row : support::rows_of(cell, support::read_summary(summary), summary))
            if (!support::has_row(rows_, row)) rows_.push_back(std::move(row));
        support::write_front(csv_, rows_);
        draw();
        return support::exit_good;
    }

    void draw() const {
        const auto save = [](const fs::path& path, const std::string& text) {
            pleach::save_bytes(path, std::as_bytes(std::span<const char>(text)));
        };
        save(out() / "front.md", support::front_markdown(rows_));
        save(out() / "front.points", support::front_points(rows_));
        support::plot_table("front.gp", out() / "front.points", out() / "front.svg");
    }

    settings chosen_;
    fs::path csv_;
    std::vector<support::front_row> rows_;
};

}  // namespace

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::guard_main("sweep", [&] {
        settings chosen;
        chosen.programs = fs::path(argv[0]).parent_path();
        std::string methods;
        for (const std::string& method : support::sweep_methods()) methods += (methods.empty() ? "" : ", ") + method;
        CLI::App app("Compares methods by recall and NDCG at equal bytes.", "sweep");
        app.add_option("--model", chosen.model, "model, whose trainer is run")
            ->check(CLI::IsMember({"mf", "lightgcn"}))
            ->capture_default_str();
        app.add_option("--methods", chosen.asked.methods, "any of " + methods)
            ->delimiter(',')
            ->allow_extra_args(false)
            ->capture_default_str();
        app.add_option("--budgets", chosen.asked.budgets, "budgets, as fractions of the bytes of the dense table")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->capture_default_str();
        app.add_option("--seeds", chosen.asked.seeds, "seeds; every method and budget is run with each")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->capture_default_str();
        app.add_option("--out", chosen.out, "directory for runs, front.csv, front.md and front.svg")
            ->required()
            ->type_name("DIR");
        app.add_option("--csv", chosen.csv, "file of results; use a separate one for each set of flags [front.csv in --out]")
            ->type_name("FILE");
        app.add_option("--programs", chosen.programs, "directory of the trainers [that of this program]")->type_name("DIR");
        app.add_option("--tuned", chosen.tuned,
                       "METHOD=FLAGS: flags for one method, which override those after --; may be repeated")
            ->allow_extra_args(false)
            ->type_name("TEXT");
        app.add_option("flags", chosen.flags, "after --: flags for the trainer in every run")->type_name("FLAGS");
        return support::run_tool(app, argc, argv, [&] {
            if (chosen.asked.seeds.empty()) throw support::usage_error("--seeds: name at least one");
            for (const std::string& method : support::sweep_methods())
                static_cast<void>(support::flags_of_method(chosen.tuned, method));
            return sweep(std::move(chosen)).run();
        });
    });
}
