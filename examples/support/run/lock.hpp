// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Locks a directory for one process. The lock is on the directory itself: it needs no lock file, and is released when the
/// process ends, however it ends, so that no stale lock can remain.

#include "support/options/options.hpp"

#include <pleach/io/file/posix_files.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace support {

class directory_lock {
public:
    /// Locks nothing.
    directory_lock() = default;
    /// Locks the directory. *Throws:* usage_error, which calls it `name`, if another process holds the lock;
    /// std::filesystem::filesystem_error if it is not a readable directory.
    directory_lock(const std::filesystem::path& directory, const std::string& name)
        : held_(pleach::posix_files{}.open_directory(directory.string())) {
        if (held_ < 0)
            throw std::filesystem::filesystem_error("cannot lock", directory, std::error_code(errno, std::generic_category()));
        if (pleach::posix_files{}.try_lock(held_)) return;
        release();
        throw usage_error(name + " is in use by a run that is still active: wait until it ends, or give another directory");
    }
    directory_lock(directory_lock&& other) noexcept : held_(std::exchange(other.held_, -1)) {}
    directory_lock& operator=(directory_lock&& other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~directory_lock() { release(); }

private:
    void release() noexcept {
        if (held_ >= 0) static_cast<void>(pleach::posix_files{}.close(std::exchange(held_, -1)));
    }

    int held_ = -1;
};

}  // namespace support
