// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Titles of items from a table of the user's own: an id and a title per line, in csv (movies.csv), tab-separated values, or
/// separated by '|' or '::' (u.item, movies.dat).

#include <filesystem>
#include <string>
#include <unordered_map>

namespace support {

/// Titles by original id. The separator is the first of tab, "::", '|', ';' and ',' that the first line has; a first line that
/// names columns 'title' or 'name' says which column is the title, otherwise it is the second. The first column is the id.
/// *Throws:* input_error if the file cannot be read, or a line has no such column.
[[nodiscard]] std::unordered_map<std::string, std::string> read_titles(const std::filesystem::path& path);

}  // namespace support
