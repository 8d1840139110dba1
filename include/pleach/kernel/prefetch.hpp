// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Asking for rows before they are needed. Apart from the kernels, so that a table that prefetches does not include vectors.

#include <pleach/config.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// How many rows ahead a gather asks for: far enough to cover memory latency, near enough to stay in the first cache.
inline constexpr std::size_t prefetch_distance = 32;

/// Asks for the cache lines of a row of so many bytes, of many that follow each other from the start of a line on.
inline void prefetch_bytes(const void* address, std::size_t bytes) noexcept {
#if defined(__GNUC__) || defined(__clang__)
    const char* first = static_cast<const char*>(address);
    for (std::size_t offset = 0; offset < bytes; offset += 64) __builtin_prefetch(first + offset);
    // Rows that neither fill whole lines nor divide one end in another line than the steps reach, most of the time.
    if (bytes % 64 != 0 && (bytes & (bytes - 1)) != 0) __builtin_prefetch(first + bytes - 1);
    __asm__ volatile("");  // GCC takes functions that only prefetch for ones without effect, and drops their calls
#else
    static_cast<void>(address);
    static_cast<void>(bytes);
#endif
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
