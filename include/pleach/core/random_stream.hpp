// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random numbers as a pure function: a value depends on the seed, the names of the forks, a row and a column alone, not on the
/// order of calls, the threads or the standard library (whose distributions differ between vendors).
///
/// Philox4x32-10 over the counter (row, column) under a 64-bit key. uniform, below and bits are the same on every platform;
/// normal goes through the platform's log, sine and cosine.

#include <pleach/core/contract.hpp>
#include <pleach/core/detail/mix.hpp>
#include <pleach/core/detail/philox.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

class random_stream {
public:
    explicit constexpr random_stream(std::uint64_t seed) noexcept : key_(seed) {}

    /// An independent stream for a name: `seed.fork("users")` and `seed.fork("items")` are unrelated.
    [[nodiscard]] constexpr random_stream fork(std::string_view name) const noexcept {
        std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a over the name; Philox then mixes it with the key
        for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return derived(hash, name.size() + 1);
    }

    /// An independent stream for a number (an epoch, a round).
    [[nodiscard]] constexpr random_stream fork(std::uint64_t number) const noexcept { return derived(number, 0); }

    /// 64 uniform bits.
    [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t row, std::uint64_t col = 0) const noexcept {
        return words(row, col, key_, 0);
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    [[nodiscard]] constexpr double uniform(std::uint64_t row, std::uint64_t col = 0) const noexcept {
        return static_cast<double>(bits(row, col) >> 11) * 0x1p-53;
    }

    /// Standard normal (Box-Muller; the second value of each pair is discarded, so that a value depends on its position alone).
    [[nodiscard]] double normal(std::uint64_t row, std::uint64_t col = 0) const noexcept {
        const std::uint64_t word = bits(row, col);
        const double u = (static_cast<double>(word >> 32) + 1.0) * 0x1p-32;  // (0, 1]
        const double v = static_cast<double>(word & 0xffffffff) * 0x1p-32;
        return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
    }

    /// Uniform in [0, n), with a bias below n / 2^64. *Precondition:* n > 0.
    [[nodiscard]] constexpr std::uint64_t below(std::uint64_t n, std::uint64_t row, std::uint64_t col = 0) const
        noexcept(!hardened) {
        PLEACH_EXPECTS(n > 0, "random_stream::below needs at least one number to choose from");
        return detail::high_product(bits(row, col), n);
    }

    [[nodiscard]] constexpr std::uint64_t key() const noexcept { return key_; }
    friend constexpr bool operator==(random_stream, random_stream) noexcept = default;

private:
    [[nodiscard]] constexpr random_stream derived(std::uint64_t hash, std::uint64_t kind) const noexcept {
        return random_stream(words(hash, kind, key_, 1));
    }

    // The counter is row and column, 64 bits each. `half` picks one of the two 64-bit outputs: one for numbers, the other for
    // derived keys, which therefore never equal a number that was handed out.
    static constexpr std::uint64_t words(std::uint64_t row, std::uint64_t col, std::uint64_t key, std::size_t half) noexcept {
        const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
        const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
        const auto out = detail::philox4x32({low(row), high(row), low(col), high(col)}, {low(key), high(key)});
        return std::uint64_t{out[2 * half + 1]} << 32 | out[2 * half];
    }

    std::uint64_t key_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
