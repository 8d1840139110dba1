// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Short ways to read small texts as data sets, and to look for a sentence in what came back.

#include "support/catch.hpp"
#include "support/data/interactions.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

/// A LightGCN folder with these two files.
inline support::interactions read_folder(std::string_view train, std::string_view test,
                                         const support::read_options& options = {}) {
    const temporary_directory folder;
    folder.write("train.txt", train);
    folder.write("test.txt", test);
    return support::read_interactions(folder.path(), options);
}

/// One file of that name, everything kept in train unless the options say otherwise.
inline support::interactions read_file(std::string_view name, std::string_view text,
                                       support::read_options options = {.test_fraction = 0}) {
    const temporary_directory folder;
    return support::read_interactions(folder.write(name, text), options);
}

inline bool notes_say(const support::interactions& data, std::string_view part) {
    return std::any_of(data.notes.begin(), data.notes.end(), [&](const std::string& note) { return contains(note, part); });
}

/// The sentence with which reading is refused, from the file's name on.
template <class Read>
std::string refusal(Read read) {
    const std::string sentence = sentence_of<support::input_error>(read);
    const std::size_t slash = sentence.rfind('/', sentence.find(": found "));
    return slash == std::string::npos ? sentence : sentence.substr(slash + 1);
}
inline std::string refused_train(std::string_view train, const support::read_options& options = {}) {
    return refusal([&] { read_folder(train, "0 0\n", options); });
}
inline std::string refused_file(std::string_view name, std::string_view text, support::read_options options = {}) {
    return refusal([&] { read_file(name, text, options); });
}

using ids = std::vector<std::uint32_t>;

inline ids row_of(const support::csr& part, std::size_t row) {
    const auto items = part.row(row);
    return {items.begin(), items.end()};
}

}  // namespace tests
