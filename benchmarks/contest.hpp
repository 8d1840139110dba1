// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Timing on a shared machine: contenders run in turn, pass after pass, in one process and over the same data, and each is
/// compared with the reference (the limit, or a peer) of the same pass. A table shows the best time, the median, the ratio of
/// the best times, and the median of the ratios within a pass. If the two ratios differ much, other programs disturbed the
/// run.

#include "support/run/stopwatch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace benchmarks {

/// The command line of every benchmark: [FOLDER] [--smoke] [--passes N] [--share X].
struct arguments {
    std::string folder;     ///< of a data set; if empty, pairs are generated
    bool is_smoke = false;  ///< tiny sizes and one pass, to check that the program runs
    std::size_t passes = 7;
    double share = 1;  ///< fraction of a long pass to run; times are scaled up

    arguments(int argc, const char* const* argv) {
        for (int i = 1; i < argc; ++i) {
            const std::string word = argv[i];
            if (word == "--smoke") {
                is_smoke = true;
                passes = 1;
            } else if (word == "--passes" && i + 1 < argc) {
                passes = static_cast<std::size_t>((std::max)(1, std::atoi(argv[++i])));
            } else if (word == "--share" && i + 1 < argc) {
                share = std::clamp(std::atof(argv[++i]), 1e-6, 1.0);
            } else if (!word.starts_with("--") && folder.empty()) {
                folder = word;
            } else {
                std::fprintf(stderr, "%s: usage: %s [FOLDER] [--smoke] [--passes N] [--share X]\n", argv[0], argv[0]);
                std::exit(1);
            }
        }
    }
};

/// Keeps the compiler from removing the computation of the value.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

class contest {
public:
    /// Times are shown as seconds * scale.
    contest(const arguments& given, std::string title, std::string unit, double scale)
        : given_(given), title_(std::move(title)), unit_(std::move(unit)), scale_(scale) {}

    /// Contenders are compared with the fastest limit, or with the first contender if there is no limit.
    enum class kind { contender, limit };

    /// Returns the contender's number. `prepare` runs before each pass, untimed.
    std::size_t add(std::string name, std::function<void()> run, kind what = kind::contender,
                    std::function<void()> prepare = {}) {
        rows_.push_back({std::move(name), std::move(run), std::move(prepare), what, {}});
        return rows_.size() - 1;
    }

    /// Runs one pass that is not counted, then the requested ones, rotating the order by one in each pass; prints the table.
    void run() {
        for (std::size_t pass = 0; pass <= given_.passes; ++pass)
            for (std::size_t i = 0; i < rows_.size(); ++i) {
                row& one = rows_[(i + pass) % rows_.size()];
                if (one.prepare) one.prepare();
                support::stopwatch watch;
                one.run();
                const double seconds = watch.seconds();
                if (pass > 0) one.seconds.push_back(seconds);
            }
        print();
    }

    [[nodiscard]] double best(std::size_t i) const { return *std::ranges::min_element(rows_[i].seconds); }

    /// The best time of i divided by that of j.
    [[nodiscard]] double ratio(std::size_t i, std::size_t j) const { return best(i) / best(j); }

    /// The fastest limit, or the first contender.
    [[nodiscard]] std::size_t reference() const {
        std::size_t fastest = rows_.size();
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (rows_[i].what == kind::limit && (fastest == rows_.size() || best(i) < best(fastest))) fastest = i;
        return fastest == rows_.size() ? 0 : fastest;
    }

    enum class aim { at_most, at_least };

    /// Prints whether a goal was reached; nothing after a smoke run, whose times mean nothing.
    void judge(const std::string& what, double value, aim direction, double goal) const {
        if (given_.is_smoke) return;
        const bool reached = direction == aim::at_most ? value <= goal : value >= goal;
        std::printf("  -> %s: %.3g, goal %s %.3g: %s\n", what.c_str(), value,
                    direction == aim::at_most ? "at most" : "at least", goal, reached ? "reached" : "NOT reached");
        std::fflush(stdout);
    }

private:
    struct row {
        std::string name;
        std::function<void()> run;
        std::function<void()> prepare;
        kind what;
        std::vector<double> seconds;
    };

    static double median(std::vector<double> values) {
        std::ranges::sort(values);
        const std::size_t half = values.size() / 2;
        return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    [[nodiscard]] double paired_ratio(std::size_t i, std::size_t j) const {
        std::vector<double> ratios;
        for (std::size_t pass = 0; pass < rows_[i].seconds.size(); ++pass)
            ratios.push_back(rows_[i].seconds[pass] / rows_[j].seconds[pass]);
        return median(ratios);
    }

    void print() const {
        const std::size_t first = reference();
        std::printf("\n%s\n  %-52s %10s %10s %8s %8s\n", title_.c_str(), unit_.c_str(), "best", "median", "x ref", "paired");
        for (std::size_t i = 0; i < rows_.size(); ++i)
            std::printf("%s %-52s %10.4g %10.4g %8.2f %8.2f\n", i == first ? " *" : "  ", rows_[i].name.c_str(),
                        scale_ * best(i), scale_ * median(rows_[i].seconds), best(i) / best(first), paired_ratio(i, first));
        std::fflush(stdout);
    }

    arguments given_;
    std::string title_, unit_;
    double scale_;
    std::vector<row> rows_;
};

}  // namespace benchmarks
