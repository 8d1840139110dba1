// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the fuzzers do with bytes: open them, and if they open, use everything that was opened. Each target also
/// replays its corpus as an ordinary test, without a fuzzer.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Ends the process, which fuzzers and tests notice alike, unless the property holds.
inline void require(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "fuzz: violated: %s\n", property);
        std::abort();
    }
}

using bytes = std::span<const std::byte>;

[[nodiscard]] inline std::string_view as_text(bytes from) noexcept {
    return {reinterpret_cast<const char*>(from.data()), from.size()};
}

/// Choices made by the bytes of an input, from its front; zeros once there are none left.
class choices {
public:
    explicit choices(bytes from) noexcept : rest_(from) {}

    [[nodiscard]] bool is_empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] bytes rest() const noexcept { return rest_; }

    template <class T>
    [[nodiscard]] T take() noexcept {
        std::array<std::byte, sizeof(T)> raw{};
        const std::size_t count = std::min(raw.size(), rest_.size());
        std::copy_n(rest_.begin(), count, raw.begin());
        rest_ = rest_.subspan(count);
        T value;
        std::memcpy(&value, raw.data(), sizeof value);
        return value;
    }
    /// A number below n, from one byte, or two if that is not enough. *Precondition:* 0 < n <= 65536.
    [[nodiscard]] std::size_t below(std::size_t n) noexcept {
        return (n <= 256 ? take<std::uint8_t>() : take<std::uint16_t>()) % n;
    }
    [[nodiscard]] bool flip() noexcept { return take<std::uint8_t>() % 2 != 0; }
    /// Up to `most` bytes.
    [[nodiscard]] std::string text(std::size_t most) {
        const std::size_t count = std::min(most, rest_.size());
        const std::string result(as_text(rest_.first(count)));
        rest_ = rest_.subspan(count);
        return result;
    }

private:
    bytes rest_;
};

/// Bytes that are allocated now, and the most that were since begin(). Only fuzzers count them (libfuzzer.hpp); elsewhere both
/// stay 0.
struct allocated {
    static inline std::size_t now = 0, most = 0;
    static void begin() noexcept { most = now; }
};

/// Calls read(), which may allocate at most four times the bytes that it reads, and a mebibyte.
template <class Read>
auto within_four_times(bytes file, Read&& read) {
    const std::size_t before = allocated::now;
    allocated::begin();
    auto result = read();
    require(allocated::most <= before + 4 * file.size() + (std::size_t{1} << 20), "memory is bounded by the bytes of the file");
    return result;
}

}  // namespace fuzz
