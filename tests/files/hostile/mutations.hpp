// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ways to make a wrong safetensors file out of a right one that its checksums do not give away, so that what comes
/// after the checksums is tested too.

#include <pleach/io/file/checksum.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

/// The length of the header that the file states, or of what there is.
inline std::size_t header_end(const std::string& file) {
    std::uint64_t length = 0;
    if (file.size() < 8) {
        return file.size();
    }
    std::memcpy(&length, file.data(), 8);
    return length > file.size() - 8 ? file.size() : 8 + static_cast<std::size_t>(length);
}

/// Writes into the file the checksums that its bytes ask for, where it has any.
inline void repair_checksums(std::string& file) {
    const std::size_t end = header_end(file);
    const auto digits_of = [&](std::string_view key) {
        const std::size_t at = file.find('"' + std::string(key) + "\":\"");
        const std::size_t digits = at == std::string::npos ? at : at + key.size() + 4;
        return digits == std::string::npos || digits + 16 > end ? std::string::npos : digits;
    };
    const auto write = [&](std::size_t at, std::span<const std::byte> of) {
        pleach::checksum sum;
        sum.update(of);
        file.replace(at, 16, pleach::hexadecimal(sum.value()));
    };
    const auto bytes = [&] { return std::as_bytes(std::span(file)); };
    if (const std::size_t at = digits_of("pleach.data_xxh3"); at != std::string::npos) {
        write(at, bytes().subspan(end));
    }
    if (const std::size_t at = digits_of("pleach.header_xxh3"); at != std::string::npos) {
        file.replace(at, 16, std::string(16, '0'));
        write(at, bytes().first(end));
    }
}

