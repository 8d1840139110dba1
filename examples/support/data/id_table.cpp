// SPDX-License-Identifier: Apache-2.0
#include "support/data/id_table.hpp"

#include "support/text/cursor.hpp"

#include <charconv>

namespace support {
namespace {

/// Undoes the escapes \t, \n, \r and \\.
std::string unescaped(const text_cursor& cursor, std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            name += text[i];
            continue;
        }
        const char code = i + 1 < text.size() ? text[i + 1] : '\0';
        if (code != 't' && code != 'n' && code != 'r' && code != '\\')
            cursor.fail(text.substr(i), "an invalid escape sequence", "\\t, \\n, \\r or \\\\",
                        "use the file as written by the trainer");
        name += code == 't' ? '\t' : code == 'n' ? '\n' : code == 'r' ? '\r' : '\\';
        ++i;
    }
    return name;
}

}  // namespace

id_table::id_table(const std::vector<std::string>& names) : names_(names), size_(names.size()) {
    for (const std::string& name : names_) ids_.id_of(name);
}

id_table id_table::read(const std::filesystem::path& path) {
    const text_file file(path);
    text_cursor cursor(file);
    if (!cursor.next() || cursor.line() != "id\toriginal")
        fail_input({file.name()}, "a different first line", "id, a tab, original", "give the users.tsv or items.tsv of a run");
    id_table result({});
    while (cursor.next()) {
        const std::string_view line = cursor.line();
        const std::size_t tab = line.find('\t');
        const std::string id = std::to_string(result.names_.size());
        if (tab == std::string_view::npos || line.substr(0, tab) != id)
            cursor.fail(line, printable(line.substr(0, tab)), "the id " + id + " and a tab",
                        "use the file as written by the trainer");
        std::string name = unescaped(cursor, line.substr(tab + 1));
        if (result.ids_.contains(name))
            cursor.fail(line.substr(tab + 1), printable(name) + " for a second time", "another name for each id",
                        "use the file as written by the trainer");
        result.ids_.id_of(name);
        result.names_.push_back(std::move(name));
    }
    result.size_ = result.names_.size();
    return result;
}

id_table id_table::of_numbers(std::size_t count) {
    id_table result({});
    result.size_ = count;
    return result;
}

std::optional<std::uint32_t> id_table::find(std::string_view name) const {
    if (!names_.empty() || size_ == 0) return ids_.find(name);
    std::uint32_t row = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), row);
    const bool is_plain = error == std::errc() && end == name.data() + name.size() && (name.size() == 1 || name[0] != '0');
    return is_plain && row < size_ ? std::optional(row) : std::nullopt;
}

}  // namespace support
