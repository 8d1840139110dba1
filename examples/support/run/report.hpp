// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The output of a run: lines for people on standard error, JSON objects for programs in metrics.jsonl (and on standard output
/// with --json), and the summary at the end.

#include "support/model/training_bytes.hpp"
#include "support/options/options.hpp"
#include "support/run/directory.hpp"
#include "support/run/state.hpp"

#include <pleach/compose/collisions.hpp>

namespace support {

/// A frozen file, and how well its rows rank.
struct frozen_file {
    std::string name;
    std::string kind;
    std::uint64_t bytes = 0;        ///< including those of the graph, without those of the original ids
    std::uint64_t id_bytes = 0;     ///< what original ids add to the files
    std::uint64_t graph_bytes = 0;  ///< of the graph that is needed to propagate the rows
    std::uint64_t kept_rows = 0;    ///< number of rows that were solved for; 0: all rows, as they were trained
    double solve_error = 0;         ///< of the solved rows: squared norm of what propagates wrongly, relative to the target's
    double file_error = 0;          ///< the same of the rows as the file has them
    ranking_quality valid;          ///< k = 0 if there is no validation part
    ranking_quality test;
};

/// An epoch of a search, and the number of live values: a line of the metrics, and one for the user as --json and --quiet say.
void report_search_epoch(const options& chosen, const run_directory& directory, std::uint64_t epoch, double loss,
                         std::uint64_t values, double seconds);

class run_report {
public:
    /// *Precondition:* everything given outlives the report.
    run_report(const options& chosen, const interactions& data, const run_directory& directory)
        : options_(chosen), data_(data), directory_(directory) {}

    /// Prints what was read, and notes about the options.
    void start() const;
    /// Prints how many entities a table of shared rows cannot tell apart, if any.
    void collisions(const pleach::collision_counts& counts) const;
    /// An epoch of a search, and the number of live values.
    void search_epoch(std::uint64_t epoch, double loss, std::uint64_t values, double seconds) const;
    /// The end of a search.
    void search(std::uint64_t epochs, double seconds);
    /// An epoch; `valid` is null if nothing was evaluated.
    void epoch(const run_position& at, double loss, const evaluation* valid);
    /// The end of a round, the last of state.results.
    void round(const training_state& state, const evaluation& test) const;
    /// A frozen file that was written.
    void frozen(frozen_file file);
    /// What training held for the table; nothing is reported where that is not known.
    void held(const training_bytes& bytes) { held_ = bytes; }
    /// The end of the run: the table of rounds, summary.json and the curve.
    void finish(const training_state& state, int threads) const;

private:
    const options& options_;
    const interactions& data_;
    const run_directory& directory_;
    std::uint64_t search_epochs_ = 0;
    double search_seconds_ = 0;
    double first_loss_ = 0, last_loss_ = 0;  // of the epochs that were reported
    std::vector<frozen_file> frozen_;
    training_bytes held_;
};

/// Largest resident size of this process so far, in bytes; 0 if the system does not report it.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace support
