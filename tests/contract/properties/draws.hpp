// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Properties: what must hold for inputs that nobody chose. `for_all` draws a thousand, and a failure says which seed and case
/// drew it. PLEACH_SEED chooses others, PLEACH_CASES how many.

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace properties {

/// One number after the other from a stream.
class draws {
public:
    explicit draws(pleach::random_stream stream) : stream_(stream) {}

    /// From least to most.
    [[nodiscard]] std::size_t number(std::size_t least, std::size_t most) {
        return least + static_cast<std::size_t>(stream_.below(most - least + 1, next_++));
    }
    /// In [least, most).
    [[nodiscard]] double real(double least, double most) { return least + (most - least) * stream_.uniform(next_++); }
    [[nodiscard]] bool chance(double share) { return stream_.uniform(next_++) < share; }

    /// Zeros, ties, and magnitudes from 2^-20 to 2^15, which halves can store.
    [[nodiscard]] float value() {
        switch (number(0, 7)) {
            case 0:
                return 0;
            case 1:
                return chance(0.5) ? 0.5F : -0.5F;
            case 2:
                return static_cast<float>(std::ldexp(real(-1, 1), static_cast<int>(number(0, 35)) - 20));
            default:
                return static_cast<float>(real(-1, 1));
        }
    }
    [[nodiscard]] std::vector<float> row(std::size_t columns) {
        std::vector<float> values(columns);
        for (float& x : values) x = value();
        return values;
    }
    [[nodiscard]] pleach::dense_table<float> table(std::size_t rows, std::size_t columns) {
        pleach::dense_table<float> made(rows, columns);
        for (std::size_t r = 0; r < rows; ++r)
            for (float& x : made.row(static_cast<std::uint32_t>(r))) x = value();
        return made;
    }
    [[nodiscard]] pleach::bit_mask mask(std::size_t rows, std::size_t columns) {
        const double density = real(0, 1);
        pleach::bit_mask made = pleach::bit_mask::zeros(rows, columns);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                if (chance(density)) made.set(r, c);
        return made;
    }
    [[nodiscard]] std::vector<std::uint32_t> ids(std::size_t count, std::size_t below) {
        std::vector<std::uint32_t> made(count);
        for (std::uint32_t& id : made) id = static_cast<std::uint32_t>(number(0, below - 1));
        return made;
    }
    /// Any bytes.
    [[nodiscard]] std::string text(std::size_t length) {
        std::string made(length, ' ');
        for (char& c : made) c = static_cast<char>(static_cast<unsigned char>(number(0, 255)));
        return made;
    }
    [[nodiscard]] pleach::random_stream stream() { return stream_.fork(next_++); }

private:
    pleach::random_stream stream_;
    std::uint64_t next_ = 0;
};

[[nodiscard]] inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Calls `check(draws)` for each case.
template <class Check>
void for_all(Check&& check) {
    const std::uint64_t seed = from_environment("PLEACH_SEED", 1), cases = from_environment("PLEACH_CASES", 1000);
    for (std::uint64_t i = 0; i < cases; ++i) {
        INFO("case " << i << " of PLEACH_SEED=" << seed);
        draws drawn(pleach::random_stream(seed).fork(i));
        check(drawn);
    }
}

[[nodiscard]] inline std::vector<float> looked_up(const auto& table, std::size_t row) {
    std::vector<float> values(table.dim());
    table.lookup(static_cast<std::uint32_t>(row), values);
    return values;
}

/// The same values in all rows; zeros may differ in their signs.
[[nodiscard]] inline bool same_rows(const auto& a, const auto& b) {
    if (a.size() != b.size() || a.dim() != b.dim()) return false;
    for (std::size_t r = 0; r < a.size(); ++r)
        if (looked_up(a, r) != looked_up(b, r)) return false;
    return true;
}

}  // namespace properties
