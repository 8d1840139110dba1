// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the header of a safetensors file strictly, without building a tree. The header is an object: "__metadata__" is an
/// object of strings, and every other member is an array, an object of dtype, shape and data_offsets. Limits are checked
/// before anything is stored.

#include <pleach/io/format_error.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/tensor/detail/json_tokens.hpp>
#include <pleach/io/tensor/tensor_info.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

struct safetensors_header {
    std::vector<tensor_info> tensors;  // in the order of the header, padding included
    std::map<std::string, std::string, std::less<>> metadata;
    /// The position in the header of the digits of its own checksum.
    std::optional<std::size_t> digits_at;
};

/// Functions that return false store the reason in `failure_`.
class safetensors_header_reader {
public:
    /// *Precondition:* the text begins with '{'.
    safetensors_header_reader(std::string_view text, const read_limits& limits) : text_(text), tokens_(text), limits_(limits) {}

    [[nodiscard]] read_failure read(safetensors_header& result) {
        header_.tensors.reserve((std::min)(arrays_at_most(), static_cast<std::size_t>(limits_.tensors)));
        tokens_.next();
        const bool good =
            read_members([this](std::string& name) { return take_name(name); }, [this] { return read_top_value(); });
        if (good && is_next(json_token::end, "the end")) result = std::move(header_);
        return std::move(failure_);
    }

private:
    /// How many arrays there are, unless the header is malformed. Growing by steps would take more memory than the header justifies.
    [[nodiscard]] std::size_t arrays_at_most() const noexcept {
        constexpr std::string_view key = "\"dtype\"";  // strings contain it with backslashes only
        std::size_t count = 0;
        for (std::size_t at = text_.find(key); at != std::string_view::npos; at = text_.find(key, at + key.size())) ++count;
        return (std::min)(count, text_.size() / shortest_array);
    }
    static constexpr std::size_t shortest_array = 47;  // "":{"dtype":"U8","shape":[],"data_offsets":[0,0]}

    enum class field : std::uint8_t { dtype, shape, offsets };

    /// Reads the members of an object whose opening brace has been read; calls `take(name)` before each colon and
    /// `read_value()` after it.
    template <class Take, class ReadValue>
    bool read_members(Take&& take, ReadValue&& read_value) {
        json_token token = tokens_.next();
        if (token == json_token::end_object) return true;
        while (true) {
            if (token != json_token::string) return invalid(token, "a name in quotes");
            if (!take(tokens_.string()) || !is_next(json_token::colon, "':'") || !read_value()) return false;
            token = tokens_.next();
            if (token == json_token::end_object) return true;
            if (token != json_token::comma) return invalid(token, "',' or '}'");
            token = tokens_.next();
        }
    }

    /// Reads the numbers of a list whose opening bracket has been read.
    template <class Take>
    bool read_numbers(const char* holds, Take&& take) {
        json_token token = tokens_.next();
        if (token == json_token::end_list) return true;
        while (true) {
            if (token == json_token::begin_object || token == json_token::begin_list)
                return fail(format_errc::nested_too_deep, "");
            if (token != json_token::number) return wrong_kind(token, in_tensor() + ", " + holds);
            const std::string_view digits = tokens_.number();
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
            if (error != std::errc() || end != digits.data() + digits.size())
                return fail(format_errc::not_a_size, in_tensor() + ", found " + std::string(digits.substr(0, 40)));
            if (!take(value)) return false;
            token = tokens_.next();
            if (token == json_token::end_list) return true;
            if (token != json_token::comma) return invalid(token, "',' or ']'");
            token = tokens_.next();
        }
    }

    /// Checks the name of an array or a metadata key.
    bool check_name(const std::string& name) {
        if (name.size() > limits_.name_bytes)
            return fail(format_errc::name_over_limit, in_quotes(name) + ", " + std::to_string(name.size()) + " bytes, limit " +
                                                          std::to_string(limits_.name_bytes));
        return name.find('\0') == std::string::npos || fail(format_errc::name_has_nul, in_quotes(name));
    }

    bool take_name(std::string& name) {
        if (!check_name(name)) return false;
        next_is_metadata_ = name == metadata_name;
        if (next_is_metadata_)
            return !std::exchange(metadata_seen_, true) || fail(format_errc::duplicate_name, in_quotes(name));
        if (header_.tensors.size() >= limits_.tensors)
            return fail(format_errc::too_many_tensors, "limit " + std::to_string(limits_.tensors));
        header_.tensors.emplace_back().name = std::move(name);
        fields_seen_ = 0;
        return true;
    }

    bool read_top_value() {
        const json_token token = tokens_.next();
        if (token != json_token::begin_object) return wrong_kind(token, "needed an object for each name");
        if (next_is_metadata_)
            return read_members([this](std::string& key) { return take_key(key); }, [this] { return read_metadata(); });
        if (!read_members([this](const std::string& name) { return take_field(name); }, [this] { return read_field(); }))
            return false;
        if (fields_seen_ == 7U) return true;
        const char* missing = (fields_seen_ & 1U) == 0 ? "dtype" : (fields_seen_ & 2U) == 0 ? "shape" : "data_offsets";
        return fail(format_errc::missing_field, in_tensor() + ", no " + missing);
    }

    bool take_key(std::string& key) {
        if (!check_name(key)) return false;
        metadata_key_ = std::move(key);
        return header_.metadata.size() < limits_.metadata ||
               fail(format_errc::too_much_metadata, "limit " + std::to_string(limits_.metadata));
    }

