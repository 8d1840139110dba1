// SPDX-License-Identifier: Apache-2.0
#include "support/data/adjacency.hpp"

#include "support/text/number.hpp"
#include "support/text/token_map.hpp"

#include <charconv>

namespace support {
namespace {

std::vector<std::string_view> words_of(const text_cursor& at) {
    std::vector<std::string_view> words;
    for (std::string_view line = at.line(); !(line = trimmed(line)).empty();) {
        if (words.size() == at.limits().columns)
            at.fail(line, "more than " + grouped(words.size()) + " columns", "org_id and remap_id", "check the file");
        words.push_back(line.substr(0, line.find_first_of(" \t")));
        line.remove_prefix(words.back().size());
    }
    return words;
}

}  // namespace

std::vector<std::string> read_token_list(const text_file& file, std::size_t count, const read_options& options,
                                         std::vector<std::string>& notes) {
    std::vector<std::string> tokens(count);
    std::vector<bool> named(count, false);
    token_map seen;  // names, and the lines on which they occurred
    std::vector<std::size_t> lines;
    text_cursor at(file, options.limits);
    if (!at.next()) fail_input({file.name()}, "no lines", "a header with org_id and remap_id", "remove the empty file");
    const auto header = words_of(at);
    const auto column = [&](std::string_view name) {
        for (std::size_t i = 0; i < header.size(); ++i)
            if (header[i] == name) return i;
        at.fail(at.line(), in_quotes(at.line()), "a header that names org_id and remap_id",
                "add it, since the order of the columns differs between data sets");
    };
    const std::size_t original = column("org_id"), dense = column("remap_id"), needed = std::max(original, dense) + 1;

    std::size_t beyond = 0, unnamed = count;
    while (at.next()) {
        const auto words = words_of(at);
        if (words.empty()) continue;
        if (words.size() < needed)
            at.fail(at.line(), counted(words.size(), "column"), std::to_string(needed) + " as the header says",
                    "complete the line or remove it");
        const std::string_view digits = words[dense], token = words[original];
        std::uint64_t id = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
        if (error != std::errc{} || end != digits.data() + digits.size())
            at.fail(digits, in_quotes(digits), "an id in plain digits in column remap_id", "check the order of the columns");
        if (token.size() > options.limits.token_bytes)
            at.fail(token, "a name of " + counted(token.size(), "byte"), "at most " + grouped(options.limits.token_bytes),
                    "shorten it");
        if (id >= count) {
            ++beyond;
            continue;
        }
        if (named[id]) at.fail(digits, "id " + std::to_string(id) + " a second time", "one name for an id", "remove one");
        if (const auto other = seen.find(token))
            at.fail(token, in_quotes(token) + " a second time, after line " + std::to_string(lines[*other]),
                    "another name for each id", "rename one of them, since users and files refer to entities by name");
        seen.id_of(token);
        lines.push_back(at.number());
        named[id] = true;
        --unnamed;
        tokens[id] = token;
    }
    for (std::size_t id = 0; id < count; ++id)
        if (!named[id]) {
            tokens[id] = std::to_string(id);
            while (seen.contains(tokens[id])) tokens[id].insert(0, 1, '#');  // the number is another id's name
            seen.id_of(tokens[id]);
        }
    const std::string name = printable(file.name());
    if (beyond != 0) notes.push_back(name + ": " + counted(beyond, "id") + " that no pair uses: left out");
    if (unnamed != 0)
        notes.push_back(name + ": " + counted(unnamed, "id") +
                        " without a name: identified by number, preceded by # if the number is another's name");
    return tokens;
}

}  // namespace support
