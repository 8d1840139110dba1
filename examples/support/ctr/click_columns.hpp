// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The columns of a table of examples: which are labels, numbers and values of fields.

#include "support/ctr/raw_clicks.hpp"
#include "support/text/fields.hpp"

namespace support {

struct click_read_options;

class click_columns {
public:
    /// *Precondition:* the options outlive this.
    explicit click_columns(const click_read_options& options) : options_(options) {}

    /// Takes the names of the columns; those of a further file must be the same. *Throws:* input_error.
    void begin_file(const text_cursor& at, std::vector<std::string> names, raw_clicks& raw);

    /// Appends the example of a line. *Throws:* input_error.
    void read(const text_cursor& at, const std::vector<text_field>& fields, data_part part, raw_clicks& raw) const;

private:
    enum class role : std::uint8_t { field, number, label, ignored };

    void take_roles(const text_cursor& at, raw_clicks& raw);

    const click_read_options& options_;
    std::vector<std::string> names_;
    std::vector<role> roles_;
    std::vector<std::size_t> place_;  // of a column, among those of its role
};

}  // namespace support
