// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks that the arrays of a safetensors file have distinct names and the sizes that their shapes need, that they cover the
/// data exactly, and that padding is zero and checksums match.

#include <pleach/io/file/checksum.hpp>
#include <pleach/io/tensor/checked.hpp>
#include <pleach/io/tensor/detail/safetensors_header.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// The contents of a safetensors file after all checks.
struct safetensors_contents {
    std::vector<tensor_info> tensors;  // in the order of the data, without padding
    std::vector<std::size_t> by_name;  // positions in `tensors`, names ascending
    std::map<std::string, std::string, std::less<>> metadata;
    std::span<const std::byte> data;
    std::size_t file_bytes = 0;  // header included
};

[[nodiscard]] inline read_failure check_size(const tensor_info& tensor) {
    const auto describe = [&] {
        return "array " + in_quotes(tensor.name) + ", " + std::string(name_of(tensor.type)) + shape_text(tensor.shape);
    };
    const auto offsets = [&] { return std::to_string(tensor.begin) + " to " + std::to_string(tensor.end); };
    if (tensor.end < tensor.begin) {
        return {format_errc::offsets_reversed, describe() + ", offsets " + offsets()};
    }
    const std::optional<std::uint64_t> count = checked_count(tensor.shape);
    const std::optional<std::uint64_t> bytes = count ? checked_multiply(*count, size_of(tensor.type)) : std::nullopt;
    if (!bytes) {
        return {format_errc::size_overflow, describe()};
    }
    if (*bytes != tensor.end - tensor.begin) {
        return {format_errc::size_mismatch, describe() + " needs " + std::to_string(*bytes) + " bytes, offsets " + offsets()};
    }
    return {};
}

[[nodiscard]] inline read_failure check_order(std::span<const tensor_info> tensors, std::uint64_t data_bytes) {
    std::uint64_t covered = 0;
    for (const tensor_info& tensor : tensors) {
        if (tensor.begin != covered) {
            return {tensor.begin < covered ? format_errc::offsets_overlap : format_errc::offsets_hole,
                    "array " + in_quotes(tensor.name) + " begins at offset " + std::to_string(tensor.begin) +
                        ", the arrays before it end at " + std::to_string(covered)};
        }
        if (tensor.end > data_bytes) {
            return {format_errc::data_truncated, "array " + in_quotes(tensor.name) + " ends at offset " +
                                                     std::to_string(tensor.end) + ", the data at " +
                                                     std::to_string(data_bytes)};
        }
        covered = tensor.end;
    }
    if (covered != data_bytes) {
        return {format_errc::trailing_bytes,
                "the arrays end at offset " + std::to_string(covered) + ", the data at " + std::to_string(data_bytes)};
    }
    return {};
}

[[nodiscard]] inline read_failure check_padding(const tensor_info& tensor, std::span<const std::byte> bytes) {
    const bool small = tensor.type == dtype::u8 && tensor.shape.size() == 1 && bytes.size() < file_alignment;
    if (!small || !std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) {
        return {format_errc::padding_not_zero, "array " + in_quotes(tensor.name)};
    }
    return {};
}

