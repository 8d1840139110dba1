// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers of bytes as people write them.

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

inline constexpr std::string_view expected_bytes = "a number of bytes such as 6000000, 6MB or 5.7MiB";

/// 6000000, 6MB, 1.5GiB (k, M, G: powers of 1000; Ki, Mi, Gi: of 1024; with or without B), rounded down; nothing if it is not
/// such a number, or not above 0.
inline std::optional<std::uint64_t> bytes_in(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 7> units{
        {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"Ki", 1024.0}, {"Mi", 1024.0 * 1024}, {"Gi", 1024.0 * 1024 * 1024}}};
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.ends_with('B')) unit.remove_suffix(1);
    for (const auto& [name, factor] : units)
        if (error == std::errc{} && unit == name && number > 0 && number * factor < 0x1p63)
            return static_cast<std::uint64_t>(std::floor(number * factor));
    return std::nullopt;
}

}  // namespace support
