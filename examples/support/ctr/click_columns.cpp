// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_columns.hpp"

#include "support/ctr/read_clicks.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace support {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
    return text.empty() ? "none" : text;
}

float number_in(const text_cursor& at, const text_field& field, const std::string& column) {
    if (field.text.empty()) return missing_number;
    float number = 0;
    const char* const last = field.text.data() + field.text.size();
    const auto [end, error] = std::from_chars(field.text.data(), last, number);
    if (error != std::errc{} || end != last || !std::isfinite(number))
        at.fail(field.at, in_quotes(field.text) + " in column " + in_quotes(column), "a number, or nothing where it is missing",
                "leave the column out of --numeric if it has names");
    return number;
}

}  // namespace

void click_columns::begin_file(const text_cursor& at, std::vector<std::string> names, raw_clicks& raw) {
    if (roles_.empty()) {
        names_ = std::move(names);
        take_roles(at, raw);
    } else if (names != names_) {
        fail_input({at.file(), at.number(), 1}, "columns " + printable(joined(names), 200),
                   "those of the train part: " + printable(joined(names_), 200), "give all parts the same columns");
    }
}

void click_columns::take_roles(const text_cursor& at, raw_clicks& raw) {
    std::vector<std::string> tasks = options_.tasks, numeric = options_.numeric;
    if (tasks.empty() && names_[0] == "label") tasks = {"label"};
    if (tasks.empty())
        fail_input({at.file()}, "columns " + printable(joined(names_), 400), "to know which of them is the label",
                   "name it with --tasks");
    if (numeric.empty() && options_.format == click_format::criteo)
        for (std::size_t i = 1; i < 14; ++i) numeric.push_back(names_[i]);
    roles_.assign(names_.size(), role::field);
    place_.assign(names_.size(), 0);
    const auto take = [&](const std::vector<std::string>& wanted, role as, const char* flag) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto found = std::ranges::find(names_, wanted[i]);
            const auto column = static_cast<std::size_t>(found - names_.begin());
            if (found == names_.end())
                fail_input({at.file()}, "no column " + in_quotes(wanted[i]), "one of " + printable(joined(names_), 400),
                           std::string("correct ") + flag);
            if (roles_[column] != role::field)
                fail_input({at.file()}, "column " + in_quotes(wanted[i]) + " named twice", "one role for each column",
                           "name it in one of --tasks, --numeric and --ignore, once");
            roles_[column] = as;
            place_[column] = i;
        }
    };
    take(tasks, role::label, "--tasks");
    take(numeric, role::number, "--numeric");
    take(options_.ignore, role::ignored, "--ignore");
    raw.tasks = tasks;
    raw.numeric = numeric;
    for (std::size_t c = 0; c < names_.size(); ++c)
        if (roles_[c] == role::field) {
            place_[c] = raw.fields.size();
            raw.fields.push_back(names_[c]);
        }
    raw.values.resize(raw.fields.size());
    raw.notes.push_back("labels: " + joined(raw.tasks) + "; numbers: " + joined(raw.numeric) +
                        "; not read: " + joined(options_.ignore) + "; fields: " + printable(joined(raw.fields), 400));
}

void click_columns::read(const text_cursor& at, const std::vector<text_field>& fields, data_part part, raw_clicks& raw) const {
    if (fields.size() != roles_.size())
        at.fail(fields.size() < roles_.size() ? at.line().substr(at.line().size()) : fields[roles_.size()].at,
                counted(fields.size(), "column"), grouped(roles_.size()) + ", as many as have names",
                "check the separator, and values with a separator inside, which belong into quotes");
    const std::size_t first_number = raw.numbers.size(), first_label = raw.labels.size();
    raw.numbers.resize(first_number + raw.numeric.size());
    raw.labels.resize(first_label + raw.tasks.size());
    for (std::size_t c = 0; c < fields.size(); ++c) {
        const text_field& field = fields[c];
        if (roles_[c] == role::field) {
            raw.tokens.push_back(raw.values[place_[c]].id_of(field.text));
        } else if (roles_[c] == role::number) {
            raw.numbers[first_number + place_[c]] = number_in(at, field, names_[c]);
        } else if (roles_[c] == role::label) {
            if (field.text != "0" && field.text != "1")
                at.fail(field.at, in_quotes(field.text) + " in column " + in_quotes(names_[c]), "the label 0 or 1",
                        "write 1 for a click and 0 for none");
            raw.labels[first_label + place_[c]] = field.text == "1";
        }
    }
    raw.offsets.push_back(raw.tokens.size());
    raw.part.push_back(part);
}

}  // namespace support
