// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file layer over real files that goes wrong at one chosen call, for tests of savers.

#include <pleach/io/file/posix_files.hpp>

#include <cerrno>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace tests {

/// What happens at the chosen call.
enum class fault {
    none,
    error,          ///< it fails with the chosen error, every later one works
    killed_before,  ///< the process dies: this call and all later ones do nothing
    killed_after,   ///< the call is done, then the process dies (a write is done by half)
};

/// Numbers the calls from 1. After the death of its process, its descriptors are closed, as a kernel would.
class faulty_files {
public:
    std::size_t at = 0;
    fault kind = fault::none;
    int error = EIO;
    /// Most bytes that one write takes.
    std::size_t most = static_cast<std::size_t>(-1);
    std::vector<std::string> calls;

    int create(const std::string& path, unsigned mode) {
        const int file = call("create", [&] { return real_.create(path, mode); });
        return opened(file);
    }
    int lock(int file) {
        const int held = call("lock", [&] { return real_.lock(file); });
        return opened(held);
    }
    std::filesystem::path target_of(const std::filesystem::path& path) { return real_.target_of(path); }
    int set_mode(int file, unsigned mode) {
        return call("set_mode", [&] { return real_.set_mode(file, mode); });
    }
    std::ptrdiff_t write(int file, const std::byte* bytes, std::size_t count) {
        const bool by_half = kind == fault::killed_after && calls.size() + 1 == at;
        const std::size_t portion = by_half ? count / 2 : count < most ? count : most;
        return call("write", [&] { return real_.write(file, bytes, portion); });
    }
    int sync(int file) {
        return call("sync", [&] { return real_.sync(file); });
    }
    int close(int file) {
        const int result = call("close", [&] { return real_.close(file); });
        if (result < 0 && open_.contains(file)) {
            static_cast<void>(real_.close(file));  // a close that fails has still closed
        }
        open_.erase(file);
        return result;
    }
    int rename(const std::string& from, const std::string& to) {
        return call("rename", [&] { return real_.rename(from, to); });
    }
    int remove(const std::string& path) {
        return call("remove", [&] { return real_.remove(path); });
    }
    int open_directory(const std::string& path) {
        const int file = call("open_directory", [&] { return real_.open_directory(path); });
        return opened(file);
    }
    int mode_of(const std::string& path) {
        return call("mode_of", [&] { return real_.mode_of(path); });
    }
    std::vector<std::string> names_in(const std::string& directory) {
        std::vector<std::string> names;
        static_cast<void>(call("names_in", [&] {
            names = real_.names_in(directory);
            return 0;
        }));
        return names;
    }
    void remove_if_abandoned(const std::string& path) {
        static_cast<void>(call("remove_if_abandoned", [&] {
            real_.remove_if_abandoned(path);
            return 0;
        }));
    }
    std::uint64_t random() { return real_.random(); }

    /// Descriptors not yet closed.
    [[nodiscard]] std::size_t open_descriptors() const { return open_.size(); }

private:
    template <class Call>
    auto call(const char* name, Call real) -> decltype(real()) {
        calls.emplace_back(name);
        if (dead_) {
            errno = EIO;
            return -1;
        }
        if (calls.size() != at || kind == fault::none) {
            return real();
        }
        if (kind == fault::error) {
            errno = error;
            return -1;
        }
        if (kind == fault::killed_after) {
            if (const auto result = real();
                result >= 0 && (calls.back() == "create" || calls.back() == "open_directory" || calls.back() == "lock")) {
                open_.insert(static_cast<int>(result));
            }
        }
        die();
        errno = EIO;
        return -1;
    }

    int opened(int file) {
        if (file >= 0) {
            open_.insert(file);
        }
        return file;
    }

    void die() {
        dead_ = true;
        for (const int file : open_) {
            static_cast<void>(real_.close(file));
        }
        open_.clear();
    }

    pleach::posix_files real_;
    bool dead_ = false;
    std::set<int> open_;
};

}  // namespace tests
