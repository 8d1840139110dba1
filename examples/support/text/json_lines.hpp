// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON objects to write: keys in the order in which they were set, everything escaped, one object per line. The JSON
/// library is compiled once, behind this header.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace support {

class json_object {
public:
    json_object();
    json_object(const json_object& other);
    json_object(json_object&& other) noexcept;
    json_object& operator=(json_object other) noexcept;
    ~json_object();

    /// Sets a key to a boolean, a number, a text or an object, replacing an earlier value. Numbers that are not finite become
    /// null, and bytes that are not UTF-8 become the replacement character.
    template <class Value>
    json_object& set(std::string_view key, const Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            set_bool(key, value);
        } else if constexpr (std::is_integral_v<Value> && std::is_signed_v<Value>) {
            set_signed(key, value);
        } else if constexpr (std::is_integral_v<Value>) {
            set_unsigned(key, value);
        } else if constexpr (std::is_floating_point_v<Value>) {
            set_real(key, static_cast<double>(value));
        } else if constexpr (std::is_same_v<Value, json_object>) {
            set_object(key, value);
        } else {
            set_text(key, value);
        }
        return *this;
    }

    /// Sets all keys of another object.
    json_object& set_all(const json_object& others);

    /// On one line, without a line end.
    [[nodiscard]] std::string line() const;
    /// Indented, with a line end.
    [[nodiscard]] std::string text() const;

private:
    struct body;

    void set_bool(std::string_view key, bool value);
    void set_signed(std::string_view key, std::int64_t value);
    void set_unsigned(std::string_view key, std::uint64_t value);
    void set_real(std::string_view key, double value);
    void set_text(std::string_view key, std::string_view value);
    void set_object(std::string_view key, const json_object& value);

    std::unique_ptr<body> body_;
};

/// A number in a JSON line; a key of a nested object is called `outer_inner`.
struct json_number {
    std::string key;
    double value;
};

struct json_line {
    std::string text;
    std::vector<json_number> numbers;

    /// The number at a key; nullptr if there is none.
    [[nodiscard]] const double* at(std::string_view key) const {
        for (const json_number& number : numbers)
            if (number.key == key) return &number.value;
        return nullptr;
    }
};

/// All complete lines; what a killed process or a power cut left is skipped: part of a line, or zeros. *Throws:* input_error if
/// the file cannot be read, or has a carriage return within a line.
std::vector<json_line> read_json_lines(const std::filesystem::path& path);

/// The text at a key of the object in a file; empty if there is none. *Throws:* input_error if the file does not contain an
/// object.
std::string json_text_at(const std::filesystem::path& path, std::string_view key);

}  // namespace support
