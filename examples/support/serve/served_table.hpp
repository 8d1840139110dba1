// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens a table of any kind that a file can hold: dense rows from npy or safetensors, or a frozen table, including
/// compositions. The file is mapped.

#include <pleach/io/open_any.hpp>

#include <filesystem>
#include <string>

namespace support {

class dense_factors;

using served_table = pleach::any_frozen_table;

/// Where to read a table from: a file and, in a safetensors file with several, the name of the array.
struct table_source {
    std::filesystem::path path;
    std::string array;
};

/// *Throws:* input_error, std::filesystem::filesystem_error.
[[nodiscard]] served_table open_served(const table_source& source, const pleach::read_limits& limits = {});

/// The same for factors that were opened already; its kind describes their type and shape.
[[nodiscard]] served_table as_served(dense_factors factors);

/// What the rows of a frozen table lack before they can be scored, as trainers note it beside original ids.
struct scoring_needs {
    std::size_t layers = 0;  ///< of a graph, over which rows are propagated
    bool biases = false;     ///< of items, which are in a file of their own
};

/// Those of a file, none if it does not say. *Throws* as open_served if there is no such file.
[[nodiscard]] scoring_needs needs_of_file(const std::filesystem::path& path);

}  // namespace support
