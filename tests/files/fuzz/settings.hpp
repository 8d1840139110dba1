// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration files and command lines: what is accepted can be written as a configuration that means the same, and
/// everything else is refused by a sentence.

#include "support/options/options.hpp"
#include "support/text/error.hpp"

#include "files/fuzz/memory_file.hpp"

namespace fuzz {

inline const char* program_of(choices& from) { return from.flip() ? "train_mf" : "train_lightgcn"; }

inline void require_written_again(const support::options& chosen, const char* program) {
    const std::string written = support::to_config_text(chosen);
    const memory_file file(written);
    const support::options again = support::read_config(file.path(), program);
    require(support::to_config_text(again) == written, "a configuration that was written and read is the same");
    require(support::differences_on_resume(chosen, again).empty(), "a run can be resumed with its own configuration");
}

inline void config(bytes input) {
    choices from(input);
    const char* program = program_of(from);
    const memory_file file(as_text(from.rest()));
    try {
        require_written_again(support::read_config(file.path(), program), program);
    } catch (const support::input_error& refused) {
        require_refusal(refused.what());
    }
}

/// Words that end in NUL bytes. Slashes become underscores, so that no word names a file elsewhere.
inline void command_line(bytes input) {
    choices from(input);
    const char* program = program_of(from);
    std::string text(as_text(from.rest()));
    std::ranges::replace(text, '/', '_');
    std::vector<const char*> words{program};
    for (std::size_t at = 0; at < text.size(); at += std::strlen(text.c_str() + at) + 1) words.push_back(text.c_str() + at);
    try {
        const support::options chosen = support::parse_options(program, static_cast<int>(words.size()), words.data());
        require_written_again(chosen, program);
    } catch (const support::help_requested&) {
    } catch (const support::usage_error& refused) {
        require(*refused.what() != '\0', "a refusal says something");
    } catch (const support::input_error& refused) {
        require_refusal(refused.what());
    }
}

}  // namespace fuzz
