// SPDX-License-Identifier: Apache-2.0
#include "support/text/error.hpp"
#include "support/text/utf8.hpp"

#include <charconv>

namespace support {

namespace {

std::string escaped(std::string_view text, bool doubles_backslashes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        // C1 control characters are C2 80 to C2 9F.
        const bool control =
            first < 0x20 || first == 0x7f || (length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
        if (length == 0 || control) {
            for (const char c : text.substr(0, length == 0 ? 1 : length)) {
                const auto byte = static_cast<unsigned char>(c);
                out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
            }
        } else if (first == '\\' && doubles_backslashes) {
            out += "\\\\";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
    std::string out = escaped(text.substr(0, most), true);
    if (text.size() > most) out += "... (" + std::to_string(text.size()) + " bytes)";
    return out;
}

std::string unprintable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        if (text.substr(i).starts_with("\\\\")) {
            ++i;
        } else if (text.substr(i).starts_with("\\x") && i + 4 <= text.size() &&
                   std::from_chars(text.data() + i + 2, text.data() + i + 4, byte, 16).ptr == text.data() + i + 4) {
            out += static_cast<char>(byte);
            i += 3;
            continue;
        }
        out += text[i];
    }
    return out;
}

std::string printable_line(std::string_view text) { return escaped(text, false); }

}  // namespace support
