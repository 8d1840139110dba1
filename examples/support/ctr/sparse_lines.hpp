// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads libsvm's form, `label index:value ...`, and libffm's, `label field:index:value ...`. Labels are 0 or 1, or -1 or +1. An
/// index is a name like any other, which gets a row if it occurs often enough; a value is the weight of that row. Without fields,
/// all indices belong to one.

#include "support/ctr/raw_clicks.hpp"
#include "support/text/cursor.hpp"

namespace support {

class sparse_line_reader {
public:
    explicit sparse_line_reader(bool has_fields) : has_fields_(has_fields) {}

    /// Appends the examples of a file. *Throws:* input_error.
    void read(const text_file& file, data_part part, const text_limits& limits, raw_clicks& raw);

private:
    struct value {
        std::uint32_t field, token;
        float weight;
    };

    value value_in(const text_cursor& at, std::string_view word, raw_clicks& raw);

    bool has_fields_;
    token_map fields_;
    std::vector<value> values_;  // of a line
};

}  // namespace support
