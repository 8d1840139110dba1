// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run directory gives to a program that serves its tables: the frozen files, and the pairs that users have seen.

#include "support/data/id_table.hpp"
#include "support/data/interactions.hpp"
#include "support/serve/served_table.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// Users and items; or items, and what users are folded in by; or one table of both, and its biases if there are any.
struct served_files {
    table_source users, items, table;
    std::filesystem::path biases, fold;
};

/// The frozen tables in the directory: users.frozen and items.frozen if both are there, else items.frozen and fold.frozen, else
/// table.frozen. *Throws:* usage_error if there are none.
[[nodiscard]] served_files files_of_run(const std::filesystem::path& run);

/// All pairs of the data that the run was trained on, but those of a test part of their own. *Throws:* input_error if they, or
/// the settings of the run, cannot be read.
[[nodiscard]] interactions pairs_of_run(const std::filesystem::path& run);

/// The rows of users, by their original ids or by these as they are printed.
struct asked_users {
    std::vector<std::uint32_t> rows;
    std::size_t unknown = 0;    ///< number of ids of the batch that no user has
    std::string first_unknown;  ///< the first of them
};

/// Each of `named` must exist; those of `batch` that do not are counted. *Throws:* usage_error if one of `named` does not
/// exist, or no user is left.
[[nodiscard]] asked_users find_users(const id_table& users, const std::vector<std::string>& named,
                                     const std::vector<std::string>& batch);

}  // namespace support
