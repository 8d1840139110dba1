// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes arrays and metadata as a safetensors file that can be mapped: all arrays are aligned.
///
/// The data begins at a multiple of 64, and so does every array. The format allows no bytes between arrays, so a gap is an
/// array of its own: U8 zeros, named __pad0__, __pad1__ and so on (readers of this library hide those). The metadata contains
/// two checksums, XXH3-64 in 16 lower-case hexadecimal digits: pleach.data_xxh3 of the data, and pleach.header_xxh3 of all
/// bytes before the data, with its own digits taken as zeros. The bytes depend only on what was added and in which order;
/// metadata is sorted by key. Source: https://github.com/huggingface/safetensors, section Format.

#include <pleach/io/file/checksum.hpp>
#include <pleach/io/file/save.hpp>
#include <pleach/io/format_error.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/tensor/checked.hpp>
#include <pleach/io/tensor/detail/json_text.hpp>
#include <pleach/io/tensor/tensor_info.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Collects arrays and saves them as one file. It refers to the elements and does not copy them: they must stay valid and
/// unchanged until the last save.
class safetensors_writer {
public:
    /// Adds an array from its bytes, little-endian and row-major.
    ///
    /// *Throws* std::invalid_argument if the name is taken, reserved, too long, not UTF-8, or contains NUL, or if shape and
    /// type need a different number of bytes.
    void add(std::string name, dtype type, std::vector<std::uint64_t> shape, std::span<const std::byte> bytes) {
        const std::optional<std::uint64_t> count = checked_count(shape);
        const std::optional<std::uint64_t> needed = count ? checked_multiply(*count, size_of(type)) : std::nullopt;
        if (!needed || *needed != bytes.size()) {
            refuse(name, "the shape " + detail::shape_text(shape) + " of " + std::string(name_of(type)) + " needs " +
                             (needed ? std::to_string(*needed) : "more than 2^64-1") + " bytes, but " +
                             std::to_string(bytes.size()) + " were given");
        }
        if (name == detail::metadata_name || detail::is_padding_name(name)) {
            refuse(name, "the name is reserved; choose another");
        }
        if (shape.size() > read_limits{}.rank) {
            refuse(name, "the shape has more than " + std::to_string(read_limits{}.rank) + " extents; reshape it");
        }
        std::string json_name = json_text(check_length(name));
        if (!names_.insert(name).second) {
            refuse(name, "the name is taken; every array needs its own");
        }
        arrays_.push_back({std::move(json_name), type, std::move(shape), bytes});
    }

    /// Adds an array from a contiguous range, which must outlive the last save: `writer.add("P.weights", {rows, cols},
    /// vector)`.
    template <class Data>
        requires requires(const Data& data) { std::span(data); }
    void add(std::string name, std::vector<std::uint64_t> shape, Data&& data) {
        static_assert(std::is_lvalue_reference_v<Data> || std::ranges::enable_borrowed_range<std::remove_cvref_t<Data>>,
                      "the writer keeps a reference to the elements until it saves; give it a variable, not a temporary");
        const std::span elements(std::as_const(data));
        add(std::move(name), dtype_of<std::remove_cv_t<typename decltype(elements)::element_type>>, std::move(shape),
            std::as_bytes(elements));
    }

    /// Adds a metadata entry. *Throws* std::invalid_argument if the key is taken or reserved, or if key or value is not UTF-8
    /// or contains NUL.
    void metadata(std::string_view key, std::string_view value) {
        if (key == detail::header_checksum_key || key == detail::data_checksum_key) {
            refuse(key, "this metadata key is reserved for the writer; choose another");
        }
        std::string json_key = json_text(check_length(key));
        std::string json_value = json_text(value);
        if (!metadata_.emplace(std::string(key), std::pair(std::move(json_key), std::move(json_value))).second) {
            refuse(key, "the metadata has this key already");
        }
    }

    /// Replaces the file `path`; see save.hpp for the guarantees. On failure sets `error`.
    ///
    /// *Complexity:* reads the data twice, once for the checksum, and copies none of it.
    void save(const std::filesystem::path& path, std::error_code& error) const {
        if (error = check_byte_order(); error) return;
        const std::string text = header();
        if (error = check_readable(text); !error) {
            save_file(path, [&](auto& sink) { write(text, sink); }, error);
        }
    }

    /// As above. *Throws* std::filesystem::filesystem_error.
    void save(const std::filesystem::path& path) const {
        const std::string text = header();
        if (const std::error_code error = check_readable(text)) {
            throw std::filesystem::filesystem_error("pleach: cannot save", path, error);
        }
        save_file(path, [&](auto& sink) { write(text, sink); });
    }

    /// Passes the bytes of the file, in order, to `sink.write(std::span<const std::byte>)`.
    template <class Sink>
    void write(Sink&& sink) const {
        write(header(), sink);
    }

    /// Bytes of the file. *Complexity:* reads the data once, for the checksum.
    [[nodiscard]] std::size_t bytes() const {
        std::size_t total = header().size();
        for_each_piece([&](const auto&, dtype, const auto&, std::span<const std::byte> bytes) { total += bytes.size(); });
        return total;
    }

private:
    struct array {
        std::string json_name;
        dtype type;
        std::vector<std::uint64_t> shape;
        std::span<const std::byte> bytes;
    };

