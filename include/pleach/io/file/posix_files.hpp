// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The system calls that saving needs, behind one small type.
///
/// Savers are templates over this type, so that tests can fail, cut short or lose every single call. Functions return a
/// negative number and leave the reason in `errno`, as the calls themselves do.

#include <pleach/config.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// The file layer of real files.
struct posix_files {
    /// Creates a file that did not exist, not through a link, for writing.
    [[nodiscard]] int create(const std::string& path, unsigned mode) {
        return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, static_cast<mode_t>(mode));
    }
    /// Marks a file as in use by a living process; best effort, released when the descriptor is closed.
    void lock(int file) { static_cast<void>(try_lock(file)); }
    /// As above, for a directory too; false where another holds the lock, true also where the file system knows no locks.
    [[nodiscard]] bool try_lock(int file) { return ::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }
    [[nodiscard]] int set_mode(int file, unsigned mode) { return ::fchmod(file, static_cast<mode_t>(mode)); }
    [[nodiscard]] std::ptrdiff_t write(int file, const std::byte* bytes, std::size_t count) {
        return ::write(file, bytes, count);
    }
    [[nodiscard]] int sync(int file) { return ::fsync(file); }
    [[nodiscard]] int close(int file) { return ::close(file); }
    [[nodiscard]] int rename(const std::string& from, const std::string& to) { return ::rename(from.c_str(), to.c_str()); }
    [[nodiscard]] int remove(const std::string& path) { return ::unlink(path.c_str()); }
    [[nodiscard]] int open_directory(const std::string& path) {
        return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    /// Permission bits of a regular file, or -1 when there is none.
    [[nodiscard]] int mode_of(const std::string& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? static_cast<int>(status.st_mode & 0777U) : -1;
    }
    /// Names in a directory; empty when it cannot be read.
    [[nodiscard]] std::vector<std::string> names_in(const std::string& directory) {
        std::vector<std::string> names;
        std::error_code error;
        for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
            names.push_back(it->path().filename().native());
        }
        return names;
    }
    /// Removes a file unless a living process holds its lock.
    void remove_if_abandoned(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) {
            return;
        }
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
            static_cast<void>(::unlink(path.c_str()));
        }
        static_cast<void>(::close(file));
    }
    /// Bits that another process will not guess.
    [[nodiscard]] std::uint64_t random() {
        std::uint64_t bits = 0;
        if (::getentropy(&bits, sizeof bits) != 0) {
            bits = static_cast<std::uint64_t>(::getpid());
        }
        return bits;
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
