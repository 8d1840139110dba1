// SPDX-License-Identifier: Apache-2.0
#include "support/run/resident.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace support {
namespace {

/// The number of kB on a line such as "Rss:   4 kB".
std::uint64_t bytes_on(std::string_view line) {
    const std::size_t at = line.find_first_of("0123456789");
    std::uint64_t kilobytes = 0;
    if (at != std::string_view::npos) std::from_chars(line.data() + at, line.data() + line.size(), kilobytes);
    return kilobytes * 1024;
}

}  // namespace

resident_bytes resident_of(std::span<const std::byte> mapping) {
    const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
    std::ifstream maps("/proc/self/smaps");
    resident_bytes result;
    bool here = false;
    for (std::string line; std::getline(maps, line);) {
        // A line "begin-end perms ..." begins the section of one mapping; the other lines are "Name: number kB".
        std::uint64_t first = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), first, 16);
        if (error == std::errc{} && end != line.data() + line.size() && *end == '-') here = first == begin;
        if (here && line.starts_with("Rss:")) result.mapped = bytes_on(line);
        if (here && line.starts_with("Pss:")) result.share = bytes_on(line);
    }
    return result;
}

bool drop_from_memory(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    // Pages that are not yet on disk would stay in memory, so they are written first.
    const bool dropped = ::fdatasync(file) == 0 && ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0;
    ::close(file);
    return dropped;
}

}  // namespace support
