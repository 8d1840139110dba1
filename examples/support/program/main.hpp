// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The frame of a program: options in, exit code out, and one sentence on standard error if something went wrong.

#include "support/options/options.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace support {

/// The exit codes.
enum exit_code : int {
    exit_good = 0,
    exit_wrong_use = 1,
    exit_bad_input = 2,
    exit_io_failure = 3,
    exit_diverged = 4,
    exit_missed_budget = 5,  ///< a search missed its budget
    exit_interrupted = 130   ///< with a checkpoint written
};

/// The user stopped the run, and what is needed to resume it is on disk.
class interrupted : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Standard output cannot be written: a full disk, or a closed pipe. What was printed before may be incomplete.
class output_lost : public std::runtime_error {
public:
    output_lost() : std::runtime_error("could not write standard output: the output is incomplete") {}
};

/// Throws interrupted; `checkpoint` is where the run was saved, empty if it has no directory.
[[noreturn]] void throw_interrupted(const std::filesystem::path& checkpoint);

/// Parses the options, runs, and turns every exception into its exit code: help_requested 0 (the text goes to standard output),
/// usage_error and std::invalid_argument 1, input_error 2, std::filesystem::filesystem_error and any other system error 3,
/// diverged 4, missed_budget 5, interrupted 130; output_lost, and incomplete standard output 3; anything else, including lack
/// of memory, 3.
int run_main(std::string_view program, int argc, const char* const* argv, const std::function<int(const options&)>& run);

/// Runs, and turns every exception into its exit code as run_main does; for programs with their own flags.
int guard_main(std::string_view program, const std::function<int()>& run);

}  // namespace support
