// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What all tables of pairs have in common, `.inter` and delimited: which column is the user, the item and the rating, and the
/// loop over the lines. Users and items are names here, not numbers: `007` and `7` are different.

#include "support/data/interactions.hpp"
#include "support/data/parts.hpp"
#include "support/text/fields.hpp"
#include "support/text/token_map.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

struct table_roles {
    std::size_t user = 0, item = 1, rating = no_column;
    std::size_t columns = 2;    ///< in every line
    bool more_columns = false;  ///< lines may have more, which are not read
};

/// The roles of columns with these names (as `userId`, `user_id`, `user`, `movieId`, `rating`, in any case); columns
/// without one have no_column.
table_roles roles_by_name(const std::vector<std::string>& names);

/// Drops the rating if it is not needed. *Throws:* input_error if it is needed and there is no such column.
table_roles with_needed_rating(table_roles roles, const text_cursor& at, const read_options& options);

/// "user = userId, item = movieId, rating = rating; not read: timestamp".
std::string describe_roles(const table_roles& roles, const std::vector<std::string>& names);

class table_reader {
public:
    /// The options must outlive the reader.
    explicit table_reader(const read_options& options) : options_(options) {}

    /// Reads the cursor's line as a pair. Blank lines are skipped, and as many unreadable ones as the options allow.
    void read_line(const text_cursor& at, field_splitter& splitter, const table_roles& roles, pair_list& pairs);

    /// Reads all remaining lines. *Throws:* input_error, also if there was no pair.
    void read_rest(text_cursor& at, field_splitter& splitter, const table_roles& roles, pair_list& pairs);

    /// Moves sizes, names and notes into the result.
    void finish(raw_interactions& raw) const;

private:
    const std::vector<text_field>& checked_fields(const text_cursor& at, field_splitter& splitter,
                                                  const table_roles& roles) const;
    void check_name(const text_cursor& at, const text_field& field, const char* noun) const;
    std::uint32_t id_of(const text_cursor& at, const text_field& field, token_map& names, const char* noun) const;
    bool rated_too_low(const text_cursor& at, const text_field& field);

    const read_options& options_;
    token_map users_, items_;
    std::size_t rated_low_ = 0;
    std::size_t bad_lines_ = 0;
    std::string first_bad_;
};

}  // namespace support
