// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A safetensors file, mapped or read into memory, with a view of its arrays.

#include <pleach/io/file/file_content.hpp>
#include <pleach/io/tensor/safetensors_view.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

class safetensors_file;
namespace detail {
[[nodiscard]] read_failure open_safetensors(const std::filesystem::path& path, const read_limits& limits, open_mode mode,
                                            safetensors_file& result);
}

/// Owns the bytes of its view. Moving does not invalidate spans into the data.
class safetensors_file {
public:
    safetensors_file() = default;

    /// Reads the file into memory, or maps it, and checks it. On failure sets `error` and returns a file without
    /// arrays.
    ///
    /// *Throws* std::bad_alloc only.
    [[nodiscard]] static safetensors_file open(const std::filesystem::path& path, const read_limits& limits,
                                               std::error_code& error, open_mode mode = open_mode::memory) {
        return detail::read_or_tell<safetensors_file>(error, [&](auto& result) { return result.read(path, limits, mode); });
    }

    /// As above. *Throws* std::filesystem::filesystem_error that says what is wrong and where.
    [[nodiscard]] static safetensors_file open(const std::filesystem::path& path, const read_limits& limits = {},
                                               open_mode mode = open_mode::memory) {
        return detail::read_or_throw<safetensors_file>(path, [&](auto& result) { return result.read(path, limits, mode); });
    }

    [[nodiscard]] const safetensors_view& view() const& noexcept { return view_; }
    const safetensors_view& view() const&& = delete;
    [[nodiscard]] const safetensors_view* operator->() const noexcept { return &view_; }
    /// All bytes of the file.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return content_.bytes(); }

private:
    friend detail::read_failure detail::open_safetensors(const std::filesystem::path& path, const read_limits& limits,
                                                         open_mode mode, safetensors_file& result);

    detail::read_failure read(const std::filesystem::path& path, const read_limits& limits, open_mode mode) {
        file_content content;
        if (auto failure = detail::load(path, mode, limits, content)) {
            return failure;
        }
        if (auto failure = detail::check_safetensors(content.bytes(), limits, view_.contents_)) {
            return failure;
        }
        content_ = std::move(content);
        view_.origin_ = path;
        return {};
    }

    file_content content_;
    safetensors_view view_;
};

/// Opens into `result`, and returns the failure instead of throwing it.
inline detail::read_failure detail::open_safetensors(const std::filesystem::path& path, const read_limits& limits,
                                                     open_mode mode, safetensors_file& result) {
    return result.read(path, limits, mode);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
