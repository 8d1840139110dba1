// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bytes of a file, either mapped or read into memory, as one type.

#include <pleach/io/file/mapped_file.hpp>
#include <pleach/io/file/read_file.hpp>
#include <pleach/io/open_options.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

/// Owns the bytes, which begin at a multiple of 64. Moving does not invalidate spans of them.
class file_content {
public:
    file_content() = default;
    file_content(mapped_file mapping) noexcept : mapped_(std::move(mapping)) {}
    file_content(file_bytes copy) noexcept : copied_(std::move(copy)) {}

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return mapped_.bytes().empty() ? copied_.bytes() : mapped_.bytes();
    }

private:
    mapped_file mapped_;
    file_bytes copied_;
};

namespace detail {

[[nodiscard]] inline read_failure load(const std::filesystem::path& path, open_mode mode, const read_limits& limits,
                                       file_content& result) {
    if (mode == open_mode::map) {
        mapped_file mapping;
        auto failure = map_whole(path, mapping);
        result = std::move(mapping);
        return failure;
    }
    file_bytes copy;
    auto failure = read_whole(path, limits.bytes_in_memory, copy);
    result = std::move(copy);
    return failure;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
