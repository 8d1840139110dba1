// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text in JSON: UTF-8 (RFC 3629), and quoted strings (RFC 8259, section 7).

#include <pleach/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// The length in bytes, 1 to 4, of the character that `text` begins with; 0 if there is none. Overlong forms, surrogates and
/// code points beyond U+10FFFF do not count as characters.
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i) { return byte(i) >= 0x80U && byte(i) <= 0xbfU; };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    if (text.empty()) return 0;
    if (first < 0x80U) return 1;
    if (first < 0xc2U || first > 0xf4U || !follows(1)) return 0;
    if (first < 0xe0U) return 2;
    const bool is_canonical = (first != 0xe0U || second >= 0xa0U) && (first != 0xedU || second < 0xa0U) &&
                              (first != 0xf0U || second >= 0x90U) && (first != 0xf4U || second < 0x90U);
    if (!is_canonical || !follows(2)) return 0;
    if (first < 0xf0U) return 3;
    return follows(3) ? 4 : 0;
}

/// Appends the character U+`code`. *Precondition:* it is below 0x110000 and not a surrogate.
inline void append_utf8(std::string& to, unsigned long code) {
    const auto follow = [&](unsigned shift) { to += static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80U) {
        to += static_cast<char>(code);
    } else if (code < 0x800U) {
        to += static_cast<char>(0xc0U | code >> 6U);
        follow(0);
    } else if (code < 0x10000U) {
        to += static_cast<char>(0xe0U | code >> 12U);
        follow(6);
        follow(0);
    } else {
        to += static_cast<char>(0xf0U | code >> 18U);
        follow(12);
        follow(6);
        follow(0);
    }
}

/// The characters with a one-letter escape, and these letters.
inline constexpr std::string_view escaped_bytes = "\"\\/\b\f\n\r\t";
inline constexpr std::string_view escape_letters = "\"\\/bfnrt";

/// The text in quotes, with escapes where JSON requires them; nullopt if it is not UTF-8.
[[nodiscard]] inline std::optional<std::string> quoted_json(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return std::nullopt;
        const auto first = static_cast<unsigned char>(text[0]);
        const std::size_t letter = escaped_bytes.find(text[0]);
        if (letter != std::string_view::npos && text[0] != '/') {
            out += '\\';
            out += escape_letters[letter];
        } else if (first < 0x20U) {
            out += "\\u00";
            out += digits[first >> 4U];
            out += digits[first & 15U];
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out + '"';
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
