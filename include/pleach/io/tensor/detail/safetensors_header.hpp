// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the header of a safetensors file, strictly, without building a tree of it.
///
/// The JSON goes through the event interface of nlohmann-json, whose parser does not recurse. Each event either fits
/// the one shape that a header may have or stops the parse; what has been read is bounded by limits before it is
/// stored.

#include <pleach/io/format_error.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/tensor/tensor_info.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

struct safetensors_header {
    std::vector<tensor_info> tensors;  // in the order of the header, padding included
    std::map<std::string, std::string, std::less<>> metadata;
    /// Where in the header the digits of its own checksum stand.
    std::optional<std::size_t> digits_at;
};

/// An iterator that shows others how far the parser has read.
struct watched_iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at;
    const char** furthest;

    reference operator*() const { return *at; }
    watched_iterator& operator++() {
        *furthest = ++at;
        return *this;
    }
    watched_iterator operator++(int) {
        const watched_iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const watched_iterator& a, const watched_iterator& b) { return a.at == b.at; }
};

/// The events of a header, in the only order allowed: an object of "__metadata__": object of strings, and of arrays,
/// each an object of dtype, shape and data_offsets.
class safetensors_events {
public:
    safetensors_events(std::string_view text, const read_limits& limits)
        : text_(text), furthest_(text.data()), limits_(limits) {}

    [[nodiscard]] read_failure parse() {
        const watched_iterator begin{text_.data(), &furthest_};
        const watched_iterator end{text_.data() + text_.size(), &furthest_};
        if (!nlohmann::json::sax_parse(begin, end, this) && !failure_) {
            fail(format_errc::invalid_json, "");
        }
        return std::move(failure_);
    }

    [[nodiscard]] safetensors_header take() { return std::move(header_); }

    // The interface that nlohmann-json calls.
    bool null() { return wrong_kind("null"); }
    bool boolean(bool) { return wrong_kind("a truth value"); }
    bool binary(nlohmann::json::binary_t&) { return wrong_kind("binary data"); }
    bool number_integer(std::int64_t value) { return number_refused(std::to_string(value)); }
    bool number_float(double, const std::string& digits) { return number_refused(digits.substr(0, 40)); }

    bool number_unsigned(std::uint64_t value) {
        if (where_ == place::shape) {
            if (tensor().shape.size() >= limits_.rank) {
                return fail(format_errc::rank_over_limit, in_tensor() + ", limit " + std::to_string(limits_.rank));
            }
            tensor().shape.push_back(value);
            return true;
        }
        if (where_ == place::offsets && offsets_read_ < 2) {
            (offsets_read_ == 0 ? tensor().begin : tensor().end) = value;
            ++offsets_read_;
            return true;
        }
        return wrong_kind(where_ == place::offsets ? "a third offset" : "a number");
    }

    bool string(std::string& value) {
        if (where_ == place::tensor && field_ == field::dtype) {
            const std::optional<dtype> type = dtype_named(value);
            if (!type) {
                return fail(format_errc::unsupported_dtype, in_tensor() + ", dtype " + in_quotes(value));
            }
            tensor().type = *type;
            return true;
        }
        if (where_ != place::metadata) {
            return wrong_kind("a string");
        }
        if (value.find('\0') != std::string::npos) {
            return fail(format_errc::name_has_nul, "metadata " + in_quotes(metadata_key_));
        }
        if (metadata_key_ == header_checksum_key) {
            const std::size_t closing_quote = position() - 1;
            if (value.size() != 16 || text_.substr(closing_quote - 17, 17) != '"' + value) {
                return fail(format_errc::checksum_malformed, "");
            }
            header_.digits_at = closing_quote - 16;
        }
        if (!header_.metadata.emplace(std::move(metadata_key_), std::move(value)).second) {
            return fail(format_errc::duplicate_name, "in the metadata");
        }
        return true;
    }

    bool start_object(std::size_t) {
        if (where_ == place::outside) {
            where_ = place::top;
            return true;
        }
        if (where_ == place::top) {
            where_ = next_is_metadata_ ? place::metadata : place::tensor;
            return true;
        }
        return too_deep();
    }

    bool start_array(std::size_t) {
        if (where_ == place::tensor && field_ == field::shape) {
            where_ = place::shape;
            return true;
        }
        if (where_ == place::tensor && field_ == field::offsets) {
            where_ = place::offsets;
            offsets_read_ = 0;
            return true;
        }
        if (where_ == place::shape || where_ == place::offsets || where_ == place::metadata) {
            return too_deep();
        }
        return wrong_kind("a list");
    }

    bool key(std::string& name) {
        if (where_ == place::tensor) {
            return tensor_field(name);
        }
        if (name.size() > limits_.name_bytes) {
            return fail(format_errc::name_over_limit, in_quotes(name) + ", " + std::to_string(name.size()) + " bytes, limit " +
                                                          std::to_string(limits_.name_bytes));
        }
        if (name.find('\0') != std::string::npos) {
            return fail(format_errc::name_has_nul, in_quotes(name));
        }
        if (where_ == place::metadata) {
            metadata_key_ = name;
            return true;
        }
        next_is_metadata_ = name == metadata_name;
        if (next_is_metadata_) {
            return std::exchange(metadata_seen_, true) ? fail(format_errc::duplicate_name, in_quotes(name)) : true;
        }
        if (header_.tensors.size() >= limits_.tensors) {
            return fail(format_errc::too_many_tensors, "limit " + std::to_string(limits_.tensors));
        }
        header_.tensors.emplace_back().name = name;
        fields_seen_ = 0;
        return true;
    }