/// The file with another header, its length and checksums made to fit.
inline std::string with_header(const std::string& file, const std::string& header) {
    std::string result(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(result.data(), &length, 8);
    result += header + file.substr(header_end(file));
    repair_checksums(result);
    return result;
}

/// Gives every array the place in the data that its type and shape ask for, and padding the size that aligns what follows it.
/// Arrays keep the bytes that they had, cut off or followed by zeros. Returns the file as it was if it would become larger than
/// `most`, or if its header is not written as the library writes headers. Checksums are not repaired.
[[nodiscard]] inline std::string with_offsets(const std::string& file, std::size_t most) {
    const std::size_t end = header_end(file);
    if (end <= 8) return file;
    const std::string_view text = std::string_view(file).substr(8, end - 8);
    const std::string_view data = std::string_view(file).substr(end);
    const auto number = [&](std::size_t& at) {
        std::uint64_t value = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && value < most; ++at)
            value = 10 * value + static_cast<std::uint64_t>(text[at] - '0');
        return value;
    };
    std::string header, moved;
    std::size_t done = 0;
    constexpr std::string_view dtype = "\":{\"dtype\":\"", shape = "\"shape\":[", offsets = "\"data_offsets\":[";
    for (std::size_t at = text.find(dtype); at != std::string_view::npos; at = text.find(dtype, done)) {
        const std::size_t name = text.rfind('"', at - 1) + 1;
        const bool is_padding = text.substr(name, at - name).starts_with("__pad");
        std::size_t here = at + dtype.size();
        const std::string_view type = text.substr(here, text.find('"', here) - here);
        std::uint64_t bytes = type.ends_with("64") ? 8 : type.ends_with("32") ? 4 : type.ends_with("16") ? 2 : 1;
        const std::size_t first = text.find(shape, here), place = text.find(offsets, here);
        if (first == std::string_view::npos || place == std::string_view::npos || place < first) return file;
        header += text.substr(done, first + shape.size() - done);
        here = first + shape.size();
        if (is_padding) {
            bytes = (64 - moved.size() % 64) % 64;
            header += std::to_string(bytes);
            here = text.find(']', here);
        } else {
            while (here < text.size() && text[here] != ']' && bytes < most) {
                const std::size_t before = here;
                bytes *= number(here);
                if (here == before) return file;
                header += text.substr(before, here - before);
                if (here < text.size() && text[here] == ',') header += text[here++];
            }
        }
        if (bytes + moved.size() > most || here >= place) return file;
        header += text.substr(here, place + offsets.size() - here);
        here = place + offsets.size();
        const std::uint64_t begin = number(here);
        const std::size_t old_end = here < text.size() && text[here] == ',' ? static_cast<std::size_t>(number(++here)) : 0;
        header += std::to_string(moved.size()) + ',' + std::to_string(moved.size() + bytes);
        const std::size_t from = std::min<std::size_t>(begin, data.size());
        const std::size_t had = std::min(old_end > from ? old_end - from : 0, data.size() - from);
        const std::size_t next = moved.size() + static_cast<std::size_t>(bytes);
        if (!is_padding) moved += data.substr(from, std::min<std::size_t>(had, static_cast<std::size_t>(bytes)));
        moved.resize(next);
        done = here;
    }
    header += text.substr(done);
    if (8 + header.size() + moved.size() > most) return file;
    std::string result(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(result.data(), &length, 8);
    return result + header + moved;
}

/// Every number in the header (extents, offsets, numbers in the metadata) set to 0, 1, the largest and next largest of
/// 64 bits, the smallest signed one, one more, one less, twice, half, a negative, and every other number of the header;
/// every element type set to every other.
inline std::vector<std::string> field_mutations(const std::string& file) {
    const std::string header = file.substr(8, header_end(file) - 8);
    struct field {
        std::size_t at;
        std::string text;
    };
    std::vector<field> numbers;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t at = 0; at < header.size();) {
        std::size_t end = at;
        while (end < header.size() && is_digit(header[end])) {
            ++end;
        }
        // Digits of a checksum or of a name are no numbers: they touch letters.
        const auto touches = [&](std::size_t i) {
            return i < header.size() && (std::isalnum(static_cast<unsigned char>(header[i])) != 0 || header[i] == '_');
        };
        if (end > at && end - at < 16 && !touches(end) && (at == 0 || !touches(at - 1))) {
            numbers.push_back({at, header.substr(at, end - at)});
        }
        at = end + 1;
    }
    std::vector<std::string> files;
    const auto replace = [&](const field& f, const std::string& text) {
        if (text != f.text) {
            files.push_back(with_header(file, std::string(header).replace(f.at, f.text.size(), text)));
        }
    };
    for (const field& f : numbers) {
        const std::uint64_t value = std::stoull(f.text);
        std::set<std::string> others = {"0",
                                        "1",
                                        "18446744073709551615",
                                        "18446744073709551614",
                                        "9223372036854775808",
                                        "-1",
                                        std::to_string(value + 1),
                                        std::to_string(value - 1),
                                        std::to_string(value * 2),
                                        std::to_string(value / 2)};
        for (const field& other : numbers) {
            others.insert(other.text);
        }
        for (const std::string& text : others) {
            replace(f, text);
        }
    }
    const std::vector<std::string> types = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16",
                                            "I8",  "U64", "U32", "U16",  "U8",  "BOOL"};
    for (const std::string& type : types) {
        const std::string quoted = "\"dtype\":\"" + type + "\"";
        for (std::size_t at = header.find(quoted); at != std::string::npos; at = header.find(quoted, at + 1)) {
            for (const std::string& other : types) {
                replace({at, quoted}, "\"dtype\":\"" + other + "\"");
            }
        }
    }
    return files;
}

/// The file with each byte of its data set to some of a few values that tend to matter, checksums repaired.
inline std::vector<std::string> data_mutations(const std::string& file) {
    std::vector<std::string> files;
    for (std::size_t at = header_end(file); at < file.size(); ++at) {
        const auto before = static_cast<unsigned char>(file[at]);
        const std::array<unsigned, 8> values{0U, 0x7fU, 0xffU, before - 1U, 1U, 0x80U, before + 1U, before ^ 0x10U};
        for (const unsigned value : std::span(values).subspan(at % 2 * 4, 4)) {  // of two neighbors, each gets half of them
            if ((value & 255U) != before) {
                std::string other = file;
                other[at] = static_cast<char>(static_cast<unsigned char>(value & 255U));
                repair_checksums(other);
                files.push_back(std::move(other));
            }
        }
    }
    return files;
}

}  // namespace tests
