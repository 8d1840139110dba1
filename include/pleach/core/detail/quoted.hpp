// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text from files in messages: whatever a file contains, a message is one line that a terminal shows as it is.

#include <pleach/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// The text with bytes that are not printable ASCII as \xNN; text that was escaped already stays as it is.
[[nodiscard]] inline std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f) {
            out += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
        } else {
            out += c;
        }
    }
    return out;
}

/// The same in quotes, and at most 80 bytes of it.
[[nodiscard]] inline std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    return "\"" + printable(text.substr(0, longest)) + (text.size() > longest ? "\"..." : "\"");
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
