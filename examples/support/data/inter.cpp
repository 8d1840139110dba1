// SPDX-License-Identifier: Apache-2.0
#include "support/data/table.hpp"

#include <algorithm>
#include <array>

namespace support {
namespace {

constexpr std::array types = {"token", "token_seq", "float", "float_seq"};

/// The roles from a header of `name:type`, each column checked.
table_roles roles_of_header(const text_cursor& at, const std::vector<text_field>& fields, std::vector<std::string>& names) {
    for (const text_field& field : fields) {
        const std::size_t colon = field.text.rfind(':');
        if (colon == std::string_view::npos)
            at.fail(field.at, in_quotes(field.text), "a column as name:type",
                    "give the type, one of token, token_seq, float, float_seq; or read the file with --format tsv");
        const std::string_view type = field.text.substr(colon + 1);
        if (std::find(types.begin(), types.end(), type) == types.end())
            at.fail(field.at, "type " + in_quotes(type), "token, token_seq, float or float_seq", "correct the header");
        const std::string name(field.text.substr(0, colon));
        if (std::find(names.begin(), names.end(), name) != names.end())
            at.fail(field.at, "column " + in_quotes(name) + " a second time", "every column once", "correct the header");
        names.push_back(name);
    }
    const table_roles roles = roles_by_name(names);
    const std::pair<std::size_t, const char*> needed[] = {{roles.user, "user_id:token"}, {roles.item, "item_id:token"}};
    for (const auto& [column, example] : needed) {
        if (column == no_column)
            at.fail(at.line(), "a header without " + std::string(example), "a column for users and one for items",
                    "add or rename it");
        if (!fields[column].text.ends_with(":token"))
            at.fail(fields[column].at, in_quotes(fields[column].text), "type token",
                    "users and items are names in this format");
    }
    return roles;
}

void read_part(const std::filesystem::path& path, const read_options& options, table_reader& reader, pair_list& pairs,
               raw_interactions& raw) {
    const text_file file(path);
    text_cursor at(file, options.limits);
    if (!at.next())
        fail_input({file.name()}, "no interactions", "a header and lines of pairs", "check that this is the right file");
    field_splitter splitter({.separator = options.separator == 0 ? "\t" : std::string(1, options.separator)});
    std::vector<std::string> names;
    const table_roles roles = with_needed_rating(roles_of_header(at, splitter.split(at), names), at, options);
    const std::string note = "header: " + describe_roles(roles, names);
    if (std::find(raw.notes.begin(), raw.notes.end(), note) == raw.notes.end()) raw.notes.push_back(note);
    reader.read_rest(at, splitter, roles, pairs);
}

}  // namespace

raw_interactions read_inter(const std::vector<std::filesystem::path>& files, const read_options& options) {
    raw_interactions raw;
    table_reader reader(options);
    const std::string place = files.empty() ? "?" : files[0].parent_path().string();
    const std::pair<const char*, pair_list*> parts[] = {
        {".train.inter", &raw.train}, {".valid.inter", &raw.valid}, {".test.inter", &raw.test}};
    std::size_t part_files = 0;
    for (const auto& [ending, pairs] : parts) {
        for (const auto& path : files) {
            if (files.size() == 1 || !path.filename().string().ends_with(ending)) continue;
            ++part_files;
            if (!pairs->empty())
                fail_input({path.string()}, "a second file for the same part", "one data set per folder",
                           "name the file to read, or separate the data sets");
            read_part(path, options, reader, *pairs, raw);
        }
    }
    if (files.size() == 1) {
        read_part(files[0], options, reader, raw.train, raw);
    } else if (part_files != files.size() || raw.train.empty() || raw.test.empty()) {
        std::string found;
        for (const auto& path : files) found += (found.empty() ? "" : ", ") + printable(path.filename().string());
        fail_input({place}, found, "one .inter file, or NAME.train.inter and NAME.test.inter with or without NAME.valid.inter",
                   "name the file to read, or separate the data sets");
    }
    raw.has_test = !raw.test.empty();
    reader.finish(raw);
    return raw;
}

}  // namespace support