/// Verifies the two checksums, and removes them from the metadata. `file` is the whole file.
[[nodiscard]] inline read_failure check_checksums(safetensors_header& parsed, std::span<const std::byte> file,
                                                  std::size_t data_begin, data_checksum policy) {
    const auto of_data = parsed.metadata.find(data_checksum_key);
    if (!parsed.digits_at && of_data == parsed.metadata.end()) {
        return {};
    }
    const auto well_formed = [](std::string_view digits) {
        return digits.size() == 16 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    };
    if (!parsed.digits_at || of_data == parsed.metadata.end() || !well_formed(of_data->second) ||
        !well_formed(parsed.metadata.find(header_checksum_key)->second)) {
        return {format_errc::checksum_malformed, "metadata"};
    }
    constexpr std::array<char, 16> zeros = {'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
    const std::size_t digits_at = header_length_bytes + *parsed.digits_at;
    checksum header;
    header.update(file.first(digits_at));
    header.update(std::as_bytes(std::span(zeros)));
    header.update(file.subspan(digits_at + 16, data_begin - digits_at - 16));
    const auto of_header = parsed.metadata.find(header_checksum_key);
    if (hexadecimal(header.value()) != of_header->second) {
        return {format_errc::header_checksum_mismatch,
                "found " + hexadecimal(header.value()) + ", recorded " + of_header->second};
    }
    if (policy == data_checksum::verify) {
        checksum data;
        data.update(file.subspan(data_begin));
        if (hexadecimal(data.value()) != of_data->second) {
            return {format_errc::data_checksum_mismatch,
                    "found " + hexadecimal(data.value()) + ", recorded " + of_data->second};
        }
    }
    parsed.metadata.erase(of_header);
    parsed.metadata.erase(of_data);
    return {};
}

/// The positions 0 .. size - 1 of arrays, sorted by name or by offset; arrays at the same offset keep the order of the
/// header.
[[nodiscard]] inline std::vector<std::size_t> sorted_positions(const std::vector<tensor_info>& tensors, bool by_name) {
    std::vector<std::size_t> positions(tensors.size());
    for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
    std::sort(positions.begin(), positions.end(), [&](std::size_t i, std::size_t j) {
        const tensor_info &a = tensors[i], &b = tensors[j];
        if (by_name) return a.name < b.name;
        return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : i < j;
    });
    return positions;
}

/// Sorts the arrays by name, and refuses duplicate names, including those of padding.
[[nodiscard]] inline read_failure index_names(const std::vector<tensor_info>& tensors, std::vector<std::size_t>& by_name) {
    by_name = sorted_positions(tensors, true);
    for (std::size_t i = 1; i < by_name.size(); ++i)
        if (tensors[by_name[i - 1]].name == tensors[by_name[i]].name)
            return {format_errc::duplicate_name, "array " + in_quotes(tensors[by_name[i]].name)};
    return {};
}

/// Checks the bytes of a safetensors file completely. On failure, `contents` is unchanged.
[[nodiscard]] inline read_failure check_safetensors(std::span<const std::byte> file, const read_limits& limits,
                                                    safetensors_contents& contents) {
    if constexpr (std::endian::native != std::endian::little) {
        return {format_errc::big_endian_machine, ""};
    }
    if (file.size() < header_length_bytes) {
        return {format_errc::file_too_short, std::to_string(file.size()) + " bytes"};
    }
    std::uint64_t length = 0;
    for (std::size_t i = header_length_bytes; i-- > 0;) {
        length = length << 8U | std::to_integer<std::uint64_t>(file[i]);
    }
    if (length == 0) {
        return {format_errc::header_empty, "byte 0"};
    }
    if (length > file.size() - header_length_bytes) {
        return {format_errc::header_beyond_file,
                "the header has " + std::to_string(length) + " bytes, the file " + std::to_string(file.size())};
    }
    const std::uint64_t limit = std::min(limits.header_bytes, longest_header);
    if (length > limit) {
        return {format_errc::header_over_limit,
                "the header has " + std::to_string(length) + " bytes, limit " + std::to_string(limit)};
    }
    const auto data_begin = static_cast<std::size_t>(header_length_bytes + length);
    const std::span<const std::byte> data = file.subspan(data_begin);
    const std::span<const std::byte> text = file.subspan(header_length_bytes, data_begin - header_length_bytes);

    safetensors_header parsed;
    std::vector<std::size_t> by_name;
    if (auto failure = parse_safetensors_header({reinterpret_cast<const char*>(text.data()), text.size()}, limits, parsed)) {
        return failure;
    }
    for (const tensor_info& tensor : parsed.tensors) {
        if (auto failure = check_size(tensor)) {
            return failure;
        }
    }
    if (auto failure = index_names(parsed.tensors, by_name)) {
        return failure;
    }
    // Arrays without bytes keep the order of the header, so that reading and writing a file reproduces it.
    std::vector<tensor_info> in_order;
    in_order.reserve(parsed.tensors.size());
    for (const std::size_t i : sorted_positions(parsed.tensors, false)) in_order.push_back(std::move(parsed.tensors[i]));
    parsed.tensors = std::move(in_order);
    if (auto failure = check_order(parsed.tensors, data.size())) {
        return failure;
    }
    if (auto failure = check_checksums(parsed, file, data_begin, limits.data)) {
        return failure;
    }
    for (const tensor_info& tensor : parsed.tensors) {
        if (is_padding_name(tensor.name)) {
            const auto begin = static_cast<std::size_t>(tensor.begin);
            if (auto failure = check_padding(tensor, data.subspan(begin, static_cast<std::size_t>(tensor.end) - begin))) {
                return failure;
            }
        }
    }
    std::erase_if(parsed.tensors, [](const tensor_info& t) { return is_padding_name(t.name); });
    if (auto failure = index_names(parsed.tensors, by_name)) {
        return failure;
    }
    contents = {std::move(parsed.tensors), std::move(by_name), std::move(parsed.metadata), data, file.size()};
    return {};
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
