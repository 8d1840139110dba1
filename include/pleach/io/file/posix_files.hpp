// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The system calls that saving needs, as members of one small type.
///
/// Savers are templates over this type, so that tests can make each call fail, write less, or lose data. Functions report an
/// error as the calls themselves do: by a negative number, with the reason in `errno`.

#include <pleach/config.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// The implementation for real files.
struct posix_files {
    /// Creates a file for writing. Fails if the path exists, even as a symbolic link.
    [[nodiscard]] int create(const std::string& path, unsigned mode) {
        return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, static_cast<mode_t>(mode));
    }
    /// Locks a new file to show that a living process uses it. Returns a second descriptor that holds the lock until it is
    /// closed, even after `file` is closed; -1 if it cannot be made; `removed` if another save's clean-up removed the file
    /// before it was locked.
    [[nodiscard]] int lock(int file) {
        for (int attempt = 0; !try_lock(file) && attempt < 1000; ++attempt) ::usleep(1000);  // a clean-up holds the lock
        struct stat status{};
        if (::fstat(file, &status) == 0 && status.st_nlink == 0) return removed;
        return ::fcntl(file, F_DUPFD_CLOEXEC, 0);
    }
    static constexpr int removed = -2;
    /// Locks a file or directory. Returns false if another process holds the lock; true also on file systems without locks.
    [[nodiscard]] bool try_lock(int file) { return ::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }
    /// Gives a file these permissions, and the owner and group of the file that mode_of was last called for. If the group
    /// cannot be kept, the new group keeps only permissions that others have as well, so that nobody gains access.
    [[nodiscard]] int set_mode(int file, unsigned mode) {
        constexpr auto same_owner = static_cast<uid_t>(-1);
        if (::fchown(file, owner_, group_) != 0 && ::fchown(file, same_owner, group_) != 0) mode &= ~070U | (mode & 7U) << 3U;
        return ::fchmod(file, static_cast<mode_t>(mode));
    }
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
    /// Permission bits of a regular file; -1 if the path does not exist, `not_regular` for a directory, device, pipe or
    /// socket.
    [[nodiscard]] int mode_of(const std::string& path) {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) return -1;
        if (!S_ISREG(status.st_mode)) {
            errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
            return not_regular;
        }
        owner_ = status.st_uid;
        group_ = status.st_gid;
        return static_cast<int>(status.st_mode & 0777U);
    }
    static constexpr int not_regular = -2;
    /// The path after following symbolic links, whether or not it exists; the path itself if links form a cycle.
    [[nodiscard]] std::filesystem::path target_of(const std::filesystem::path& path) {
        std::filesystem::path target = path;
        std::error_code error;
        for (int followed = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(target, error)); ++followed) {
            const std::filesystem::path next = std::filesystem::read_symlink(target, error);
            if (error || followed == 40) return path;
            target = target.parent_path() / next;  // is `next` alone if that is absolute
        }
        return target;
    }
    /// Names in a directory; empty if it cannot be read.
    [[nodiscard]] std::vector<std::string> names_in(const std::string& directory) {
        std::vector<std::string> names;
        const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), &::closedir);
        while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names.emplace_back(name);
        }
        return names;
    }
    /// Removes a file unless a living process holds its lock.
    void remove_if_abandoned(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) {
            return;
        }
        struct stat opened{}, named{};
        // Since open(), the saver may have renamed this file, and another file may have taken the path.
        const bool is_same = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &opened) == 0 &&
                             ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
                             opened.st_dev == named.st_dev;
        if (is_same) {
            static_cast<void>(::unlink(path.c_str()));
        }
        static_cast<void>(::close(file));
    }
    /// Bits that another process cannot guess.
    [[nodiscard]] std::uint64_t random() {
        std::uint64_t bits = 0;
        if (::getentropy(&bits, sizeof bits) != 0) {
            bits = static_cast<std::uint64_t>(::getpid());
        }
        return bits;
    }

private:
    uid_t owner_ = static_cast<uid_t>(-1);
    gid_t group_ = static_cast<gid_t>(-1);
};

}  // namespace PLEACH_ABI
}  // namespace pleach
