// SPDX-License-Identifier: Apache-2.0
#include "support/serve/titles.hpp"

#include "support/text/fields.hpp"

#include <algorithm>
#include <cctype>

namespace support {
namespace {

dialect dialect_of(std::string_view line) {
    for (const char* separator : {"\t", "::", "|", ";", ","})
        if (line.find(separator) != std::string_view::npos) return {.separator = separator, .quotes = separator[0] != '|'};
    return {.separator = "\t"};
}

bool is_title(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower == "title" || lower == "name";
}

}  // namespace

std::unordered_map<std::string, std::string> read_titles(const std::filesystem::path& path) {
    const text_file file(path);
    text_cursor at(file);
    std::unordered_map<std::string, std::string> titles;
    if (!at.next())
        fail_input({path.native()}, "an empty file", "an id and a title per line", "give the file that names the items");
    field_splitter splitter(dialect_of(at.line()));
    std::size_t column = 1;
    bool is_header = false;
    const auto& first = splitter.split(at);
    for (std::size_t c = 1; c < first.size() && !is_header; ++c)
        if (is_title(first[c].text)) {
            column = c;
            is_header = true;
        }
    if (is_header && !at.next()) return titles;
    do {
        if (trimmed(at.line()).empty()) continue;
        const auto& fields = splitter.split(at);
        if (fields.size() <= column)
            at.fail(at.line(), "a line of " + std::to_string(fields.size()) + (fields.size() == 1 ? " column" : " columns"),
                    "an id, and a title in column " + std::to_string(column + 1),
                    "check the separator, or write titles with commas in quotes");
        titles.emplace(fields[0].text, fields[column].text);
    } while (at.next());
    return titles;
}

}  // namespace support
