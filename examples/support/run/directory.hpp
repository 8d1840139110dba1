// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The directory of --out, and what a run writes to it:
///
///     config.txt              the effective settings, input of --config
///     run.json                program, version, sizes and checksum of the data
///     users.tsv, items.tsv    dense id, original id (\t, \n, \r and \\ escaped); of train_ctr values.tsv, row, field=value
///     checkpoint.safetensors  written by the trainer, search.safetensors by the search before it, coarse.safetensors by the
///                             coarse stages of c2f
///     metrics.jsonl           one object per evaluation, in order
///     summary.json            how it ended
///     curve.csv, curve.svg    the metrics by epoch; the figure if gnuplot is installed
///
/// Without --out there is no directory, and every call does nothing.

#include "support/data/interactions.hpp"
#include "support/options/options.hpp"
#include "support/run/lock.hpp"
#include "support/run/state.hpp"
#include "support/text/json_lines.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace support {

/// What a run is about, as its directory names it.
struct run_subject {
    json_object facts;  ///< name and sizes of the data
    std::uint64_t checksum = 0;
    /// Files with the original ids of rows, and those ids; they outlive this.
    std::vector<std::pair<std::string, const std::vector<std::string>*>> ids = {};
};
run_subject subject_of(const interactions& data);

class run_directory {
public:
    /// Creates the directory and writes what is known before training; or, with --resume, checks that it contains the same run.
    /// Locks the directory for the lifetime of this object. *Throws:* usage_error if another run is active in it, if it
    /// contains a run and neither --force nor --resume was given, or if --resume finds no run or a different one (every
    /// difference is named); std::filesystem::filesystem_error if the directory cannot be written.
    run_directory(const options& chosen, const run_subject& subject);
    run_directory(const options& chosen, const interactions& data) : run_directory(chosen, subject_of(data)) {}

    [[nodiscard]] bool exists() const noexcept { return !path_.empty(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Empty without --out, and so is the next.
    [[nodiscard]] std::filesystem::path checkpoint() const;
    [[nodiscard]] std::filesystem::path search_checkpoint() const;
    [[nodiscard]] std::filesystem::path coarse_checkpoint() const;

    /// Before a resumed run continues: writes the settings that may have changed to config.txt. If the run has ended, they can
    /// no longer have an effect: *Throws* usage_error if --epochs or --patience differ.
    void go_on(bool has_ended) const;

    /// Appends a line to metrics.jsonl.
    void append_metrics(const json_object& metrics) const;
    /// Waits until the lines so far are on the disk, so that a checkpoint that is saved next is not newer than they are.
    void sync_metrics() const;
    /// Drops what metrics.jsonl says of epochs and rounds that are not finished at this position, or of the search after that
    /// many epochs: a resumed run writes these lines again. A last line that was not written to its end is dropped as well.
    void rewind_metrics(const run_position& at) const;
    void rewind_search(std::uint64_t epochs) const;
    /// Replaces summary.json atomically.
    void write_summary(const json_object& summary) const;
    /// Writes curve.csv from metrics.jsonl: epoch, loss, seconds, then every number with an @ in its name; and
    /// curve.svg if gnuplot can be run. Returns whether there is a figure.
    bool write_curve() const;

private:
    void keep_metrics(const std::function<bool(const json_line&)>& is_kept) const;

    std::filesystem::path path_;
    options settings_;
    directory_lock lock_;
};

}  // namespace support
