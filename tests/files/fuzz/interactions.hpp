// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Texts of interactions: lines of ids, tables of pairs in any dialect, and `.inter`. What is read has rows and names that fit
/// each other, whatever ends the lines; everything else is refused by a sentence.

#include "support/data/interactions.hpp"
#include "support/text/error.hpp"

#include "files/fuzz/memory_file.hpp"

#include <optional>
#include <set>

namespace fuzz {

inline void use_part(const support::csr& part, const support::interactions& data) {
    require(part.offsets.size() == data.users + 1 && part.offsets.back() == part.columns.size(), "a row for each user");
    for (std::size_t u = 0; u < data.users; ++u) {
        const auto items = part.row(u);
        for (std::size_t i = 0; i < items.size(); ++i)
            require(items[i] < data.items && (i == 0 || items[i - 1] < items[i]), "items are known, ascending and unique");
    }
}

inline void use_interactions(support::interactions& data) {
    for (const support::csr* part : {&data.train, &data.valid, &data.test}) use_part(*part, data);
    require(data.user_tokens.size() == data.users && data.item_tokens.size() == data.items, "everybody has a name");
    for (const auto* names : {&data.user_tokens, &data.item_tokens})
        require(std::set<std::string_view>(names->begin(), names->end()).size() == names->size(), "no name occurs twice");
    const std::size_t before = data.train.size() + data.valid.size();
    const bool carves = data.valid.size() == 0;
    support::carve_validation(data, 0.3, 7);
    require(data.train.size() + data.valid.size() == before, "a validation part takes pairs from train, and loses none");
    for (std::size_t u = 0; carves && u < data.users; ++u)
        require(data.valid.row(u).empty() || !data.train.row(u).empty(), "nobody loses the last item");
    for (const support::csr* part : {&data.train, &data.valid}) use_part(*part, data);
}

/// Nothing if it was refused.
inline std::optional<support::interactions> interactions_in(std::string_view text, const support::read_options& options) {
    const memory_file file(text);
    try {
        return support::read_interactions(file.path(), options);
    } catch (const support::input_error& refused) {
        require_refusal(refused.what());
    }
    return std::nullopt;
}

inline void read_text(choices& from, support::data_format format) {
    support::read_options options{.format = format};
    const auto bits = from.take<std::uint8_t>();
    options.skip_bad = bits & 3U;
    if ((bits & 4U) != 0) options.min_rating = 3;
    if ((bits & 8U) != 0)  // small limits, all of which short inputs reach
        options.limits = {.line_bytes = 40, .items_per_line = 3, .token_bytes = 5, .columns = 4};
    if ((bits & 16U) != 0) options.row_limit = 20;
    options.test_fraction = (bits & 32U) != 0 ? 0.5 : 0;
    options.header = static_cast<support::header_line>((bits >> 6U) % 3);
    const std::string text(as_text(from.rest()));
    auto data = interactions_in(text, options);
    if (data) {
        const std::uint64_t checksum = data->checksum;
        const auto users = data->user_tokens;
        if (text.find('\r') == std::string::npos) {
            std::string other;
            for (const char c : text) other += c == '\n' ? "\r\n" : std::string(1, c);
            const auto again = interactions_in(other, options);
            require(again && again->checksum == checksum && again->user_tokens == users, "line ends make no difference");
        }
        use_interactions(*data);
    }
}

/// `user item item ...`.
inline void adjacency(bytes input) {
    choices from(input);
    read_text(from, support::data_format::lightgcn);
}

/// The first byte is the format, which may be left to guessing.
inline void delimited(bytes input) {
    using enum support::data_format;
    choices from(input);
    const std::array formats{automatic, csv, tsv, ssv, dat};
    read_text(from, formats[from.below(formats.size())]);
}

inline void inter(bytes input) {
    choices from(input);
    read_text(from, support::data_format::inter);
}

}  // namespace fuzz
