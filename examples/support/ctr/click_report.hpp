// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The output of a run of train_ctr, in the same places as that of the other trainers (run/report.hpp).

#include "support/ctr/click_data.hpp"
#include "support/ctr/click_state.hpp"
#include "support/model/training_bytes.hpp"
#include "support/options/options.hpp"
#include "support/run/directory.hpp"

#include <optional>

namespace support {

/// Frozen files of a table, and how well the model predicts with the rows that they give.
struct frozen_clicks {
    std::string kind;
    std::uint64_t bytes = 0;
    std::vector<click_quality> test;
};

class click_report {
public:
    /// *Precondition:* everything given outlives the report.
    click_report(const options& chosen, const click_data& data, const run_directory& directory)
        : options_(chosen), data_(data), directory_(directory) {}

    void start() const;
    void search_epoch(std::uint64_t epoch, double loss, std::uint64_t values, double seconds) const;
    void search(std::uint64_t epochs, double seconds);
    /// An epoch; `valid` is empty if nothing was evaluated.
    void epoch(const run_position& at, double loss, const std::vector<click_quality>& valid) const;
    /// The end of a round, the last of the results.
    void round(const click_state& state) const;
    void frozen(frozen_clicks files);
    /// What training held for the table, and how many numbers stand beside it.
    void held(const training_bytes& bytes, std::size_t linear, std::size_t network);
    void finish(const click_state& state, int threads) const;

private:
    [[nodiscard]] json_object qualities(const std::vector<click_quality>& of_tasks, const std::string& part) const;
    void print(const char* part, const std::vector<click_quality>& of_tasks) const;
    [[nodiscard]] json_object result(const click_state& state, std::size_t round) const;

    const options& options_;
    const click_data& data_;
    const run_directory& directory_;
    std::uint64_t search_epochs_ = 0;
    double search_seconds_ = 0;
    std::optional<frozen_clicks> frozen_;
    training_bytes held_;
    std::size_t linear_ = 0, network_ = 0;
};

/// The run as its directory names it. *Precondition:* the data outlive it.
run_subject subject_of(const click_data& data);

}  // namespace support
