// SPDX-License-Identifier: Apache-2.0
#include "support/text/json_lines.hpp"

#include "support/text/cursor.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace support {

using json = nlohmann::ordered_json;

struct json_object::body {
    json value = json::object();
};

json_object::json_object() : body_(std::make_unique<body>()) {}
json_object::json_object(const json_object& other) : body_(std::make_unique<body>(*other.body_)) {}
json_object::json_object(json_object&& other) noexcept = default;
json_object& json_object::operator=(json_object other) noexcept {
    std::swap(body_, other.body_);
    return *this;
}
json_object::~json_object() = default;

void json_object::set_bool(std::string_view key, bool value) { body_->value[std::string(key)] = value; }
void json_object::set_signed(std::string_view key, std::int64_t value) { body_->value[std::string(key)] = value; }
void json_object::set_unsigned(std::string_view key, std::uint64_t value) { body_->value[std::string(key)] = value; }
void json_object::set_real(std::string_view key, double value) { body_->value[std::string(key)] = value; }
void json_object::set_text(std::string_view key, std::string_view value) { body_->value[std::string(key)] = value; }
void json_object::set_object(std::string_view key, const json_object& value) {
    body_->value[std::string(key)] = value.body_->value;
}

json_object& json_object::set_all(const json_object& others) {
    body_->value.update(others.body_->value);
    return *this;
}

std::string json_object::line() const { return body_->value.dump(-1, ' ', false, json::error_handler_t::replace); }
std::string json_object::text() const { return body_->value.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; }

namespace {

void collect(const json& object, const std::string& prefix, std::vector<json_number>& numbers) {
    for (const auto& [key, value] : object.items()) {
        if (value.is_number()) {
            numbers.push_back({prefix + key, value.get<double>()});
        } else if (value.is_object() && prefix.empty()) {  // one level, which also bounds the recursion
            collect(value, key + "_", numbers);
        }
    }
}

}  // namespace

std::vector<json_line> read_json_lines(const std::filesystem::path& path) {
    std::vector<json_line> lines;
    const text_file file = text_file::of_any_bytes(path);
    text_cursor at(file);
    while (at.next()) {
        const json object = json::parse(at.line(), nullptr, false);
        if (!object.is_object()) continue;
        lines.push_back({std::string(at.line()), {}});
        collect(object, "", lines.back().numbers);
    }
    return lines;
}

std::string json_text_at(const std::filesystem::path& path, std::string_view key) {
    const text_file file(path);
    const json object = json::parse(file.text(), nullptr, false);
    if (!object.is_object())
        fail_input({file.name()}, "not a JSON object", "a line written by a run", "start again with --force");
    const auto found = object.find(std::string(key));
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace support
