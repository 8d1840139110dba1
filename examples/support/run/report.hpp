// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run says: lines for a person on standard error, objects for a program in metrics.jsonl (and on standard output with
/// --json), and the summary at the end.

#include "support/options/options.hpp"
#include "support/run/directory.hpp"
#include "support/run/state.hpp"

#include <pleach/compose/collisions.hpp>

namespace support {

/// A frozen file, and how well its rows rank.
struct frozen_file {
    std::string name;
    std::string kind;
    std::uint64_t bytes = 0;        ///< with those of the graph
    std::uint64_t graph_bytes = 0;  ///< that the rows need to be propagated
    std::uint64_t kept_rows = 0;    ///< that were solved for; 0: all rows, as they were trained
    double solve_error = 0;         ///< of the rows that those propagate to, squared, over the squares of what was wanted
    ranking_quality valid;          ///< k = 0 where there is no validation part
    ranking_quality test;
};

class run_report {
public:
    /// *Precondition:* everything given outlives the report.
    run_report(const options& chosen, const interactions& data, const run_directory& directory)
        : options_(chosen), data_(data), directory_(directory) {}

    /// What was read, and what was asked for.
    void start() const;
    /// Entities that a table with shared rows cannot tell apart, if there are any.
    void collisions(const pleach::collision_counts& counts) const;
    /// An epoch of a search, and how many values its table has.
    void search_epoch(std::uint64_t epoch, double loss, std::uint64_t values, double seconds) const;
    /// The end of a search.
    void search(std::uint64_t epochs, double seconds);
    /// An epoch that is to be told of; `valid` null where nothing was evaluated.
    void epoch(const run_position& at, double loss, const evaluation* valid) const;
    /// The end of a round, the last of state.results.
    void round(const training_state& state, const evaluation& test) const;
    /// A frozen file that was written.
    void frozen(frozen_file file);
    /// The end of the run: the table of rounds, summary.json and the curve.
    void finish(const training_state& state, int threads) const;

private:
    const options& options_;
    const interactions& data_;
    const run_directory& directory_;
    std::uint64_t search_epochs_ = 0;
    double search_seconds_ = 0;
    std::vector<frozen_file> frozen_;
};

/// Largest resident size of this process so far, in bytes; 0 where the system does not say.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace support
