// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"
#include "support/text/cursor.hpp"
#include "support/text/number.hpp"
#include "support/text/utf8.hpp"

#include <map>

namespace support {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20, most_keys = 4096;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A value as written to the file: in quotes, with \" \\ \n \t, if it could not be read back otherwise.
std::string written(const std::string& value) {
    bool plain = !value.empty() && trimmed(value) == value && value[0] != '"';
    for (const char c : value) plain = plain && !is_control(c);
    if (plain) return value;
    std::string text = "\"";
    for (const char c : value) {
        if (c == '\n') {
            text += "\\n";
        } else if (c == '\t') {
            text += "\\t";
        } else {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
    }
    return text + '"';
}

std::string unquoted(const text_cursor& at, std::string_view value) {
    if (!value.starts_with('"')) return std::string(value);
    std::string text;
    for (std::size_t i = 1; i < value.size(); ++i) {
        if (value[i] == '"' && i + 1 == value.size()) return text;
        if (value[i] == '"')
            at.fail(value.substr(i), "text after a closing quote", "the end of the line", "write \\\" inside quotes");
        if (value[i] == '\\' && i + 1 < value.size()) {
            const char next = value[++i];
            if (next != 'n' && next != 't' && next != '"' && next != '\\')
                at.fail(value.substr(i - 1), "an unknown escape", "\\n, \\t, \\\" or \\\\", "write a backslash twice");
            text += next == 'n' ? '\n' : next == 't' ? '\t' : next;
        } else {
            text += value[i];
        }
    }
    at.fail(value, "a quote that is not closed", "a closing quote", "add it");
}

void require_config_file(const std::string& path, const text_file& file) {
    if (file.text().size() > most_bytes)
        fail_input({path}, counted(file.text().size(), "byte"), "a configuration of at most " + grouped(most_bytes),
                   "check that this is the right file");
    const std::size_t bad = first_invalid_utf8(file.text());
    if (bad != file.text().size())
        fail_input({path}, "a byte at offset " + std::to_string(bad) + " that is not UTF-8", "text in UTF-8",
                   "check that this is the right file");
}

}  // namespace

std::vector<config_setting> read_settings(const std::string& path, std::string_view program) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(path, ignored);  // checked before the file is read
    if (!ignored && size > 2 * most_bytes)
        fail_input({path}, counted(size, "byte"), "a configuration of at most " + grouped(most_bytes),
                   "check that this is the right file");
    const text_file file(path);
    require_config_file(path, file);
    std::vector<config_setting> settings;
    std::map<std::string_view, std::size_t> lines;
    text_cursor at(file);
    while (at.next()) {
        const std::string_view line = trimmed(at.line());
        if (line.empty() || line[0] == '#') continue;
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) at.fail(line, in_quotes(line), "key = value", "start a comment with #");
        const std::string_view key = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
        const option_row* row = find_option(key, program);
        if (row == nullptr || row->name == "config")
            at.fail(line, "unknown key " + in_quotes(key), "the name of a flag",
                    row ? "a configuration cannot include another" : nearest_option(key, program));
        if (!row->in(program))
            at.fail(line, "key " + in_quotes(key), "a flag of " + std::string(program),
                    "this one belongs to " + std::string(row->programs) + ": remove the line");
        const auto [first, fresh] = lines.emplace(row->name, at.number());
        if (!fresh)
            at.fail(line, "key " + in_quotes(key) + " a second time, after line " + std::to_string(first->second),
                    "every key once", "remove one of the two lines");
        if (value.empty()) at.fail(value, "no value for " + in_quotes(key), "key = value", "remove the line for the default");
        if (settings.size() == most_keys)
            at.fail(line, "more than " + grouped(most_keys) + " keys", "fewer", "check that this is the right file");
        const auto column = static_cast<std::size_t>(value.data() - at.line().data()) + 1;
        settings.push_back({row, unquoted(at, value), at.number(), column});
    }
    return settings;
}

void apply_settings(const std::string& path, const std::vector<config_setting>& settings, options& into) {
    for (const config_setting& setting : settings) {
        try {
            setting.row->value.set(into, setting.value);
        } catch (const refused_value& refused) {
            fail_input({path, setting.line, setting.column},
                       in_quotes(setting.value) + " for " + std::string(setting.row->name), refused.expected, refused.advice);
        }
    }
}

options read_config(const std::string& path, std::string_view program) {
    options result = default_options(program);
    apply_settings(path, read_settings(path, program), result);
    return result;
}

std::string to_config_text(const options& chosen) {
    std::string text = "# The effective settings of this run; --config with this file repeats it.\n";
    std::string_view group;
    for (const option_row& row : option_table()) {
        const std::string value = row.value.get(chosen);
        if (row.use == option_use::this_call || value.empty() || !row.in(chosen.program)) continue;
        if (row.group != group) text.append("\n# ").append(group = row.group).append("\n");
        text.append(row.name).append(" = ").append(written(value)).append("\n");
    }
    return text;
}

}  // namespace support