    static constexpr std::array<std::byte, detail::file_alignment> zeros{};

    [[noreturn]] static void refuse(std::string_view name, const std::string& why) {
        throw std::invalid_argument("pleach::safetensors_writer: " + detail::in_quotes(name) + ": " + why);
    }

    [[nodiscard]] static std::string_view check_length(std::string_view name) {
        if (name.size() > read_limits{}.name_bytes) {
            refuse(name, "names have at most " + std::to_string(read_limits{}.name_bytes) + " bytes");
        }
        return name;
    }

    /// The text as JSON, quotes included.
    [[nodiscard]] static std::string json_text(std::string_view text) {
        if (text.find('\0') != std::string_view::npos) {
            refuse(text, "text must not contain the character NUL");
        }
        std::optional<std::string> quoted = detail::quoted_json(text);
        if (!quoted) {
            refuse(text, "text must be UTF-8");
        }
        return std::move(*quoted);
    }

    /// The number of zeros between the end of an array and the next multiple of 64.
    [[nodiscard]] static std::size_t gap_after(std::uint64_t bytes) noexcept {
        return static_cast<std::size_t>((detail::file_alignment - bytes % detail::file_alignment) % detail::file_alignment);
    }

    /// Calls `visit(json name, type, shape, bytes)` for each array and each gap between arrays, in order.
    template <class Visit>
    void for_each_piece(Visit&& visit) const {
        std::size_t gaps = 0;
        for (std::size_t i = 0; i < arrays_.size(); ++i) {
            const array& a = arrays_[i];
            visit(a.json_name, a.type, a.shape, a.bytes);
            if (const std::size_t gap = gap_after(a.bytes.size()); gap != 0 && i + 1 < arrays_.size()) {
                visit("\"__pad" + std::to_string(gaps++) + "__\"", dtype::u8, std::vector<std::uint64_t>{gap},
                      std::span(zeros).first(gap));
            }
        }
    }

    /// The format is little-endian, and elements are written as they are in memory.
    [[nodiscard]] static std::error_code check_byte_order() noexcept {
        if constexpr (std::endian::native == std::endian::little) return {};
        return format_errc::big_endian_machine;
    }

    /// All bytes before the data: the length, the JSON and the spaces after it. *Throws* std::system_error on a big-endian machine.
    [[nodiscard]] std::string header() const {
        if (const std::error_code error = check_byte_order())
            throw std::system_error(error, "pleach: cannot write safetensors");
        constexpr std::string_view no_digits = "0000000000000000";
        checksum data;
        std::string entries;
        std::uint64_t offset = 0;
        for_each_piece([&](const std::string& json_name, dtype type, const auto& shape, std::span<const std::byte> bytes) {
            data.update(bytes);
            std::string extents;
            for (const std::uint64_t extent : shape) {
                extents += (extents.empty() ? "" : ",") + std::to_string(extent);
            }
            const std::uint64_t end = offset + bytes.size();  // cannot overflow: all arrays are in memory
            entries += "," + json_name + ":{\"dtype\":\"" + std::string(name_of(type)) + "\",\"shape\":[" + extents +
                       "],\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]}";
            offset = end;
        });

        std::string text(detail::header_length_bytes, '\0');
        text += "{\"" + std::string(detail::metadata_name) + "\":{\"" + std::string(detail::header_checksum_key) + "\":\"";
        const std::size_t digits_at = text.size();
        text.append(no_digits).append("\",\"").append(detail::data_checksum_key).append("\":\"");
        text.append(hexadecimal(data.value())).append("\"");
        for (const auto& [key, pair] : metadata_) {
            text += "," + pair.first + ":" + pair.second;
        }
        text += "}" + entries + "}";
        text.append(gap_after(text.size()), ' ');
        for (std::uint64_t i = 0, length = text.size() - detail::header_length_bytes; i < 8; ++i, length >>= 8U) {
            text[i] = static_cast<char>(static_cast<unsigned char>(length & 255U));
        }
        checksum whole;
        whole.update(std::as_bytes(std::span(text)));
        text.replace(digits_at, no_digits.size(), hexadecimal(whole.value()));
        return text;
    }

    /// The error with which a reader with default limits would refuse the file, if any.
    [[nodiscard]] std::error_code check_readable(const std::string& text) const {
        if (text.size() - detail::header_length_bytes > read_limits{}.header_bytes) {
            return format_errc::header_over_limit;
        }
        if (metadata_.size() + 2 > read_limits{}.metadata) {  // the checksums are two of them
            return format_errc::too_much_metadata;
        }
        std::uint64_t pieces = 0;
        for_each_piece([&](const auto&, dtype, const auto&, std::span<const std::byte>) { ++pieces; });
        if (pieces > read_limits{}.tensors) {
            return format_errc::too_many_tensors;
        }
        return {};
    }

    template <class Sink>
    void write(const std::string& text, Sink& sink) const {
        sink.write(std::as_bytes(std::span(text)));
        for_each_piece([&](const auto&, dtype, const auto&, std::span<const std::byte> bytes) { sink.write(bytes); });
    }

    std::vector<array> arrays_;
    std::set<std::string> names_;
    std::map<std::string, std::pair<std::string, std::string>> metadata_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
