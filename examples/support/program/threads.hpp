// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many threads a program runs, and how they wait for each other. On a machine that others use too, a thread that waits by
/// spinning takes the processor from the one that it waits for, so that two threads take longer than one: threads sleep instead.

#include <pleach/interop/openmp.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace support {

/// Restarts the program with OMP_WAIT_POLICY=passive, which OpenMP reads before main() begins; returns where the environment already
/// says how threads wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT, KMP_BLOCKTIME), or the program cannot be restarted.
/// Call it first of all. `argv` is that of main.
void sleep_while_waiting(char** argv);

/// The processors that this process may use: those of its affinity, and no more than its control group pays for. At least 1.
[[nodiscard]] std::size_t available_processors();

/// The processors that a cpu.max of a control group, such as "150000 100000", pays for, rounded up; nothing for "max" and whatever
/// else it is.
[[nodiscard]] std::optional<std::size_t> processors_of_quota(std::string_view cpu_max);

/// An executor of that many threads; 0: one for each available processor.
[[nodiscard]] pleach::openmp executor_of(std::size_t threads);

}  // namespace support
