// SPDX-License-Identifier: Apache-2.0
#include "support/text/error.hpp"
#include "support/text/utf8.hpp"

namespace support {

std::string printable(std::string_view text, std::size_t most) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t whole = text.size();
    const bool cut = whole > most;
    if (cut) text = text.substr(0, most);
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
        } else if (first == '\\') {
            out += "\\\\";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    if (cut) out += "... (" + std::to_string(whole) + " bytes)";
    return out;
}

}  // namespace support
