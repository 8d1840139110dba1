// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small sets of labelled examples, and the options to read them.

#include "support/catch.hpp"
#include "support/ctr/read_clicks.hpp"
#include "support/temporary_directory.hpp"

#include <string>

namespace tests {

/// The train part of one file; nothing is held out.
inline support::click_data read_clicks(std::string_view name, std::string_view text, support::click_read_options options,
                                       support::row_options rows = {.min_count = 1, .test_fraction = 0, .valid_fraction = 0}) {
    const temporary_directory folder;
    return support::rows_of_clicks(support::read_clicks(folder.write(name, text), options), rows);
}

/// The sentence with which it is refused, from the file's name on.
template <class... Arguments>
std::string click_refusal(const std::string& name, Arguments&&... arguments) {
    const std::string sentence = sentence_of<support::input_error>([&] { read_clicks(name, arguments...); });
    const std::size_t at = sentence.find(name);
    return at == std::string::npos ? sentence : sentence.substr(at);
}

}  // namespace tests
