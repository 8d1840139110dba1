// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Validation of UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).

#include <cstddef>
#include <string_view>

namespace support {

/// The length in bytes of the character at the start of a nonempty text; 0 if no valid character starts there.
constexpr std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continued = [&](std::size_t length) {
        if (text.size() < length) return false;
        for (std::size_t i = 1; i < length; ++i)
            if ((byte(i) & 0xc0) != 0x80) return false;
        return true;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continued(2) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!continued(3)) return 0;
        if (first == 0xe0 && byte(1) < 0xa0) return 0;
        if (first == 0xed && byte(1) > 0x9f) return 0;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!continued(4)) return 0;
        if (first == 0xf0 && byte(1) < 0x90) return 0;
        if (first == 0xf4 && byte(1) > 0x8f) return 0;
        return 4;
    }
    return 0;
}

/// The position of the first byte that is not part of a valid character; text.size() if there is none.
constexpr std::size_t first_invalid_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return at;
}

}  // namespace support
