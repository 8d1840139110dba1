// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The small files beside data and runs: names of ids, and metrics as JSON lines.

#include "support/data/adjacency.hpp"
#include "support/data/id_table.hpp"
#include "support/text/error.hpp"
#include "support/text/json_lines.hpp"

#include "files/fuzz/memory_file.hpp"

#include <cmath>
#include <set>

namespace fuzz {

/// users.tsv and items.tsv of a run, or user_list.txt and item_list.txt of a data set, by the first byte.
inline void names(bytes input) {
    choices from(input);
    const std::size_t which = from.below(4);
    const memory_file file(as_text(from.rest()));
    try {
        if (which == 0) {
            const auto table = support::id_table::read(file.path());
            for (std::size_t id = 0; id < table.size(); ++id)
                require(table.find(table.name(id)) == id, "every name is found at its row");
        } else {
            std::vector<std::string> notes;
            support::read_options options;
            if (which == 3) options.limits = {.line_bytes = 40, .token_bytes = 5, .columns = 3};
            const std::size_t count = from.below(20);
            const auto all = support::read_token_list(support::text_file(file.path()), count, options, notes);
            require(all.size() == count, "every id below the count has a name");
            require(std::set<std::string_view>(all.begin(), all.end()).size() == count, "no name occurs twice");
        }
    } catch (const support::input_error& refused) {
        require_refusal(refused.what());
    }
}

inline void json_lines(bytes input) {
    const memory_file file(as_text(input));
    try {
        for (const support::json_line& line : support::read_json_lines(file.path())) {
            require(line.text.find('\n') == std::string::npos, "a line is one line");
            for (const support::json_number& number : line.numbers)
                require(line.at(number.key) != nullptr, "every number is found by its key");
        }
    } catch (const support::input_error& refused) {
        require_refusal(refused.what());
    }
}

}  // namespace fuzz
