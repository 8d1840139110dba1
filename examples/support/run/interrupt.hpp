// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ctrl-C, SIGTERM and a closed terminal as a request to stop: the loop finishes its batch, saves, and says how to continue. A
/// second one ends the program at once.

#include <csignal>

namespace support {

namespace detail {
inline volatile std::sig_atomic_t interrupt_signal = 0;

inline void note_interrupt(int signal) {
    interrupt_signal = signal;
    std::signal(signal, SIG_DFL);
}
}  // namespace detail

/// From here on, a signal is recorded instead of ending the program.
inline void catch_interrupts() {
    std::signal(SIGINT, &detail::note_interrupt);
    std::signal(SIGTERM, &detail::note_interrupt);
    // Unless it was ignored, as by nohup: then a closed terminal is not a reason to end.
    if (std::signal(SIGHUP, &detail::note_interrupt) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

[[nodiscard]] inline bool interrupt_requested() { return detail::interrupt_signal != 0; }

}  // namespace support
