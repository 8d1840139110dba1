// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the fuzzers do with bytes: open them, and if they open, use everything that was opened. Each target also
/// replays its corpus as an ordinary test, without a fuzzer.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace fuzz {

/// Ends the process, which fuzzers and tests notice alike, unless the property holds.
inline void require(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "fuzz: violated: %s\n", property);
        std::abort();
    }
}

using bytes = std::span<const std::byte>;

}  // namespace fuzz
