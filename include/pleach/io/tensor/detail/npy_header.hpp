// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the header of an npy file: the text of a Python dictionary, which is accepted only as numpy.save writes it. It is
/// scanned, never evaluated. Source:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include <pleach/io/format_error.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/tensor/array_view.hpp>
#include <pleach/io/tensor/checked.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// The element type that a `descr` such as "<f4" names.
[[nodiscard]] inline read_failure read_npy_type(std::string_view descr, array_view& array) {
    if (descr.size() >= 2 && descr[1] == 'O') {
        return {format_errc::npy_pickle, "descr " + in_quotes(descr)};
    }
    struct entry {
        std::string_view name;
        dtype type;
    };
    constexpr entry entries[] = {{"f8", dtype::f64}, {"f4", dtype::f32}, {"f2", dtype::f16}, {"i8", dtype::i64},
                                 {"i4", dtype::i32}, {"i2", dtype::i16}, {"i1", dtype::i8},  {"u8", dtype::u64},
                                 {"u4", dtype::u32}, {"u2", dtype::u16}, {"u1", dtype::u8},  {"b1", dtype::boolean}};
    for (const entry& known : entries) {
        if (!descr.empty() && descr.substr(1) == known.name) {
            const char order = descr[0];
            if (order == '<' || order == '>' || (order == '|' && size_of(known.type) == 1)) {
                array.type = known.type;
                array.order_of_bytes = order == '>' ? byte_order::big : byte_order::little;
                return {};
            }
        }
    }
    return {format_errc::npy_dtype, "descr " + in_quotes(descr)};
}

/// Scans the dictionary. If the text is not valid, a member returns false and stores the failure.
class npy_scanner {
public:
    npy_scanner(std::string_view text, const read_limits& limits) : text_(text), limits_(limits) {}

    [[nodiscard]] read_failure scan(array_view& array) {
        if (!dictionary(array) && !failure_) {
            const std::string_view rest = text_.substr(at_);
            failure_ = {format_errc::npy_header_malformed,
                        "character " + std::to_string(at_) + " of the header, found " + in_quotes(rest.substr(0, 20))};
        }
        return std::move(failure_);
    }

private:
    bool dictionary(array_view& array) {
        if (!take("{")) {
            return false;
        }
        unsigned seen = 0;
        while (!take("}")) {
            std::string_view key;
            const std::size_t key_at = at_;
            if (!string(key) || !take(":")) {
                return false;
            }
            const unsigned bit = key == "descr" ? 1U : key == "fortran_order" ? 2U : key == "shape" ? 4U : 0U;
            if (bit == 0 || (seen & bit) != 0) {
                at_ = key_at;
                return false;
            }
            seen |= bit;
            if (!(bit == 1 ? descr(array) : bit == 2 ? fortran_order(array) : shape(array))) {
                return false;
            }
            if (!take(",") && (spaces(), !text_.substr(at_).starts_with('}'))) {
                return false;
            }
        }
        spaces();
        if (text_.substr(at_) == "\n") {
            ++at_;
        }
        return seen == 7 && at_ == text_.size();
    }

    bool descr(array_view& array) {
        spaces();
        if (text_.substr(at_).starts_with('[')) {
            failure_ = {format_errc::npy_structured, "descr " + in_quotes(text_.substr(at_, 40))};
            return false;
        }
        std::string_view text;
        if (!string(text)) {
            return false;
        }
        failure_ = read_npy_type(text, array);
        return !failure_;
    }

    bool fortran_order(array_view& array) {
        const bool columns_first = take("True");
        array.order_of_elements = columns_first ? element_order::columns_first : element_order::rows_first;
        return columns_first || take("False");
    }

    /// Accepts (), (3,), (3, 4) and (3, 4,), but not (3), which is a number.
    bool shape(array_view& array) {
        if (!take("(")) {
            return false;
        }
        bool comma = true;
        while (!take(")")) {
            std::uint64_t extent = 0;
            if (!comma || !number(extent)) {
                return false;
            }
            if (array.shape.size() >= limits_.rank) {
                failure_ = {format_errc::rank_over_limit, "limit " + std::to_string(limits_.rank)};
                return false;
            }
            array.shape.push_back(extent);
            comma = take(",");
        }
        return array.shape.size() != 1 || comma;
    }

