// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/read_clicks.hpp"

#include "support/ctr/click_columns.hpp"
#include "support/ctr/sparse_lines.hpp"
#include "support/text/fields.hpp"
#include "support/text/number.hpp"

#include <algorithm>

namespace support {
namespace {

namespace fs = std::filesystem;

bool is_criteo(const text_file& file, click_format asked) {
    if (asked != click_format::automatic) return asked == click_format::criteo;
    const std::string_view first = file.text().substr(0, file.text().find('\n'));
    return std::ranges::count(first, '\t') == 39 && (first.starts_with("0\t") || first.starts_with("1\t"));
}

dialect dialect_of(const text_file& file, const click_read_options& options) {
    if (options.separator != 0) return {.separator = std::string(1, options.separator), .quotes = options.separator != '\t'};
    if (is_criteo(file, options.format)) return {.separator = "\t"};
    const std::string_view first = file.text().substr(0, file.text().find('\n'));
    if (first.find(',') != std::string_view::npos) return {.separator = ",", .quotes = true};
    if (first.find('\t') != std::string_view::npos) return {.separator = "\t"};
    return {.separator = ";", .quotes = true};
}

/// Label, 13 numbers, 26 categories.
std::vector<std::string> criteo_columns() {
    std::vector<std::string> names{"label"};
    for (int i = 1; i <= 13; ++i) names.push_back("I" + std::to_string(i));
    for (int i = 1; i <= 26; ++i) names.push_back("C" + std::to_string(i));
    return names;
}

bool next_filled(text_cursor& at) {
    while (at.next())
        if (!trimmed(at.line()).empty()) return true;
    return false;
}

/// The names of the columns; reads the header if the format has one.
std::vector<std::string> columns_of(text_cursor& at, field_splitter& splitter, bool has_header) {
    if (!has_header) return criteo_columns();
    if (!next_filled(at)) fail_input({at.file()}, "no line", "a header and examples", "check that this is the right file");
    std::vector<std::string> names;
    for (const text_field& field : splitter.split(at)) {
        if (field.text.empty()) at.fail(field.at, "a column without a name", "a header", "name it");
        if (std::ranges::find(names, field.text) != names.end())
            at.fail(field.at, "column " + in_quotes(field.text) + " a second time", "distinct names", "rename one of them");
        names.emplace_back(field.text);
    }
    return names;
}

void read_part(const text_file& file, data_part part, const click_read_options& options, click_columns& columns,
               raw_clicks& raw) {
    text_cursor at(file, options.limits);
    field_splitter splitter(dialect_of(file, options));
    columns.begin_file(at, columns_of(at, splitter, !is_criteo(file, options.format)), raw);
    const std::size_t before = raw.size();
    while (next_filled(at)) columns.read(at, splitter.split(at), part, raw);
    if (raw.size() == before) fail_input({file.name()}, "no example", "one on each line", "check that this is the right file");
}

/// The file of a part in a folder, or nothing.
fs::path file_of(const fs::path& folder, const std::string& part) {
    for (const char* ending : {".csv", ".tsv", ".txt"})
        if (fs::exists(folder / (part + ending))) return folder / (part + ending);
    return {};
}

}  // namespace

raw_clicks read_clicks(const fs::path& path, const click_read_options& options) {
    raw_clicks raw;
    click_columns columns(options);
    const bool is_sparse = options.format == click_format::libsvm || options.format == click_format::libffm;
    sparse_line_reader lines(options.format == click_format::libffm);
    if (is_sparse) raw.tasks = options.tasks.empty() ? std::vector<std::string>{"label"} : options.tasks;
    const auto take = [&](const text_file& file, data_part part) {
        if (is_sparse)
            lines.read(file, part, options.limits, raw);
        else
            read_part(file, part, options, columns, raw);
    };
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
        raw.name = path.filename().string();
        take(text_file(path), data_part::train);
        return raw;
    }
    raw.name = (path.filename().empty() ? path.parent_path() : path).filename().string();
    if (file_of(path, "train").empty())
        fail_input({path.string()}, "no train.csv", "train.csv (or .tsv, .txt), and test.csv if the parts are given",
                   "name the data file itself");
    for (const auto& [name, part] :
         {std::pair("train", data_part::train), {"valid", data_part::valid}, {"test", data_part::test}})
        if (const fs::path file = file_of(path, name); !file.empty()) {
            take(text_file(file), part);
            raw.has_test |= part == data_part::test;
        }
    return raw;
}

}  // namespace support
