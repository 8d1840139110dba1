// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens a table of whatever kind a file holds, for programs that read any of them: the kind is found out once, and the
/// rest of the program is compiled for each.

#include "support/dense_factors.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

namespace support {

/// Where a table is: a file and, in a safetensors file of several, its array.
struct table_source {
    std::filesystem::path path;
    std::string array;
};

/// Calls `visit(table)` with the table of that file, mapped: an enumerable_table of float, on which `mapping()` gives
/// the bytes of the file. *Throws:* input_error, std::filesystem::filesystem_error, and what `visit` throws.
template <class Visit>
decltype(auto) with_table(const table_source& source, Visit&& visit) {
    return std::forward<Visit>(visit)(dense_factors::open(source.path, source.array));
}

}  // namespace support
