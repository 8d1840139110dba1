// SPDX-License-Identifier: Apache-2.0

// The tokens of JSON text, by themselves and against nlohmann/json, which examples use.

#include <pleach/io/tensor/detail/json_tokens.hpp>

#include <pleach/core/random_stream.hpp>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace json_tokens_test {

using pleach::detail::json_token;
using pleach::detail::json_tokens;

namespace {

std::vector<json_token> tokens_of(std::string_view text) {
    std::vector<json_token> found;
    json_tokens tokens(text);
    do found.push_back(tokens.next());
    while (found.back() != json_token::end && found.back() != json_token::invalid);
    return found;
}

/// The string, if the text is one and nothing else.
std::optional<std::string> string_in(std::string_view text) {
    json_tokens tokens(text);
    if (tokens.next() != json_token::string) return std::nullopt;
    std::string value = tokens.string();
    return tokens.next() == json_token::end ? std::optional(std::move(value)) : std::nullopt;
}

std::string reason_of(std::string_view text) {
    json_tokens tokens(text);
    REQUIRE(tokens.next() == json_token::invalid);
    return std::string(tokens.reason());
}

}  // namespace

TEST_CASE("all tokens are told apart, with any spaces between them") {
    using enum json_token;
    REQUIRE(tokens_of("") == std::vector{end});
    REQUIRE(tokens_of(" {\t}\n[\r] : ,\"a\" -1.5e+3 true false null") == std::vector{begin_object, end_object, begin_list,
                                                                                     end_list, colon, comma, string, number,
                                                                                     boolean, boolean, null, end});
    REQUIRE(tokens_of("{\"a\":[1]}").size() == 8);
}

TEST_CASE("what begins no token is invalid, and the place is the byte that is wrong") {
    for (const char* text : {"'a'", "a", "tru", "nul", "+1", ".5", "/**/", "\v", "\xef\xbb\xbf{}", "NaN", "Infinity"}) {
        CAPTURE(text);
        REQUIRE(tokens_of(text).back() == json_token::invalid);
    }
    json_tokens tokens("[  @");
    tokens.next();
    REQUIRE(tokens.next() == json_token::invalid);
    REQUIRE(tokens.position() == 4);
    REQUIRE(reason_of("\"ab") == "a string does not end");
    REQUIRE(reason_of("\"\xff\"") == "a string holds bytes that are not UTF-8");
    REQUIRE(reason_of("\"\n\"") == "a string holds a control character, which must be escaped");
    REQUIRE(reason_of("\"\\x\"") == "a string has an escape that JSON does not know");
    REQUIRE(reason_of("\"\\u00g0\"") == "an escape \\u needs four hexadecimal digits");
    REQUIRE(reason_of("\"\\ud800\"") == "a string has half of a surrogate pair");
    REQUIRE(reason_of("\"\\ud800\\u0041\"") == "a string has half of a surrogate pair");
    REQUIRE(reason_of("1.") == "a number has no digits where it needs some");
    REQUIRE(reason_of("1e999") == "a number is too large for a double");
}

TEST_CASE("escapes become the characters that they stand for") {
    REQUIRE(*string_in(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    REQUIRE(*string_in(R"("\u0041\u00e9\u20AC\ud83d\ude00")") == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    REQUIRE(*string_in(R"("\u0000")") == std::string(1, '\0'));
    std::string every;
    for (unsigned byte = 0x20; byte < 0x7f; ++byte)
        if (byte != '"' && byte != '\\') every += static_cast<char>(byte);
    REQUIRE(*string_in('"' + every + '"') == every);
}

TEST_CASE("random strings and numbers are read as nlohmann/json reads them, or refused as it refuses them") {
    const std::vector<std::string> of_strings = {"a",       "\\",    "\"",   "u",    "d8",     "dc",       "00",   "\\ud83d",
                                                 "\\ude00", "\\u00", "\xe2", "\x82", "\xac",   "\xed\xa0", "\x80", "\xf0",
                                                 "\x9f",    "n",     "/",    "\x1f", "\\u1F0", "\xc3\xa9"};
    const std::vector<std::string> of_numbers = {"0", "1", "-",  "+",   ".",   "e",
                                                 "E", "9", "00", "308", "400", "12345678901234567890"};
    const pleach::random_stream stream(18);
    std::size_t accepted = 0, refused = 0;
    for (std::uint64_t i = 0; i < 40'000; ++i) {
        const bool is_string = i % 2 == 0;
        const auto& pieces = is_string ? of_strings : of_numbers;
        std::string text = is_string ? "\"" : "";
        const std::uint64_t length = 1 + stream.below(6, 8 * i);
        for (std::uint64_t k = 0; k < length; ++k) text += pieces[stream.below(pieces.size(), 8 * i + 1 + k)];
        if (is_string) text += '"';
        const auto expected = nlohmann::json::parse(text, nullptr, false);
        CAPTURE(text);
        if (is_string) {
            const auto value = string_in(text);
            REQUIRE(value.has_value() == expected.is_string());
            if (value) REQUIRE(*value == expected.get<std::string>());
        } else {
            REQUIRE((tokens_of(text) == std::vector{json_token::number, json_token::end}) == expected.is_number());
        }
        (expected.is_discarded() ? refused : accepted) += 1;
    }
    REQUIRE(accepted > 2'000);
    REQUIRE(refused > 10'000);
}

}  // namespace json_tokens_test
