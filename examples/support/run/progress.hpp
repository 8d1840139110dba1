// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One line on standard error with the progress of a loop and the time that remains; only on a terminal, updated at most ten
/// times per second, and removed when the loop ends. With --quiet, TERM=dumb or NO_COLOR there is none.

#include "support/text/number.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace support {

/// "42 s", "3 min 05 s", "2 h 10 min".
inline std::string duration_text(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 1e9) + 0.5);
    const auto two_digits = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
    return grouped(whole / 3600) + " h " + two_digits(whole / 60 % 60) + " min";
}

class progress {
public:
    using clock = std::chrono::steady_clock;

    /// Whether a line can be rewritten, and the user wants that.
    static bool wanted(bool terminal, const char* term, const char* no_color, bool quiet) {
        const bool dumb = term == nullptr || std::string_view(term) == "dumb";
        const bool plain = no_color != nullptr && *no_color != '\0';
        return terminal && !dumb && !plain && !quiet;
    }

    explicit progress(bool quiet)
        : progress(stderr, wanted(isatty(STDERR_FILENO) == 1, std::getenv("TERM"), std::getenv("NO_COLOR"), quiet)) {}
    progress(std::FILE* out, bool live) : out_(out), live_(live) {}
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress() { clear(); }

    /// Begins a loop of `total` equal parts.
    void start(std::string label, std::size_t total, clock::time_point now = clock::now()) {
        clear();
        label_ = std::move(label);
        total_ = total;
        started_ = now;
        shown_ = now - interval;
    }

    /// Reports that `done` parts are done. Cheap enough to call for each of them.
    void update(std::size_t done, clock::time_point now = clock::now()) {
        if (!live_ || total_ == 0 || now - shown_ < interval) return;
        shown_ = now;
        const double share = static_cast<double>(std::min(done, total_)) / static_cast<double>(total_);
        std::string line = label_ + "  " + std::to_string(static_cast<int>(100 * share)) + " %";
        const double seconds = std::chrono::duration<double>(now - started_).count();
        if (share > 0 && seconds > 1) line += "  " + duration_text(seconds * (1 - share) / share) + " left";
        std::fprintf(out_, "\r%s\x1b[K", line.c_str());
        std::fflush(out_);
        on_screen_ = true;
    }

    /// Removes the line; call it before anything else is printed.
    void clear() {
        if (!on_screen_) return;
        std::fputs("\r\x1b[K", out_);
        std::fflush(out_);
        on_screen_ = false;
    }

    [[nodiscard]] bool live() const noexcept { return live_; }

private:
    static constexpr std::chrono::milliseconds interval{100};

    std::FILE* out_;
    bool live_;
    bool on_screen_ = false;
    std::string label_;
    std::size_t total_ = 0;
    clock::time_point started_, shown_;
};

}  // namespace support
