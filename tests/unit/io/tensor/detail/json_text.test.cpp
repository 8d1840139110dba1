// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/tensor/detail/json_text.hpp>

#include "support/catch.hpp"

#include <initializer_list>

namespace json_text_test {

using pleach::detail::append_utf8;
using pleach::detail::quoted_json;
using pleach::detail::utf8_length;

TEST_CASE("every code point but surrogates is UTF-8 in as many bytes as it needs, and no shorter piece of it is") {
    for (unsigned long code = 0; code < 0x110000; ++code) {
        std::string text;
        append_utf8(text, code);
        const std::size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        const bool is_surrogate = code >= 0xd800 && code < 0xe000;
        bool good = text.size() == length && utf8_length(text + "\x80") == (is_surrogate ? 0 : length);
        for (std::size_t part = 0; part < length; ++part) good &= utf8_length(text.substr(0, part)) == 0;
        if (!good) FAIL("U+" << std::hex << code);
    }
    SUCCEED();
}

TEST_CASE("overlong forms, stray bytes and what lies beyond U+10FFFF are no characters") {
    for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3(", "\xe2\x82(", "\xf0\x9f\x98("}) {
        CAPTURE(text);
        REQUIRE(utf8_length(text) == 0);
    }
}

TEST_CASE("text is quoted with the shortest escapes, and what is not UTF-8 is not quoted") {
    REQUIRE(*quoted_json("") == "\"\"");
    REQUIRE(*quoted_json("a/b \xe2\x82\xac\x7f") == "\"a/b \xe2\x82\xac\x7f\"");
    REQUIRE(*quoted_json("\"\\\b\f\n\r\t\x01\x1f") == R"("\"\\\b\f\n\r\t\u0001\u001f")");
    REQUIRE(!quoted_json("a\xff"));
    REQUIRE(!quoted_json("\xed\xa0\x80"));
}

}  // namespace json_text_test
