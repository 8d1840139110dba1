// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small safetensors files, right and wrong, and what the reader says about them.

#include <pleach/io/tensor/safetensors.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace tests {

inline std::string length_bytes(std::uint64_t length) {
    std::string text(8, '\0');
    std::memcpy(text.data(), &length, 8);
    return text;
}

inline std::string file_of(const std::string& header, const std::string& data = {}) {
    return length_bytes(header.size()) + header + data;
}

/// The first sentence that refuses the file, or "accepted". The bytes are copied to memory of exactly their size, so
/// that address sanitizers see the first byte read beyond it.
inline std::string sentence(const std::string& file, const pleach::read_limits& limits = {}) {
    const auto exact = std::make_unique<std::byte[]>(file.size());
    std::memcpy(exact.get(), file.data(), file.size());
    try {
        static_cast<void>(pleach::safetensors_view::view({exact.get(), file.size()}, limits));
    } catch (const std::filesystem::filesystem_error& error) {
        REQUIRE(std::string(error.what()).size() < 1000);
        return error.what();
    }
    return "accepted";
}

inline std::error_code code(const std::string& file, const pleach::read_limits& limits = {}) {
    std::error_code error;
    const auto view = pleach::safetensors_view::view(std::as_bytes(std::span(file)), limits, error);
    REQUIRE((!error || (view.tensors().empty() && view.metadata().empty())));
    return error;
}

/// An array "a" of two floats, one piece of it replaced.
inline std::error_code with(const std::string& shape, const std::string& offsets = "[0,8]",
                            const std::string& dtype = "\"F32\"") {
    return code(
        file_of("{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}", "12345678"));
}

/// A byte array of this name and place.
inline std::string entry(const std::string& name, std::uint64_t begin, std::uint64_t end) {
    return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + std::to_string(end - begin) + "],\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
}

inline std::error_code named(const std::string& json_name) { return code(file_of("{" + entry(json_name, 0, 0) + "}")); }

inline std::error_code metadata(const std::string& json) { return code(file_of("{\"__metadata__\":" + json + "}")); }

inline std::string repeated(const std::string& piece, std::size_t count) {
    std::string text;
    text.reserve(piece.size() * count);
    for (std::size_t i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

inline const std::error_code accepted;

}  // namespace tests
