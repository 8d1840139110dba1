// SPDX-License-Identifier: Apache-2.0
#include "support/data/adjacency.hpp"

#include "support/data/parts.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <charconv>

namespace support {
namespace {

constexpr std::string_view blanks = " \t";

/// Removes the next run of nonblank bytes from the front of `rest` and returns it.
std::string_view next_field(std::string_view& rest) {
    const std::size_t begin = std::min(rest.find_first_not_of(blanks), rest.size());
    rest.remove_prefix(begin);
    const std::string_view field = rest.substr(0, rest.find_first_of(blanks));
    rest.remove_prefix(field.size());
    return field;
}

std::uint32_t parse_id(const text_cursor& at, std::string_view field, std::string_view noun, std::size_t row_limit) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), id);
    const std::string wanted = "a whole " + std::string(noun) + " id from 0 in plain digits";
    if (error == std::errc::invalid_argument || (error == std::errc{} && end != field.data() + field.size())) {
        const bool columns = field.find_first_of(",;:") != std::string_view::npos;
        at.fail(field, in_quotes(field), wanted,
                columns ? "if this is a table of pairs, use --format csv, tsv, ssv or dat"
                        : "to use names instead of row numbers, write a table with one pair per line");
    }
    if (error != std::errc{} || id > 0xfffffffd)
        at.fail(field, in_quotes(field), wanted + " below 2^32 - 2", "renumber the ids without gaps");
    if (id >= row_limit)
        at.fail(field, in_quotes(field), wanted + " below the limit of " + grouped(row_limit) + " rows",
                "renumber the ids without gaps: a table gets a row for every id up to the largest");
    return static_cast<std::uint32_t>(id);
}

}  // namespace

void read_adjacency(const text_file& file, const read_options& options, adjacency& into) {
    text_cursor at(file, options.limits);
    std::vector<bool> listed;
    std::size_t repeated_users = 0, empty_lists = 0;
    const std::size_t before = into.pairs.size();
    while (at.next()) {
        std::string_view rest = at.line();
        const std::string_view first = next_field(rest);
        if (first.empty()) continue;
        const std::uint32_t user = parse_id(at, first, "user", options.row_bound());
        if (user >= listed.size()) listed.resize(std::max<std::size_t>(user + std::size_t{1}, listed.size() * 2), false);
        if (listed[user]) ++repeated_users;
        listed[user] = true;
        into.note_row(into.users, user, at, first);
        std::size_t count = 0;
        for (std::string_view field = next_field(rest); !field.empty(); field = next_field(rest)) {
            if (++count > options.limits.items_per_line)
                at.fail(field, "more than " + grouped(options.limits.items_per_line) + " items on a line", "fewer",
                        "split the user's items over several lines, which are merged");
            const std::uint32_t item = parse_id(at, field, "item", options.row_bound());
            into.note_row(into.items, item, at, field);
            into.pairs.emplace_back(user, item);
        }
        if (count == 0) ++empty_lists;
    }
    if (into.pairs.size() == before)
        fail_input({file.name()}, "no interactions", "lines of a user id and item ids", "check that this is the right file");
    if (repeated_users != 0)
        into.notes.push_back(printable(file.name()) + ": " + counted(repeated_users, "line") +
                             " for a user that occurred before: merged");
    if (empty_lists != 0)
        into.notes.push_back(printable(file.name()) + ": " + counted(empty_lists, "user") + " with an empty list");
}

namespace {

/// There is a row for each id up to the largest, so few pairs with large ids are a mistake or an attack.
void require_near_ids(const adjacency& found, std::size_t pairs, const read_options& options) {
    constexpr std::size_t always_allowed = 10'000;
    const std::size_t most = std::max(always_allowed, read_options::rows_per_pair * pairs);
    if (options.row_limit != 0 || found.largest.rows <= most) return;
    fail_input({found.largest.file, found.largest.line, found.largest.column},
               "id " + grouped(found.largest.rows - 1) + " among " + counted(pairs, "pair"),
               "ids below " + grouped(most) + ", a thousand times the number of pairs",
               "renumber the ids without gaps: a table gets a row for every id up to the largest; or give --row-limit " +
                   std::to_string(found.largest.rows));
}

void numbers_as_tokens(raw_interactions& raw) {
    const auto fill = [](std::vector<std::string>& tokens, std::size_t count) {
        tokens.reserve(count);
        for (std::size_t id = tokens.size(); id < count; ++id) tokens.push_back(std::to_string(id));
    };
    fill(raw.user_tokens, raw.users);
    fill(raw.item_tokens, raw.items);
}

}  // namespace

raw_interactions read_adjacency_file(const text_file& file, const read_options& options) {
    raw_interactions raw;
    raw.dense_ids = true;
    adjacency found;
    read_adjacency(file, options, found);
    require_near_ids(found, found.pairs.size(), options);
    raw.users = found.users;
    raw.items = found.items;
    raw.train = std::move(found.pairs);
    raw.notes = std::move(found.notes);
    numbers_as_tokens(raw);
    return raw;
}

raw_interactions read_adjacency_folder(const std::filesystem::path& folder, const read_options& options) {
    raw_interactions raw;
    raw.name = folder.filename().string();
    raw.dense_ids = raw.has_test = true;
    adjacency found;
    const std::pair<const char*, pair_list*> parts[] = {{"train.txt", &raw.train}, {"test.txt", &raw.test}};
    for (const auto& [name, pairs] : parts) {
        read_adjacency(text_file(folder / name), options, found);
        *pairs = std::move(found.pairs);
        found.pairs.clear();
    }
    require_near_ids(found, raw.train.size() + raw.test.size(), options);
    raw.users = found.users;
    raw.items = found.items;
    raw.notes = std::move(found.notes);
    const std::tuple<const char*, std::size_t, std::vector<std::string>*> lists[] = {
        {"user_list.txt", raw.users, &raw.user_tokens}, {"item_list.txt", raw.items, &raw.item_tokens}};
    for (const auto& [name, count, tokens] : lists)
        if (std::filesystem::exists(folder / name))
            *tokens = read_token_list(text_file(folder / name), count, options, raw.notes);
    numbers_as_tokens(raw);
    if (std::filesystem::exists(folder / "valid.txt"))
        raw.notes.push_back(
            "valid.txt exists but is not read: in this format it is a subset of train.txt; validation pairs are held out from "
            "train by --valid");
    return raw;
}

}  // namespace support
