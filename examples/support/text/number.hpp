// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers for people to read, the same in every locale.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace support {

/// 1234567 as "1,234,567".
inline std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

/// "1 pair", "2,000 pairs".
inline std::string counted(std::uint64_t number, const std::string& noun) {
    return grouped(number) + ' ' + noun + (number == 1 ? "" : "s");
}

/// The shortest decimal text that reads back as the same double.
inline std::string shortest(double number) {
    char text[32];
    const double size = std::abs(number);
    const bool fixed = size == 0 || (size >= 1e-5 && size < 1e15);  // 0.0001, not 1e-04
    const auto [end, error] =
        std::to_chars(text, text + sizeof text, number, fixed ? std::chars_format::fixed : std::chars_format::scientific);
    return error == std::errc{} ? std::string(text, end) : std::string("?");
}

/// A double with the given number of significant digits, as printf's %g.
inline std::string rounded(double number, int digits) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number, std::chars_format::general, digits);
    return error == std::errc{} ? std::string(text, end) : std::string("?");
}

}  // namespace support
