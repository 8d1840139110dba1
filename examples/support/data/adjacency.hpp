// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The text format of LightGCN and NGCF: one line per user, `user item item ...`, with ids from 0; some data sets also have
/// lists that give every id its original name. Sizes are one more than the largest id in all files.

#include "support/data/interactions.hpp"
#include "support/data/parts.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace support {

struct adjacency {
    std::size_t users = 0, items = 0;
    pair_list pairs;
    std::vector<std::string> notes;

    /// The largest id, and where it was read.
    struct {
        std::size_t rows = 0;  ///< one more
        std::string file;
        std::size_t line = 0, column = 0;
    } largest;

    /// Grows `count`, the number of users or items, so that the id fits.
    void note_row(std::size_t& count, std::uint32_t id, const text_cursor& at, std::string_view field) {
        count = std::max<std::size_t>(count, id + std::size_t{1});
        if (count <= largest.rows) return;
        largest = {count, at.file(), at.number(), static_cast<std::size_t>(field.data() - at.line().data()) + 1};
    }
};

/// Appends the pairs of one file.
void read_adjacency(const text_file& file, const read_options& options, adjacency& into);

/// `user_list.txt` and `item_list.txt`: a header with `org_id` and `remap_id` in either order, then one line per id. Returns
/// the names of the ids below `count`; ids that are not in the list are named by their number.
std::vector<std::string> read_token_list(const text_file& file, std::size_t count, const read_options& options,
                                         std::vector<std::string>& notes);

}  // namespace support
