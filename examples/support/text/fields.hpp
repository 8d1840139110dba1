// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Splits a line into columns: by a separator of one or more bytes, with quotes as in csv (RFC 4180, without line ends inside),
/// or by runs of blanks. Blanks around a column are removed.

#include "support/text/cursor.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace support {

struct dialect {
    std::string separator = "\t";
    bool quotes = false;  ///< a column may be in double quotes
    bool runs = false;    ///< any run of spaces and tabs separates
};

struct text_field {
    std::string_view text;  ///< without quotes and blanks around it
    std::string_view at;    ///< its part of the line
};

class field_splitter {
public:
    explicit field_splitter(dialect form) : form_(std::move(form)) {}

    /// The columns of the cursor's line, valid until the next call.
    const std::vector<text_field>& split(const text_cursor& at) {
        fields_.clear();
        unquoted_.clear();
        std::string_view rest = form_.runs ? trimmed(at.line()) : at.line();
        while (take_one(rest, at))
            if (fields_.size() >= at.limits().columns)
                at.fail(rest, "more than " + std::to_string(at.limits().columns) + " columns", "a pair and few other columns",
                        "check the separator, and that this is a table of pairs");
        return fields_;
    }

    [[nodiscard]] const dialect& form() const noexcept { return form_; }

private:
    /// Moves one column from the rest of the line to the fields; false after the last.
    bool take_one(std::string_view& rest, const text_cursor& at) {
        const std::string_view start = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (form_.quotes && start.starts_with('"')) {
            rest = start;
            take_quoted(rest, at);
        } else {
            const std::size_t end = form_.runs ? rest.find_first_of(" \t") : rest.find(form_.separator);
            const std::string_view field = trimmed(rest.substr(0, end));
            fields_.push_back({field, field});
            rest.remove_prefix(std::min(end, rest.size()));
        }
        if (rest.empty()) return false;
        if (form_.runs) {
            rest = trimmed(rest);
        } else {
            rest.remove_prefix(form_.separator.size());
        }
        return true;
    }

    void take_quoted(std::string_view& rest, const text_cursor& at) {
        std::string& text = unquoted_.emplace_back();
        const std::string_view opening = rest;
        rest.remove_prefix(1);
        for (;;) {
            const std::size_t quote = rest.find('"');
            if (quote == std::string_view::npos)
                at.fail(opening, "a quote that is not closed on its line", "a closing quote",
                        "write a quote inside quotes twice, and a record on one line");
            text += rest.substr(0, quote);
            rest.remove_prefix(quote + 1);
            if (!rest.starts_with('"')) break;
            text += '"';
            rest.remove_prefix(1);
        }
        fields_.push_back({text, opening});
        const std::size_t blank = std::min(rest.find_first_not_of(form_.separator == "\t" ? " " : " \t"), rest.size());
        rest.remove_prefix(blank);
        if (!rest.empty() && !rest.starts_with(form_.separator))
            at.fail(rest, in_quotes(rest) + " after a closing quote", "a separator or the end of the line",
                    "write a quote inside quotes twice");
    }

    dialect form_;
    std::vector<text_field> fields_;
    std::deque<std::string> unquoted_;
};

}  // namespace support
