// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The LightGCN (and NGCF) text: one line a user, `user item item ...`, ids from 0 without names, and beside it, in
/// some data sets, lists that give every id its original name. Sizes are one more than the largest id over all files.

#include "support/data/interactions.hpp"
#include "support/data/parts.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace support {

struct adjacency {
    std::size_t users = 0, items = 0;
    pair_list pairs;
    std::vector<std::string> notes;
};

/// Appends the pairs of one file.
void read_adjacency(const text_file& file, const read_options& options, adjacency& into);

/// `user_list.txt` and `item_list.txt`: a header with `org_id` and `remap_id` in either order, then a line an id.
/// Returns the names of the ids below `count`; ids that the list leaves out keep their number as a name.
std::vector<std::string> read_token_list(const text_file& file, std::size_t count, const read_options& options,
                                         std::vector<std::string>& notes);

}  // namespace support
