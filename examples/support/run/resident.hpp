// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much of a mapped file is in memory, and how much of that this process pays for alone, as Linux tells in
/// /proc/self/smaps.

#include <cstddef>
#include <cstdint>
#include <span>

namespace support {

struct resident_bytes {
    std::uint64_t mapped = 0;  ///< of the file, in memory and in this process's tables
    std::uint64_t share = 0;   ///< the same, each page divided by the number of processes that map it
    friend bool operator==(const resident_bytes&, const resident_bytes&) = default;
};

/// Of the mapping that begins at these bytes; zeros where the system does not tell.
resident_bytes resident_of(std::span<const std::byte> mapping);

/// Drops the pages of a file that no process has mapped from memory, so that the next read comes from the medium.
/// Returns false where the system refused.
bool drop_from_memory(const char* path);

}  // namespace support
