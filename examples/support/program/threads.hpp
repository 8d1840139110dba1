// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many threads a program runs, and how they wait for each other. On a shared machine, a thread that waits by spinning can
/// take the processor from the thread that it waits for, so that two threads take longer than one; so waiting threads sleep
/// instead.

#include <pleach/interop/openmp.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace support {

/// Restarts the program with OMP_WAIT_POLICY=passive, which OpenMP reads before main() begins; returns if the environment
/// already says how threads wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT, KMP_BLOCKTIME), or if the program cannot be restarted. Call
/// it before anything else. `argv` is that of main.
void sleep_while_waiting(char** argv);

/// The number of processors that this process may use: by its CPU affinity and by the quota of its control group. At least 1.
[[nodiscard]] std::size_t available_processors();

/// The number of processors allowed by the cpu.max of a control group, such as "150000 100000", rounded up; nothing for "max"
/// or anything else.
[[nodiscard]] std::optional<std::size_t> processors_of_quota(std::string_view cpu_max);

/// An executor with that many threads; 0: one per available processor.
[[nodiscard]] pleach::openmp executor_of(std::size_t threads);

}  // namespace support
