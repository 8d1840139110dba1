// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads labelled examples: a table with a header, Criteo's form, whose columns have no names, or libsvm's and libffm's. A folder has train.csv and
/// test.csv and may have valid.csv (.tsv or .txt as well); a file by itself is split at random. Every column is a field but
/// those that are named as tasks or as ignored.

#include "support/ctr/raw_clicks.hpp"
#include "support/options/kinds.hpp"
#include "support/text/cursor.hpp"

#include <filesystem>

namespace support {

struct click_read_options {
    click_format format = click_format::automatic;
    char separator = 0;                     ///< 0: by the format and the first line
    std::vector<std::string> tasks = {};    ///< columns of labels; empty: the one of the format
    std::vector<std::string> numeric = {};  ///< columns of numbers
    std::vector<std::string> ignore = {};   ///< columns that are not read
    text_limits limits = {};
};

/// *Throws:* input_error on anything that cannot be read without guessing; std::filesystem::filesystem_error if reading
/// itself fails.
raw_clicks read_clicks(const std::filesystem::path& path, const click_read_options& options);

}  // namespace support
