// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The frame of a program with its own flags, parsed by CLI11; help, version and exit codes are as for the trainers
/// (program/main.hpp).

#include "support/program/main.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>

namespace support {

/// Parses the command line into the variables bound to the flags of `app`, then calls `run`; exit codes as for run_main.
int run_tool(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& run);

/// A number of bytes as people write it: 6000000, 6MB, 1.5GiB (k, M, G: powers of 1000; Ki, Mi, Gi: of 1024).
/// *Throws:* usage_error.
std::uint64_t parse_bytes(std::string_view flag, std::string_view text);

}  // namespace support
