// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/sparse_lines.hpp"

#include "support/text/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace support {
namespace {

/// Cuts the first word off a line; empty at its end.
std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

bool is_whole(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

}  // namespace

sparse_line_reader::value sparse_line_reader::value_in(const text_cursor& at, std::string_view word, raw_clicks& raw) {
    const std::string_view expected = has_fields_ ? "field:index:value, such as 3:17:1" : "index:value, such as 17:1";
    const std::size_t last = word.rfind(':');
    const std::string_view names = word.substr(0, last == std::string_view::npos ? 0 : last);
    const std::size_t first = names.find(':');
    const bool has_two = first != std::string_view::npos;
    const std::string_view field = has_two ? names.substr(0, first) : "x", index = has_two ? names.substr(first + 1) : names;
    const std::string_view text = word.substr(last == std::string_view::npos ? word.size() : last + 1);
    float weight = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
    const bool is_number = error == std::errc{} && end == text.data() + text.size() && std::isfinite(weight);
    if (has_two != has_fields_ || !is_whole(index) || (has_two && !is_whole(field)) || !is_number)
        at.fail(word, in_quotes(word), expected, "check --format");
    const std::uint32_t f = fields_.id_of(field);
    if (f == raw.fields.size()) {
        raw.fields.emplace_back(field);
        raw.values.emplace_back();
    }
    return {f, raw.values[f].id_of(index), weight};
}

void sparse_line_reader::read(const text_file& file, data_part part, const text_limits& limits, raw_clicks& raw) {
    text_cursor at(file, limits);
    const std::size_t before = raw.size();
    while (at.next()) {
        std::string_view rest = at.line();
        const std::string_view label = next_word(rest);
        if (label.empty()) continue;
        const bool is_one = label == "1" || label == "+1";
        if (!is_one && label != "0" && label != "-1")
            at.fail(label, in_quotes(label), "the label 0 or 1, or -1 or +1", "write it before the values");
        values_.clear();
        for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
            values_.push_back(value_in(at, word, raw));
        std::ranges::stable_sort(values_, {}, &value::field);
        for (const value& one : values_) {
            raw.fields_of.push_back(one.field);
            raw.tokens.push_back(one.token);
            raw.weights.push_back(one.weight);
        }
        raw.offsets.push_back(raw.tokens.size());
        raw.labels.push_back(is_one);
        raw.part.push_back(part);
    }
    if (raw.size() == before) fail_input({file.name()}, "no example", "one on each line", "check that this is the right file");
}

}  // namespace support
