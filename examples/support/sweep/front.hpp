// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The results of a sweep, in a CSV with one row per table, and the front drawn from them.

#include "support/run/summary.hpp"
#include "support/sweep/plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

struct front_row {
    std::string dataset, model, loss, method;
    std::uint64_t dim = 0, layers = 0, seed = 0;
    double budget = 1;
    summary_round found;
};

/// The rows that a finished run gives for its cell. *Throws* input_error if a round is missing.
std::vector<front_row> rows_of(const sweep_cell& cell, const run_summary& summary, const std::filesystem::path& path);

/// All rows of a file; none if there is no file. *Throws* input_error, naming the line, if the file is not such a table.
std::vector<front_row> read_front(const std::filesystem::path& path);

/// Replaces the file. *Throws* std::filesystem::filesystem_error.
void write_front(const std::filesystem::path& path, const std::vector<front_row>& rows);

/// Whether `rows` has a row with the same data set, model, method, seed and budget.
bool has_row(const std::vector<front_row>& rows, const front_row& like);

/// Whether `rows` has all results of the cell, for that data set and model.
bool has_cell(const std::vector<front_row>& rows, const sweep_cell& cell, const std::string& dataset, const std::string& model);

/// For each method and budget the mean, the least and the largest value over seeds: a table for gnuplot, one block per method.
/// A method measured only at the full budget is a reference level: its block reaches from the smallest bytes to the largest.
std::string front_points(const std::vector<front_row>& rows);

/// The same means as a Markdown table of test recall and NDCG at 20.
std::string front_markdown(const std::vector<front_row>& rows);

}  // namespace support
