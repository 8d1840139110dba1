// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bytes of a file, mapped: pages are read when they are first accessed, and processes that map the same file share the
/// memory.
///
/// A mapping keeps the file that it was made from. Removing that file, or renaming another over it, as every save of this
/// library does, does not affect the mapping. Changing the file in place does: new bytes appear in `bytes()` although all
/// checks are past, and accessing a page beyond the end of a truncated file kills the process (SIGBUS), as does an I/O
/// error. If files may be changed in place, or are on a network file system, read them into memory instead (read_file.hpp,
/// `open_mode::memory` of open.hpp).

#include <pleach/io/file/read_file.hpp>
#include <pleach/io/format_error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <system_error>
#include <utility>

#include <sys/mman.h>

namespace pleach {
inline namespace PLEACH_ABI {

class mapped_file;

namespace detail {
[[nodiscard]] read_failure map_whole(const std::filesystem::path& path, mapped_file& result);
}

/// Owns a read-only mapping, whose bytes begin at a multiple of the page size. Moving does not invalidate spans of them.
class mapped_file {
public:
    /// Maps nothing.
    mapped_file() = default;
    mapped_file(mapped_file&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~mapped_file() {
        if (!bytes_.empty()) {
            static_cast<void>(::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()));
        }
    }

    /// Maps the regular file `path`. On failure sets `error` and maps nothing. *Throws* std::bad_alloc only.
    [[nodiscard]] static mapped_file open(const std::filesystem::path& path, std::error_code& error) {
        return detail::read_or_tell<mapped_file>(error, [&](auto& result) { return detail::map_whole(path, result); });
    }

    /// As above. *Throws* std::filesystem::filesystem_error that says what is wrong.
    [[nodiscard]] static mapped_file open(const std::filesystem::path& path) {
        return detail::read_or_throw<mapped_file>(path, [&](auto& result) { return detail::map_whole(path, result); });
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    friend detail::read_failure detail::map_whole(const std::filesystem::path& path, mapped_file& result);

    std::span<const std::byte> bytes_;
};

namespace detail {

inline read_failure map_whole(const std::filesystem::path& path, mapped_file& result) {
    open_file file;
    std::uint64_t size = 0;
    if (auto failure = open_regular(path, file, size)) {
        return failure;
    }
    if (size > std::numeric_limits<std::size_t>::max()) {
        return {format_errc::file_over_limit, std::to_string(size) + " bytes, more than a process can address"};
    }
    mapped_file mapping;
    if (size != 0) {  // mmap refuses empty files; readers report them with a better message
        const auto length = static_cast<std::size_t>(size);
        void* const start = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, file.descriptor, 0);
        if (start == MAP_FAILED) {
            return system_failure("map");
        }
        mapping.bytes_ = {static_cast<const std::byte*>(start), length};
    }
    result = std::move(mapping);
    return {};
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
