// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An executor over OpenMP threads. Tasks are scheduled dynamically; since the split into tasks does not depend on the number
/// of threads, neither do the bits. Without OpenMP the tasks run sequentially.

#include <pleach/core/executor.hpp>

#include <exception>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace pleach {
inline namespace PLEACH_ABI {

struct openmp {
    int threads = 0;  ///< 0: OpenMP's default

    /// Calls run(i) for each i < tasks and waits; rethrows the exception of the lowest task that threw.
    template <std::invocable<std::size_t> Run>
    void operator()(std::size_t tasks, Run&& run) const {
#if defined(_OPENMP)
        const int team = threads > 0 ? threads : omp_get_max_threads();
        if (team > 1 && tasks > 1) {
            std::exception_ptr failure;
            std::size_t failed = tasks;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
            for (std::size_t i = 0; i < tasks; ++i) {
                try {
                    run(i);
                } catch (...) {
#pragma omp critical(pleach_openmp_failure)
                    if (i < failed) {
                        failed = i;
                        failure = std::current_exception();
                    }
                }
            }
            if (failure) std::rethrow_exception(failure);
            return;
        }
#endif
        sequential{}(tasks, run);
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