    bool read_metadata() {
        const json_token token = tokens_.next();
        if (token == json_token::begin_object || token == json_token::begin_list) return fail(format_errc::nested_too_deep, "");
        if (token != json_token::string) return wrong_kind(token, "metadata " + in_quotes(metadata_key_) + " must be a string");
        std::string& value = tokens_.string();
        if (value.find('\0') != std::string::npos)
            return fail(format_errc::name_has_nul, "metadata " + in_quotes(metadata_key_));
        if (metadata_key_ == header_checksum_key) {
            const std::size_t closing_quote = tokens_.position() - 1;
            if (value.size() != 16 || text_.substr(closing_quote - 17, 17) != '"' + value)
                return fail(format_errc::checksum_malformed, "");
            header_.digits_at = closing_quote - 16;
        }
        return header_.metadata.emplace(std::move(metadata_key_), std::move(value)).second ||
               fail(format_errc::duplicate_name, "in the metadata");
    }

    bool take_field(const std::string& name) {
        if (name == "dtype")
            field_ = field::dtype;
        else if (name == "shape")
            field_ = field::shape;
        else if (name == "data_offsets")
            field_ = field::offsets;
        else
            return fail(format_errc::unknown_field, in_tensor() + ", field " + in_quotes(name));
        const unsigned bit = 1U << static_cast<unsigned>(field_);
        if ((fields_seen_ & bit) != 0) return fail(format_errc::duplicate_field, in_tensor() + ", field " + in_quotes(name));
        fields_seen_ |= bit;
        return true;
    }

    bool read_field() {
        constexpr std::string_view needed[] = {"dtype (a string)", "shape (a list)", "data_offsets (a list)"};
        const json_token token = tokens_.next();
        if (token == json_token::begin_object) return fail(format_errc::nested_too_deep, "");
        if (token != (field_ == field::dtype ? json_token::string : json_token::begin_list))
            return wrong_kind(token, in_tensor() + " needs " + std::string(needed[static_cast<std::size_t>(field_)]));
        if (field_ == field::dtype) return read_dtype(tokens_.string());
        return field_ == field::shape ? read_shape() : read_offsets();
    }

    bool read_dtype(std::string_view name) {
        const std::optional<dtype> type = dtype_named(name);
        if (!type) return fail(format_errc::unsupported_dtype, in_tensor() + ", dtype " + in_quotes(name));
        tensor().type = *type;
        return true;
    }

    bool read_shape() {
        return read_numbers("shape holds numbers", [this](std::uint64_t extent) {
            if (tensor().shape.size() >= limits_.rank)
                return fail(format_errc::rank_over_limit, in_tensor() + ", limit " + std::to_string(limits_.rank));
            tensor().shape.push_back(extent);
            return true;
        });
    }

    bool read_offsets() {
        const std::string two = "data_offsets must be two numbers";
        int count = 0;
        const bool good = read_numbers(two.c_str(), [&](std::uint64_t offset) {
            if (count == 2) return fail(format_errc::wrong_kind, in_tensor() + ", " + two + ", found a third offset");
            (count++ == 0 ? tensor().begin : tensor().end) = offset;
            return true;
        });
        return good && (count == 2 || fail(format_errc::wrong_kind, in_tensor() + ", " + two));
    }

    [[nodiscard]] tensor_info& tensor() { return header_.tensors.back(); }
    [[nodiscard]] std::string in_tensor() { return "array " + in_quotes(tensor().name); }

    bool is_next(json_token token, const char* needed) {
        const json_token found = tokens_.next();
        return found == token || invalid(found, needed);
    }

    /// Fails because a value of the wrong kind, or no value at all, was found.
    bool wrong_kind(json_token found, const std::string& needed) {
        if (found == json_token::begin_list) return fail(format_errc::wrong_kind, needed + ", found a list");
        if (found == json_token::string) return fail(format_errc::wrong_kind, needed + ", found a string");
        if (found == json_token::number) return fail(format_errc::wrong_kind, needed + ", found a number");
        if (found == json_token::boolean) return fail(format_errc::wrong_kind, needed + ", found a boolean");
        if (found == json_token::null) return fail(format_errc::wrong_kind, needed + ", found null");
        return invalid(found, "a value");
    }

    bool invalid(json_token found, const std::string& needed) {
        constexpr std::string_view names[] = {"the end", "'{'",      "'}'",      "'['",       "']'", "':'",
                                              "','",     "a string", "a number", "a boolean", "null"};
        return fail(format_errc::invalid_json,
                    found == json_token::invalid
                        ? std::string(tokens_.reason())
                        : "found " + std::string(names[static_cast<std::size_t>(found)]) + ", needed " + needed);
    }

    bool fail(format_errc code, const std::string& what) {
        const std::string at = "byte " + std::to_string(header_length_bytes + tokens_.position() - 1);
        failure_ = read_failure(code, what.empty() ? at : at + ", " + what);
        return false;
    }

    std::string_view text_;
    json_tokens tokens_;
    read_limits limits_;
    safetensors_header header_;
    read_failure failure_;
    std::string metadata_key_;
    field field_ = field::dtype;
    unsigned fields_seen_ = 0;
    bool next_is_metadata_ = false;
    bool metadata_seen_ = false;
};

/// Parses the text of a header, without the length before it.
[[nodiscard]] inline read_failure parse_safetensors_header(std::string_view text, const read_limits& limits,
                                                           safetensors_header& header) {
    if (!text.starts_with('{')) return {format_errc::header_not_object, "byte 8"};
    const std::size_t last = text.find_last_not_of(' ');
    if (text[last] != '}') return {format_errc::header_padding, "byte " + std::to_string(header_length_bytes + last)};
    return safetensors_header_reader(text.substr(0, last + 1), limits).read(header);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
