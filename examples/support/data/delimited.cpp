// SPDX-License-Identifier: Apache-2.0
#include "support/data/table.hpp"

#include <algorithm>

namespace support {
namespace {

/// Separator and quoting, from the format and, for csv, from the first line.
dialect dialect_of(data_format format, std::string_view first_line, const read_options& options) {
    if (format == data_format::dat) return {.separator = "::"};
    if (options.separator == ' ' || (options.separator == 0 && format == data_format::ssv))
        return {.separator = " ", .runs = true};
    if (options.separator != 0) return {.separator = std::string(1, options.separator), .quotes = options.separator != '\t'};
    if (format == data_format::tsv) return {.separator = "\t"};
    return {.separator = first_line.find(';') == std::string_view::npos ? "," : ";", .quotes = true};
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

std::vector<std::string> texts_of(const std::vector<text_field>& fields) {
    std::vector<std::string> texts;
    for (const text_field& field : fields) texts.emplace_back(field.text);
    return texts;
}

/// Roles of columns without names: user, item and, if there is a third column, rating; further columns are not read.
table_roles roles_by_position(std::size_t columns, data_format format) {
    if (columns < 2) return {};  // the first line is then refused like any other
    const bool dat = format == data_format::dat;
    return {.rating = columns > 2 ? 2 : no_column,
            .columns = dat ? std::min<std::size_t>(columns, 3) : columns,
            .more_columns = dat};
}

std::string describe_positions(const table_roles& roles, std::size_t columns) {
    std::string text = "column 1 = user, 2 = item";
    const bool has_rating = roles.rating != no_column;
    if (has_rating) text += ", 3 = rating";
    const std::size_t first = has_rating ? 4 : 3;
    if (columns >= first) text += "; not read: " + std::to_string(first);
    if (columns > first) text += " to " + std::to_string(columns);
    return text;
}

bool next_filled(text_cursor& at) {
    while (at.next())
        if (!trimmed(at.line()).empty()) return true;
    return false;
}

/// A header with unknown names could be mistaken for a pair of names: if numbers follow it, refuse to guess.
void require_no_unknown_header(const text_cursor& at, const std::vector<std::string>& names, field_splitter splitter) {
    text_cursor ahead = at;
    if (names.size() < 2 || is_number(names[0]) || is_number(names[1]) || !next_filled(ahead)) return;
    const auto& second = splitter.split(ahead);
    if (second.size() < 2 || !is_number(second[0].text) || !is_number(second[1].text)) return;
    at.fail(at.line(), in_quotes(at.line()) + " above columns of numbers",
            "a pair, or a header with names such as user and item",
            "use --header yes if it is a header, --header no if it is a pair");
}

}  // namespace

raw_interactions read_delimited(const text_file& file, data_format format, const read_options& options) {
    text_cursor at(file, options.limits);
    if (!next_filled(at))
        fail_input({file.name()}, "no interactions", "lines of user and item", "check that this is the right file");

    field_splitter splitter(dialect_of(format, at.line(), options));
    const std::vector<std::string> names = texts_of(splitter.split(at));
    table_roles roles = roles_by_name(names);
    const bool named = roles.user != no_column && roles.item != no_column;
    const bool header = options.header == header_line::yes || (options.header == header_line::automatic && named);
    if (header && std::any_of(names.begin(), names.end(), is_number))
        at.fail(at.line(), in_quotes(at.line()), "a header with the names of the columns", "use --header no");
    if (options.header == header_line::automatic && !named) require_no_unknown_header(at, names, splitter);

    if (!named || !header) roles = roles_by_position(names.size(), format);
    if (names.size() >= 2) roles = with_needed_rating(roles, at, options);
    const std::string separator = splitter.form().separator == "\t" ? "tabs" : "'" + splitter.form().separator + "'";
    std::string note = "columns separated by " + (splitter.form().runs ? "blanks" : separator) + "; ";
    if (header && named) {
        note += "header: " + describe_roles(roles, names);
    } else {
        note += header ? "header without known names skipped; " : "no header; ";
        note += describe_positions(roles, names.size());
    }
    raw_interactions raw;
    raw.notes.push_back(note);
    table_reader reader(options);
    if (!header) reader.read_line(at, splitter, roles, raw.train);
    reader.read_rest(at, splitter, roles, raw.train);
    reader.finish(raw);
    return raw;
}

}  // namespace support
