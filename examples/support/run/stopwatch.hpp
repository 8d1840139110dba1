// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Seconds since construction or the last lap, by a monotonic clock.

#include <chrono>

namespace support {

class stopwatch {
public:
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }

    /// The seconds since the last lap; the next begins.
    double lap() {
        const double elapsed = seconds();
        start_ = clock::now();
        return elapsed;
    }

private:
    using clock = std::chrono::steady_clock;
    clock::time_point start_ = clock::now();
};

}  // namespace support
