// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kinds of value that a flag can have, each over a member of `options`.

#include "support/options/options.hpp"
#include "support/text/bytes.hpp"
#include "support/text/cursor.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Thrown for a value that a flag does not accept.
struct refused_value {
    std::string expected;
    std::string advice;
};

struct option_value {
    std::string kind;   ///< as the help shows it: NUMBER, COUNT, NAME; empty for a flag without a value
    std::string range;  ///< in words
    std::function<void(options&, std::string_view)> set;  ///< throws refused_value
    std::function<std::string(const options&)> get;       ///< text that `set` takes
};

template <class Number>
Number parse_number(std::string_view text, const std::string& expected) {
    Number number{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error == std::errc::result_out_of_range)
        throw refused_value{expected, "this number is too large or too small to represent"};
    if (error != std::errc{} || end != last)
        throw refused_value{
            expected, text.find(',') == std::string_view::npos ? "write plain digits" : "write a decimal point, and no commas"};
    return number;
}

/// A range of finite numbers, each of whose bounds may be excluded.
struct real_range {
    double least = -std::numeric_limits<double>::max();
    double most = std::numeric_limits<double>::max();
    bool least_too = true;
    bool most_too = true;

    [[nodiscard]] bool has(double x) const {
        return std::isfinite(x) && (least_too ? x >= least : x > least) && (most_too ? x <= most : x < most);
    }
    [[nodiscard]] std::string words() const {
        const bool below = least > -std::numeric_limits<double>::max(), above = most < std::numeric_limits<double>::max();
        if (below && above)
            return (least_too ? "in [" : "in (") + shortest(least) + ", " + shortest(most) + (most_too ? "]" : ")");
        if (below) return (least_too ? "at least " : "more than ") + shortest(least);
        return above ? (most_too ? "at most " : "less than ") + shortest(most) : "finite";
    }
};
constexpr real_range more_than(double least) { return {.least = least, .least_too = false}; }
constexpr real_range at_least(double least) { return {.least = least}; }
constexpr real_range between(double least, double most) { return {.least = least, .most = most}; }
constexpr real_range up_to_below(double least, double most) { return {.least = least, .most = most, .most_too = false}; }
constexpr real_range inside(double least, double most) {
    return {.least = least, .most = most, .least_too = false, .most_too = false};
}

inline option_value real(double options::* member, real_range range) {
    const std::string words = range.words();
    return {"NUMBER", words,
            [=](options& into, std::string_view text) {
                const std::string expected = "a number " + words;
                const double number = parse_number<double>(text, expected);
                if (!range.has(number)) throw refused_value{expected, "choose one in this range"};
                into.*member = number;
            },
            [=](const options& from) { return shortest(from.*member); }};
}

template <class Count>
option_value count(Count options::* member, std::uint64_t least, std::uint64_t most) {
    const std::string words = most == std::numeric_limits<std::uint64_t>::max()
                                  ? "at least " + std::to_string(least)
                                  : "from " + std::to_string(least) + " to " + std::to_string(most);
    return {"COUNT", words,
            [=](options& into, std::string_view text) {
                const std::string expected = "a whole number " + words;
                const auto number = parse_number<std::uint64_t>(text, expected);
                if (number < least || number > most) throw refused_value{expected, "choose one in this range"};
                into.*member = static_cast<Count>(number);
            },
            [=](const options& from) { return std::to_string(from.*member); }};
}

/// A number of bytes, or 0 for no budget.
inline option_value byte_count(std::uint64_t options::* member) {
    return {"BYTES", "for example 6000000, 6MB or 5.7MiB, or any",
            [=](options& into, std::string_view text) {
                const std::optional<std::uint64_t> bytes = text == "any" ? 0 : bytes_in(text);
                if (!bytes) throw refused_value{std::string(expected_bytes), "or any"};
                into.*member = *bytes;
            },
            [=](const options& from) { return from.*member == 0 ? "any" : std::to_string(from.*member); }};
}

