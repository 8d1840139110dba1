// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much of a mapped file is in memory, and this process's share of it, as reported by Linux in /proc/self/smaps.

#include <cstddef>
#include <cstdint>
#include <span>

namespace support {

struct resident_bytes {
    std::uint64_t mapped = 0;  ///< bytes of the file in memory and in this process's page tables
    std::uint64_t share = 0;   ///< the same, each page divided by the number of processes that map it
    friend bool operator==(const resident_bytes&, const resident_bytes&) = default;
};

/// For the mapping that begins at these bytes; zeros if the system does not report it.
resident_bytes resident_of(std::span<const std::byte> mapping);

/// Drops the cached pages of a file that no process has mapped, so that the next read comes from disk. Returns false if the
/// system refused.
bool drop_from_memory(const char* path);

}  // namespace support
