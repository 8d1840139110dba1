// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs another program, waits for it, and returns how it ended.

#include <optional>
#include <string>
#include <vector>

namespace support {

/// Where a program's output goes.
enum class output { shared, dropped };

/// Runs `words.front()`, found through PATH if it has no slash, with the other words as arguments. Returns its exit code, 128 +
/// the signal that ended it, or nothing if it cannot be run.
std::optional<int> run_program(std::vector<std::string> words, output where);

}  // namespace support
