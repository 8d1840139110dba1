// SPDX-License-Identifier: Apache-2.0
#include "support/data/table.hpp"

#include "support/text/number.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace support {
namespace {

constexpr std::array user_names = {"user", "userid", "uid", "visitorid", "reviewerid", "customerid", "sessionid"};
constexpr std::array item_names = {"item",      "itemid", "iid",        "movie",    "movieid", "asin",    "parentasin",
                                   "productid", "bookid", "businessid", "artistid", "isbn",    "trackid", "songid"};
constexpr std::array rating_names = {"rating", "score", "stars", "overall", "bookrating"};

std::string plain(std::string_view name) {
    std::string result;
    for (const char c : name) {
        if (c == '_' || c == '-' || c == ' ') continue;
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

template <std::size_t N>
std::size_t find_role(const std::vector<std::string>& names, const std::array<const char*, N>& known) {
    for (std::size_t i = 0; i < names.size(); ++i)
        for (const char* name : known)
            if (plain(names[i]) == name) return i;
    return no_column;
}

/// Which other separators occur in a line that has too few columns.
std::string separators_seen(std::string_view line, const dialect& form) {
    constexpr std::array<std::pair<const char*, const char*>, 6> known = {
        {{"::", "'::'"}, {"\t", "tabs"}, {",", "commas"}, {";", "semicolons"}, {":", "colons"}, {" ", "spaces"}}};
    std::string seen;
    for (const auto& [separator, name] : known)
        if (!(form.runs ? separator[0] == ' ' || separator[0] == '\t' : separator == form.separator) &&
            line.find(separator) != std::string_view::npos)
            seen.append(seen.empty() ? "" : " and ").append(name);
    return seen;
}

std::string columns_wanted(const table_roles& roles) {
    return (roles.more_columns ? "at least " : "") + std::to_string(roles.columns);
}

}  // namespace

table_roles roles_by_name(const std::vector<std::string>& names) {
    return {.user = find_role(names, user_names),
            .item = find_role(names, item_names),
            .rating = find_role(names, rating_names),
            .columns = names.size()};
}

table_roles with_needed_rating(table_roles roles, const text_cursor& at, const read_options& options) {
    if (!options.needs_ratings()) {
        roles.rating = no_column;
    } else if (roles.rating == no_column) {
        at.fail(at.line(), "no column of ratings", "one, as --min-rating " + shortest(options.min_rating) + " needs",
                "leave out --min-rating, or name the column in a header: rating, score or stars");
    }
    return roles;
}

std::string describe_roles(const table_roles& roles, const std::vector<std::string>& names) {
    const auto name = [&](std::size_t column) {
        const bool is_plain = !names[column].empty() && names[column].find_first_of(" ,;'") == std::string::npos;
        return is_plain ? printable(names[column]) : in_quotes(names[column]);
    };
    std::string text = "user = " + name(roles.user) + ", item = " + name(roles.item);
    if (roles.rating != no_column) text += ", rating = " + name(roles.rating);
    std::string unused;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (i != roles.user && i != roles.item && i != roles.rating)
            unused.append(unused.empty() ? "; not read: " : ", ").append(name(i));
    return text + unused;
}

void table_reader::check_name(const text_cursor& at, const text_field& field, const char* noun) const {
    if (field.text.empty())
        at.fail(field.at, "an empty " + std::string(noun), "a name or number", "complete the line or remove it");
    if (field.text.size() > options_.limits.token_bytes)
        at.fail(field.at, std::string(noun) + " " + in_quotes(field.text),
                "at most " + counted(options_.limits.token_bytes, "byte"), "shorten the name");
}

std::uint32_t table_reader::id_of(const text_cursor& at, const text_field& field, token_map& names, const char* noun) const {
    const std::size_t most = std::min<std::size_t>(options_.row_bound(), 0xfffffffe);
    if (names.size() >= most && !names.contains(field.text))
        at.fail(field.at, "more than " + grouped(most) + " different " + noun + "s", "fewer",
                "raise the limit if there is enough memory for their rows");
    return names.id_of(field.text);
}

bool table_reader::rated_too_low(const text_cursor& at, const text_field& field) {
    double rating = 0;
    const char* const last = field.text.data() + field.text.size();
    const auto [end, error] = std::from_chars(field.text.data(), last, rating);
    if (error != std::errc{} || end != last || !std::isfinite(rating)) {
        const bool comma = field.text.find(',') != std::string_view::npos;
        at.fail(field.at, field.text.empty() ? "an empty rating" : in_quotes(field.text) + " as a rating", "a finite number",
                comma              ? "write a decimal point, not a comma"
                : at.number() == 1 ? "if this line is a header, use --header yes"
                                   : "correct or remove the line");
    }
    return rating < options_.min_rating;
}

const std::vector<text_field>& table_reader::checked_fields(const text_cursor& at, field_splitter& splitter,
                                                            const table_roles& roles) const {
    const auto& fields = splitter.split(at);
    const bool fits = roles.more_columns ? fields.size() >= roles.columns : fields.size() == roles.columns;
    if (!fits) {
        const std::string seen = separators_seen(at.line(), splitter.form());
        at.fail(fields.size() > roles.columns ? fields[roles.columns].at : at.line(), counted(fields.size(), "column"),
                columns_wanted(roles),
                seen.empty() ? "correct or remove the line"
                             : seen + " seen; if they separate columns, use --separator or --format");
    }
    check_name(at, fields[roles.user], "user");
    check_name(at, fields[roles.item], "item");
    return fields;
}

void table_reader::read_line(const text_cursor& at, field_splitter& splitter, const table_roles& roles, pair_list& pairs) {
    if (trimmed(at.line()).empty()) return;
    const std::vector<text_field>* fields = nullptr;
    try {
        fields = &checked_fields(at, splitter, roles);
        if (roles.rating != no_column && rated_too_low(at, (*fields)[roles.rating])) {
            ++rated_low_;
            return;
        }
    } catch (const input_error& bad) {
        if (bad_lines_ == options_.skip_bad) throw;
        if (bad_lines_++ == 0) first_bad_ = bad.what();
        return;
    }
    const std::uint32_t user = id_of(at, (*fields)[roles.user], users_, "user");
    pairs.emplace_back(user, id_of(at, (*fields)[roles.item], items_, "item"));
}

void table_reader::read_rest(text_cursor& at, field_splitter& splitter, const table_roles& roles, pair_list& pairs) {
    while (at.next()) read_line(at, splitter, roles, pairs);
    if (!pairs.empty()) return;
    if (rated_low_ != 0)
        fail_input({at.file()}, "no interactions rated " + shortest(options_.min_rating) + " or more", "some",
                   "lower --min-rating");
    fail_input({at.file()}, "no interactions", "lines of user and item", "check that this is the right file");
}

void table_reader::finish(raw_interactions& raw) const {
    raw.users = users_.size();
    raw.items = items_.size();
    raw.user_tokens = users_.tokens();
    raw.item_tokens = items_.tokens();
    if (bad_lines_ != 0)
        raw.notes.push_back(counted(bad_lines_, "line") + " that cannot be read skipped, the first one " + first_bad_);
    if (rated_low_ != 0)
        raw.notes.push_back(counted(rated_low_, "pair") + " rated below " + shortest(options_.min_rating) + " skipped");
}

}  // namespace support
