// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Other programs: run one, wait for it, and learn how it ended.

#include <optional>
#include <string>
#include <vector>

namespace support {

/// Where a program's output goes.
enum class output { shared, dropped };

/// The exit code of `words.front()`, searched for in PATH where it has no slash, called with the other words; 128 + the signal
/// if one ended it; nothing if it cannot be run.
std::optional<int> run_program(std::vector<std::string> words, output where);

}  // namespace support
