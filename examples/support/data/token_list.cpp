// SPDX-License-Identifier: Apache-2.0
#include "support/data/adjacency.hpp"

#include "support/text/number.hpp"

#include <charconv>

namespace support {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!(line = trimmed(line)).empty()) {
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
    text_cursor at(file, options.limits);
    if (!at.next()) fail_input({file.name()}, "no lines", "a header with org_id and remap_id", "remove the empty file");
    const auto header = words_of(at.line());
    const auto column = [&](std::string_view name) {
        for (std::size_t i = 0; i < header.size(); ++i)
            if (header[i] == name) return i;
        at.fail(at.line(), in_quotes(at.line()), "a header that names org_id and remap_id",
                "add it, the order of the columns differs between data sets");
    };
    const std::size_t original = column("org_id"), dense = column("remap_id"), needed = std::max(original, dense) + 1;

    std::size_t beyond = 0, unnamed = count;
    while (at.next()) {
        const auto words = words_of(at.line());
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
        named[id] = true;
        --unnamed;
        tokens[id] = token;
    }
    for (std::size_t id = 0; id < count; ++id)
        if (!named[id]) tokens[id] = std::to_string(id);
    const std::string name = printable(file.name());
    if (beyond != 0) notes.push_back(name + ": " + counted(beyond, "id") + " that no pair uses, left out");
    if (unnamed != 0) notes.push_back(name + ": " + counted(unnamed, "id") + " without a name, called by their number");
    return tokens;
}

}  // namespace support
