// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What every reader produces: lists of pairs of dense ids, and names. `assemble` then counts, merges, splits if there is no
/// test part, and reports all of it in the notes.

#include "support/data/interactions.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace support {

using pair_list = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

struct raw_interactions {
    std::string name;
    std::size_t users = 0, items = 0;
    pair_list train, valid, test;
    bool has_test = false;   ///< false: all pairs are in train, and still have to be split
    bool dense_ids = false;  ///< the file holds row numbers: gaps in them are noted
    std::vector<std::string> user_tokens, item_tokens;
    std::vector<std::string> notes;
};

interactions assemble(raw_interactions raw, const read_options& options);

/// LightGCN text: lines of `user item item ...`, ids from 0.
raw_interactions read_adjacency_folder(const std::filesystem::path& folder, const read_options& options);
raw_interactions read_adjacency_file(const text_file& file, const read_options& options);

/// RecBole's atomic files: one `.inter`, or `.train.inter`, `.valid.inter` and `.test.inter`.
raw_interactions read_inter(const std::vector<std::filesystem::path>& files, const read_options& options);

/// One pair per line: `user SEPARATOR item [SEPARATOR rating [SEPARATOR time]]`; format is csv, tsv, ssv or dat.
raw_interactions read_delimited(const text_file& file, data_format format, const read_options& options);

}  // namespace support