    bool end_array() {
        if (where_ == place::offsets && offsets_read_ != 2) {
            return fail(format_errc::wrong_kind, in_tensor() + ", data_offsets must be two numbers");
        }
        where_ = place::tensor;
        return true;
    }

    bool end_object() {
        if (where_ == place::tensor && fields_seen_ != 7U) {
            const char* missing = (fields_seen_ & 1U) == 0 ? "dtype" : (fields_seen_ & 2U) == 0 ? "shape" : "data_offsets";
            return fail(format_errc::missing_field, in_tensor() + ", no " + missing);
        }
        where_ = where_ == place::top ? place::outside : place::top;
        return true;
    }

    template <class Exception>
    bool parse_error(std::size_t, const std::string&, const Exception& exception) {
        constexpr std::size_t longest = 300;
        std::string_view what = exception.what();
        what.remove_prefix(std::min(what.size(), what.find("] ") + 2));
        std::string text;
        for (std::string_view rest = what.substr(0, longest); !rest.empty();
             rest.remove_prefix(std::min<std::size_t>(rest.size(), 80))) {
            const std::string piece = in_quotes(rest.substr(0, 80));
            text += piece.substr(1, piece.size() - 2);
        }
        return fail(format_errc::invalid_json, text);
    }

private:
    enum class place : std::uint8_t { outside, top, metadata, tensor, shape, offsets };
    enum class field : std::uint8_t { dtype, shape, offsets };

    bool tensor_field(const std::string& name) {
        if (name == "dtype") {
            field_ = field::dtype;
        } else if (name == "shape") {
            field_ = field::shape;
        } else if (name == "data_offsets") {
            field_ = field::offsets;
        } else {
            return fail(format_errc::unknown_field, in_tensor() + ", field " + in_quotes(name));
        }
        const unsigned bit = 1U << static_cast<unsigned>(field_);
        if ((fields_seen_ & bit) != 0) {
            return fail(format_errc::duplicate_field, in_tensor() + ", field " + in_quotes(name));
        }
        fields_seen_ |= bit;
        return true;
    }

    [[nodiscard]] tensor_info& tensor() { return header_.tensors.back(); }
    [[nodiscard]] std::string in_tensor() { return "array " + in_quotes(tensor().name); }
    [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(furthest_ - text_.data()); }

    bool too_deep() { return fail(format_errc::nested_too_deep, ""); }

    bool number_refused(const std::string& digits) {
        if (where_ == place::shape || where_ == place::offsets) {
            return fail(format_errc::not_a_size, in_tensor() + ", found " + digits);
        }
        return wrong_kind("a number");
    }

    bool wrong_kind(std::string_view found) {
        constexpr std::string_view field_names[] = {"dtype (a string)", "shape (a list)", "data_offsets (a list)"};
        std::string needed;
        switch (where_) {
            case place::outside:
                needed = "needed an object";
                break;
            case place::top:
                needed = "needed an object for each name";
                break;
            case place::metadata:
                needed = "metadata " + in_quotes(metadata_key_) + " must be a string";
                break;
            case place::tensor:
                needed = in_tensor() + " needs " + std::string(field_names[static_cast<std::size_t>(field_)]);
                break;
            case place::shape:
                needed = in_tensor() + ", shape holds numbers";
                break;
            case place::offsets:
                needed = in_tensor() + ", data_offsets must be two numbers";
                break;
        }
        return fail(format_errc::wrong_kind, needed + ", found " + std::string(found));
    }

    bool fail(format_errc code, std::string what) {
        const std::string at = "byte " + std::to_string(header_length_bytes + position() - 1);
        failure_ = read_failure(code, what.empty() ? at : at + ", " + std::move(what));
        return false;
    }

    std::string_view text_;
    const char* furthest_;
    read_limits limits_;
    safetensors_header header_;
    read_failure failure_;
    std::string metadata_key_;
    place where_ = place::outside;
    field field_ = field::dtype;
    unsigned fields_seen_ = 0;
    unsigned offsets_read_ = 0;
    bool next_is_metadata_ = false;
    bool metadata_seen_ = false;
};

/// Parses the text of a header, without the length before it.
[[nodiscard]] inline read_failure parse_safetensors_header(std::string_view text, const read_limits& limits,
                                                           safetensors_header& header) {
    if (!text.starts_with('{')) {
        return {format_errc::header_not_object, "byte 8"};
    }
    const std::size_t last = text.find_last_not_of(' ');
    if (text[last] != '}') {
        return {format_errc::header_padding, "byte " + std::to_string(header_length_bytes + last)};
    }
    safetensors_events events(text.substr(0, last + 1), limits);
    read_failure failure = events.parse();
    if (!failure) {
        header = events.take();
    }
    return failure;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