    bool number(std::uint64_t& value) {
        spaces();
        const std::size_t begin = at_;
        std::optional<std::uint64_t> result = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && result) {
            const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
            result = checked_multiply(*result, 10);
            result = result ? checked_add(*result, digit) : result;
            ++at_;
        }
        if (at_ == begin || !result) {
            at_ = begin;
            return false;
        }
        value = *result;
        return true;
    }

    /// A string in matching quotes, without escapes.
    bool string(std::string_view& value) {
        spaces();
        const std::size_t begin = at_;
        const char quote = begin < text_.size() ? text_[begin] : '\0';
        const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, begin + 1) : std::string_view::npos;
        if (end == std::string_view::npos) {
            return false;
        }
        value = text_.substr(begin + 1, end - begin - 1);
        at_ = end + 1;
        return value.find_first_of("\\\n") == std::string_view::npos;
    }

    bool take(std::string_view word) {
        spaces();
        const bool found = text_.substr(at_).starts_with(word);
        at_ += found ? word.size() : 0;
        return found;
    }

    void spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }

    std::string_view text_;
    const read_limits& limits_;
    std::size_t at_ = 0;
    read_failure failure_;
};

/// Checks the bytes of an npy file completely. On failure, `result` is unchanged.
[[nodiscard]] inline read_failure check_npy(std::span<const std::byte> file, const read_limits& limits, array_view& result) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6")) {
        return {format_errc::npy_archive, ""};
    }
    if (!text.starts_with(npy_magic) || text.size() < npy_magic.size() + 2) {
        return {format_errc::not_npy, "found " + in_quotes(text.substr(0, npy_magic.size() + 2))};
    }
    const auto byte_at = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])); };
    const std::uint64_t major = byte_at(npy_magic.size());
    if (const std::uint64_t minor = byte_at(npy_magic.size() + 1); major < 1 || major > 3 || minor != 0) {
        return {format_errc::npy_version, "found " + std::to_string(major) + "." + std::to_string(minor)};
    }
    const std::size_t length_bytes = major == 1 ? 2 : 4;
    const std::size_t header_begin = npy_magic.size() + 2 + length_bytes;
    if (text.size() < header_begin) {
        return {format_errc::header_beyond_file, "the file has " + std::to_string(text.size()) + " bytes"};
    }
    std::uint64_t length = 0;
    for (std::size_t i = length_bytes; i-- > 0;) {
        length = length << 8U | byte_at(npy_magic.size() + 2 + i);
    }
    if (length > limits.npy_header_bytes) {
        return {format_errc::npy_header_over_limit,
                "the header has " + std::to_string(length) + " bytes, limit " + std::to_string(limits.npy_header_bytes)};
    }
    if (length > text.size() - header_begin) {
        return {format_errc::header_beyond_file,
                "the header has " + std::to_string(length) + " bytes, the file " + std::to_string(text.size())};
    }
    array_view array;
    const auto header_length = static_cast<std::size_t>(length);
    if (auto failure = npy_scanner(text.substr(header_begin, header_length), limits).scan(array)) {
        return failure;
    }
    array.bytes = file.subspan(header_begin + header_length);
    const std::optional<std::uint64_t> count = checked_count(array.shape);
    const std::optional<std::uint64_t> needed = count ? checked_multiply(*count, size_of(array.type)) : std::nullopt;
    const auto describe = [&] { return std::string(name_of(array.type)) + shape_text(array.shape); };
    if (!needed) {
        return {format_errc::size_overflow, describe()};
    }
    if (*needed != array.bytes.size()) {
        return {
            *needed > array.bytes.size() ? format_errc::data_truncated : format_errc::trailing_bytes,
            describe() + " needs " + std::to_string(*needed) + " bytes, the data has " + std::to_string(array.bytes.size())};
    }
    result = std::move(array);
    return {};
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
