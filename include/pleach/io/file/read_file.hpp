// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a whole file into memory: the alternative to mapping it, for file systems where accessing a mapping may fail, and
/// for files that are read once.

#include <pleach/core/detail/aligned_array.hpp>
#include <pleach/io/format_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// Owns the bytes of a file, which begin at a multiple of 64; large ones are in huge pages if possible. Moving does not
/// invalidate spans of them.
class file_bytes {
public:
    file_bytes() = default;
    /// Allocates `size` uninitialized bytes, to be filled through `writable()`.
    explicit file_bytes(std::size_t size)
        : data_(static_cast<std::byte*>(detail::allocate_aligned(std::max<std::size_t>(size, 1))), {size}), size_(size) {}

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_.get(), size_}; }
    [[nodiscard]] std::span<std::byte> writable() noexcept { return {data_.get(), size_}; }

private:
    struct release {
        std::size_t size;
        void operator()(std::byte* p) const noexcept { detail::release_aligned(p, std::max<std::size_t>(size, 1)); }
    };

    std::unique_ptr<std::byte[], release> data_{nullptr, release{0}};
    std::size_t size_ = 0;
};

namespace detail {

/// Closes a descriptor at the end of a scope.
struct open_file {
    int descriptor = -1;
    open_file() = default;
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (descriptor >= 0) {
            static_cast<void>(::close(descriptor));
        }
    }
};

[[nodiscard]] inline read_failure system_failure(const char* step) {
    return {std::error_code(errno, std::system_category()), step};
}

/// Opens a regular file for reading and returns its size in `size`.
[[nodiscard]] inline read_failure open_regular(const std::filesystem::path& path, open_file& file, std::uint64_t& size) {
    if (path.native().find('\0') != std::string::npos) {
        errno = EINVAL;
        return system_failure("open");
    }
    // O_NONBLOCK: otherwise opening a pipe without a writer would wait forever.
    do {
        file.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } while (file.descriptor < 0 && errno == EINTR);
    struct stat status{};
    if (file.descriptor < 0) {
        return system_failure("open");
    }
    if (::fstat(file.descriptor, &status) != 0) {
        return system_failure("size");
    }
    if (!S_ISREG(status.st_mode)) {
        return {format_errc::not_a_file, ""};
    }
    size = static_cast<std::uint64_t>(status.st_size);
    return {};
}

[[nodiscard]] inline read_failure read_whole(const std::filesystem::path& path, std::uint64_t most, file_bytes& result) {
    open_file file;
    std::uint64_t size = 0;
    if (auto failure = open_regular(path, file, size)) {
        return failure;
    }
    if (size > most || size > std::numeric_limits<std::size_t>::max()) {
        return {format_errc::file_over_limit, std::to_string(size) + " bytes, limit " + std::to_string(most)};
    }
    file_bytes bytes(static_cast<std::size_t>(size));
    std::span<std::byte> rest = bytes.writable();
    while (!rest.empty()) {
        constexpr std::size_t piece = std::size_t{1} << 30U;
        const ::ssize_t got = ::read(file.descriptor, rest.data(), std::min(rest.size(), piece));
        if (got > 0) {
            rest = rest.subspan(static_cast<std::size_t>(got));
        } else if (got == 0) {
            return {format_errc::file_changed, std::to_string(rest.size()) + " bytes are missing"};
        } else if (errno != EINTR) {
            return system_failure("read");
        }
    }
    result = std::move(bytes);
    return {};
}

}  // namespace detail

/// The bytes of the regular file `path`, at most `most` of them. On failure sets `error` and returns no bytes.
[[nodiscard]] inline file_bytes read_file(const std::filesystem::path& path, std::uint64_t most, std::error_code& error) {
    return detail::read_or_tell<file_bytes>(error, [&](auto& result) { return detail::read_whole(path, most, result); });
}

/// As above. *Throws* std::filesystem::filesystem_error.
[[nodiscard]] inline file_bytes read_file(const std::filesystem::path& path, std::uint64_t most) {
    return detail::read_or_throw<file_bytes>(path, [&](auto& result) { return detail::read_whole(path, most, result); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