template <class Choice>
option_value choice(Choice options::* member) {
    const std::vector<std::string>& names = names_of<Choice>();
    std::string words;
    for (std::size_t i = 0; i < names.size(); ++i) words += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    return {"NAME", words,
            [=, &names](options& into, std::string_view text) {
                const auto found = std::find(names.begin(), names.end(), text);
                if (found == names.end()) throw refused_value{words, "choose one of them"};
                into.*member = static_cast<Choice>(found - names.begin());
            },
            [=](const options& from) { return name_of(from.*member); }};
}

/// Users, items or all, and a fraction of them.
inline option_value side_share(double options::* users, double options::* items) {
    return {"SIDE[:FRACTION]", "all, users or items, and a fraction in (0, 1]",
            [=](options& into, std::string_view text) {
                const std::string expected = "all, users or items, optionally followed by a colon and a fraction in (0, 1]";
                const std::size_t colon = text.find(':');
                const std::string_view side = text.substr(0, colon);
                double share = 1;
                if (colon != std::string_view::npos) share = parse_number<double>(text.substr(colon + 1), expected);
                if (side != "all" && side != "users" && side != "items")
                    throw refused_value{expected, "write items, or items:0.7"};
                if (!(share > 0 && share <= 1)) throw refused_value{expected, "choose one in this range"};
                into.*users = side == "items" ? 0 : share;
                into.*items = side == "users" ? 0 : share;
            },
            [=](const options& from) {
                const std::string side = from.*users == 0 ? "items" : from.*items == 0 ? "users" : "all";
                const double share = from.*users == 0 ? from.*items : from.*users;
                return share == 1 ? side : side + ":" + shortest(share);
            }};
}

/// Numbers separated by commas.
inline option_value densities() {
    return {"NUMBER[,NUMBER...]", "in [0, 1], decreasing",
            [](options& into, std::string_view text) {
                const std::string expected = "decreasing numbers in [0, 1], separated by commas";
                std::vector<double> numbers;
                for (std::size_t comma = 0; comma != std::string_view::npos;) {
                    comma = text.find(',');
                    const auto number = parse_number<double>(trimmed(text.substr(0, comma)), expected);
                    if (!between(0, 1).has(number) || (!numbers.empty() && number >= numbers.back()))
                        throw refused_value{expected, "write the largest first"};
                    numbers.push_back(number);
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                into.densities = numbers;
            },
            [](const options& from) {
                std::string text;
                for (const double density : from.densities) text += (text.empty() ? "" : ",") + shortest(density);
                return text;
            }};
}

/// List lengths, separated by commas.
inline option_value cutoffs() {
    return {"COUNT[,COUNT...]", "each from 1 to 4294967295",
            [](options& into, std::string_view text) {
                const std::string expected = "at most 16 whole numbers from 1, separated by commas";
                std::vector<std::size_t> numbers;
                for (std::size_t comma = 0; comma != std::string_view::npos;) {
                    comma = text.find(',');
                    const auto number = parse_number<std::uint64_t>(trimmed(text.substr(0, comma)), expected);
                    if (number == 0 || number > 0xffffffff)
                        throw refused_value{expected, "recall of an empty list is not defined"};
                    numbers.push_back(static_cast<std::size_t>(number));
                    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
                }
                if (numbers.size() > 16) throw refused_value{expected, "leave some out"};
                into.topk.clear();
                for (const std::size_t k : numbers)  // in their order: the first one chooses the best epoch
                    if (std::find(into.topk.begin(), into.topk.end(), k) == into.topk.end()) into.topk.push_back(k);
            },
            [](const options& from) {
                std::string text;
                for (const std::size_t k : from.topk) text += (text.empty() ? "" : ",") + std::to_string(k);
                return text;
            }};
}

inline option_value words(std::string options::* member, std::string kind) {
    return {std::move(kind), "",
            [=](options& into, std::string_view text) {
                if (text.empty()) throw refused_value{"a name", "leave out the flag instead"};
                into.*member = text;
            },
            [=](const options& from) { return from.*member; }};
}

inline option_value flag(bool options::* member) {
    return {"", "",
            [=](options& into, std::string_view text) {
                if (text != "true" && text != "false") throw refused_value{"true or false", "choose one of them"};
                into.*member = text == "true";
            },
            [=](const options& from) { return std::string(from.*member ? "true" : "false"); }};
}

}  // namespace support
