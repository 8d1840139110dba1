// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The learning curve of a run: as a csv table, and as a figure if gnuplot is installed.

#include "support/text/json_lines.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// A csv with header: epoch, loss, seconds, then every number with an @ in its name, in order of appearance. Missing values are
/// empty cells; lines without an epoch are left out.
std::string curve_table(const std::vector<json_line>& metrics);

/// Plots a table with a script of examples/plots; returns false, without a file, if gnuplot or the script cannot be found or
/// fails.
bool plot_table(const std::string& script, const std::filesystem::path& table, const std::filesystem::path& figure);

}  // namespace support
