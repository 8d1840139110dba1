// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A strict JSON tokenizer (RFC 8259): UTF-8 only, and no comments, single quotes, or number forms and escapes of other
/// languages. The order of tokens is checked by the parser of a grammar (safetensors_header.hpp), so there is no tree and no
/// recursion, and the only memory is that of the last string.

#include <pleach/io/tensor/detail/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

enum class json_token : std::uint8_t {
    end,
    begin_object,
    end_object,
    begin_list,
    end_list,
    colon,
    comma,
    string,
    number,
    boolean,
    null,
    invalid,
};

class json_tokens {
public:
    /// *Precondition:* the text outlives this.
    explicit json_tokens(std::string_view text) noexcept : text_(text) {}

    /// Reads the next token. Do not call it again after an invalid one.
    json_token next() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        if (at_ == text_.size()) return json_token::end;
        constexpr std::string_view marks = "{}[]:,";
        const char first = text_[at_];
        if (const std::size_t mark = marks.find(first); mark != std::string_view::npos) {
            ++at_;
            return static_cast<json_token>(static_cast<std::size_t>(json_token::begin_object) + mark);
        }
        if (first == '"') return read_string();
        if (first == '-' || is_digit(first)) return read_number();
        if (first == 't') return read_word("true", json_token::boolean);
        if (first == 'f') return read_word("false", json_token::boolean);
        if (first == 'n') return read_word("null", json_token::null);
        return wrong("found a character that begins no value");
    }

    /// The last string, with escapes decoded. May be moved from.
    [[nodiscard]] std::string& string() noexcept { return string_; }
    /// The last number, as written in the text.
    [[nodiscard]] std::string_view number() const noexcept { return number_; }
    /// What is wrong with an invalid token.
    [[nodiscard]] std::string_view reason() const noexcept { return reason_; }
    /// The number of bytes read. The last of them ends the token, or is the invalid one.
    [[nodiscard]] std::size_t position() const noexcept { return at_; }

private:
    [[nodiscard]] static constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    [[nodiscard]] static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    [[nodiscard]] char here() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    json_token wrong(std::string_view reason) noexcept {
        reason_ = reason;
        at_ = (std::min)(at_ + 1, text_.size());
        return json_token::invalid;
    }

    json_token read_word(std::string_view word, json_token token) noexcept {
        for (const char c : word) {
            if (here() != c) return wrong("found a character that begins no value");
            ++at_;
        }
        return token;
    }

    json_token read_string() {
        ++at_;
        string_.clear();
        string_.reserve((std::min)(text_.size(), text_.find('"', at_)) - at_);
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const std::size_t length = utf8_length(text_.substr(at_));
            if (c == '"') {
                ++at_;
                return json_token::string;
            }
            if (c == '\\') {
                if (!read_escape()) return json_token::invalid;
                continue;
            }
            if (length == 0) return wrong("a string holds bytes that are not UTF-8");
            if (static_cast<unsigned char>(c) < 0x20U)
                return wrong("a string holds a control character, which must be escaped");
            string_.append(text_, at_, length);
            at_ += length;
        }
        return wrong("a string does not end");
    }

    bool read_escape() {
        ++at_;
        const std::size_t letter = escape_letters.find(here());
        if (at_ < text_.size() && letter != std::string_view::npos) {
            string_ += escaped_bytes[letter];
            ++at_;
            return true;
        }
        if (here() != 'u') return refused("a string has an escape that JSON does not know");
        std::uint32_t code = 0;
        if (!read_hex(code)) return false;
        if (code >= 0xd800U && code < 0xe000U) {
            std::uint32_t low = 0;
            const bool is_first = code < 0xdc00U && text_.substr(at_, 2) == "\\u";
            if (!is_first) return refused("a string has half of a surrogate pair");
            ++at_;
            if (!read_hex(low)) return false;
            if (low < 0xdc00U || low >= 0xe000U) return refused("a string has half of a surrogate pair");
            code = 0x10000U + ((code - 0xd800U) << 10U) + (low - 0xdc00U);
        }
        append_utf8(string_, code);
        return true;
    }

    /// Reads the four digits of an escape, after the letter u.
    bool read_hex(std::uint32_t& code) {
        ++at_;
        for (int i = 0; i < 4; ++i, ++at_) {
            const char c = here();
            const bool is_lower = c >= 'a' && c <= 'f';
            if (!is_digit(c) && !is_lower && !(c >= 'A' && c <= 'F'))
                return refused("an escape \\u needs four hexadecimal digits");
            code = code << 4U | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : c - (is_lower ? 'a' : 'A') + 10);
        }
        return true;
    }

    bool refused(std::string_view reason) noexcept {
        wrong(reason);
        return false;
    }

    json_token read_number() {
        const std::size_t first = at_;
        if (here() == '-') ++at_;
        if (here() == '0')
            ++at_;
        else if (!skip_digits())
            return wrong("a number has no digits where it needs some");
        if (here() == '.') {
            ++at_;
            if (!skip_digits()) return wrong("a number has no digits where it needs some");
        }
        if (here() == 'e' || here() == 'E') {
            ++at_;
            if (here() == '+' || here() == '-') ++at_;
            if (!skip_digits()) return wrong("a number has no digits where it needs some");
        }
        number_ = text_.substr(first, at_ - first);
        // Short numbers without an exponent always fit a double.
        if (number_.size() > 20 || number_.find_first_of("eE") != std::string_view::npos)
            if (std::isinf(std::strtod(std::string(number_).c_str(), nullptr))) {
                reason_ = "a number is too large for a double";
                return json_token::invalid;
            }
        return json_token::number;
    }

    bool skip_digits() noexcept {
        const std::size_t first = at_;
        while (is_digit(here())) ++at_;
        return at_ > first;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string string_;
    std::string_view number_;
    std::string_view reason_;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
