// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The learning curve of a run: a table for every tool, and a figure through gnuplot where that is installed.

#include "support/text/json_lines.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// A csv with header: epoch, loss, seconds, then every number with an @ in its name, in order of appearance. What a
/// line does not have is an empty cell; lines without an epoch are left out.
std::string curve_table(const std::vector<json_line>& metrics);

/// Draws a table by a script of examples/plots; false, and no file, if gnuplot or the script cannot be found or fails.
bool plot_table(const std::string& script, const std::filesystem::path& table, const std::filesystem::path& figure);

}  // namespace support
