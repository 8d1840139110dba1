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

}  // namespace support
