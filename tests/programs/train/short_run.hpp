// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Short runs that are interrupted, as by Ctrl-C, and what runs find.

#include "support/run/interrupt.hpp"
#include "support/train/run_context.hpp"
#include "support/train/run_trainer.hpp"

#include <csignal>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tests {

inline constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

/// When Ctrl-C is pressed: in the batch or in the evaluation of that number.
struct interruption {
    std::size_t batch = never;
    std::size_t evaluation = never;
};

/// An encoder that interrupts the program.
template <class Encoder>
class interrupting : public Encoder {
public:
    template <class... Arguments>
    explicit interrupting(interruption when, Arguments&&... arguments)
        : Encoder(std::forward<Arguments>(arguments)...), left_(when) {}
    template <class... Arguments>
    void encode(Arguments&&... arguments) {
        if (left_.batch-- == 0) std::raise(SIGINT);
        Encoder::encode(std::forward<Arguments>(arguments)...);
    }
    template <class... Arguments>
    void encode_all(Arguments&&... arguments) {
        if (left_.evaluation-- == 0) std::raise(SIGINT);
        Encoder::encode_all(std::forward<Arguments>(arguments)...);
    }

private:
    interruption left_;
};

/// What a run with these options needs. *Precondition:* options and data outlive it.
class short_run {
public:
    short_run(const support::options& chosen, const support::interactions& data, int threads = 2)
        : training(support::training_options_of(chosen)), directory_(chosen, data), report_(chosen, data, directory_),
          context{chosen, training, data, directory_, report_, {threads}} {
        support::catch_interrupts();
    }
    short_run(const short_run&) = delete;
    short_run& operator=(const short_run&) = delete;

    support::training_options training;

private:
    support::run_directory directory_;
    support::run_report report_;

public:
    const support::run_context context;
};

/// Calls run(), and returns what was said where it was interrupted; empty if it was not.
template <class Run>
[[nodiscard]] std::string stopped(Run&& run) {
    std::string said;
    try {
        run();
    } catch (const support::interrupted& stop) {
        said = stop.what();
    }
    support::detail::interrupt_signal = 0;
    return said;
}

/// All that a run found, but for the seconds that it took.
[[nodiscard]] inline std::vector<double> findings(const support::training_state& state) {
    std::vector<double> numbers;
    for (support::round_result r : state.results) {
        r.seconds = 0;
        support::for_each_number(r, [&](auto x) { numbers.push_back(static_cast<double>(x)); });
    }
    return numbers;
}

/// The numbers in each line of metrics.jsonl, but for seconds.
[[nodiscard]] inline std::vector<std::string> metrics_of(const std::filesystem::path& directory) {
    std::vector<std::string> lines;
    for (const support::json_line& line : support::read_json_lines(directory / "metrics.jsonl")) {
        std::string& text = lines.emplace_back();
        for (const support::json_number& number : line.numbers)
            if (number.key.find("seconds") == std::string::npos)
                text += number.key + ' ' + support::shortest(number.value) + ' ';
    }
    return lines;
}

}  // namespace tests
