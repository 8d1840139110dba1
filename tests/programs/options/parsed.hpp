// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Options as a trainer gets them from its command line, and sentences of those that it refuses.

#include "support/catch.hpp"
#include "support/options/options.hpp"

#include <string>
#include <vector>

namespace tests {

inline support::options parse(std::vector<std::string> words, const char* program = "train_lightgcn") {
    std::vector<const char*> arguments = {program};
    for (const std::string& word : words) arguments.push_back(word.c_str());
    return support::parse_options(program, static_cast<int>(arguments.size()), arguments.data());
}

/// With a data set, which every run needs.
inline support::options parse_rest(std::vector<std::string> words, const char* program = "train_lightgcn") {
    words.insert(words.begin(), {"--dataset", "generated"});
    return parse(words, program);
}

/// The sentence.
inline std::string refused(std::vector<std::string> words, const char* program = "train_lightgcn") {
    return sentence_of<support::usage_error>([&] { parse_rest(words, program); });
}

}  // namespace tests
