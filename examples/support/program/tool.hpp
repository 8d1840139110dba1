// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The frame of a program with flags of its own, which CLI11 reads: the help, the version and the exit codes are those
/// of the trainers (program/main.hpp).

#include "support/program/main.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>

namespace support {

/// Parses the command line into what the flags of `app` are bound to, then calls `run`; exit codes as those of
/// run_main.
int run_tool(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& run);

/// A number of bytes as people write it: 6000000, 6MB, 1.5GiB (k, M, G: powers of 1000; Ki, Mi, Gi: of 1024).
/// *Throws:* usage_error.
std::uint64_t parse_bytes(std::string_view flag, std::string_view text);

}  // namespace support
