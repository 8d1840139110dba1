// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Prefetching of rows. Separate from the kernels, so that a table that prefetches does not include xsimd.

#include <pleach/config.hpp>

#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// How many rows ahead a gather prefetches: enough to hide memory latency, few enough to stay in the first-level cache.
inline constexpr std::size_t prefetch_distance = 32;

/// Prefetches the cache lines of a row of `bytes` bytes in a contiguous array of such rows that starts on a cache line.
inline void prefetch_bytes(const void* address, std::size_t bytes) noexcept {
#if defined(__GNUC__) || defined(__clang__)
    const char* first = static_cast<const char*>(address);
    for (std::size_t offset = 0; offset < bytes; offset += 64) __builtin_prefetch(first + offset);
    // If rows neither fill whole lines nor divide one, most of them end in a line that the loop above does not reach.
    if (bytes % 64 != 0 && (bytes & (bytes - 1)) != 0) __builtin_prefetch(first + bytes - 1);
    __asm__ volatile("");  // without it GCC drops calls of this function as having no effect
#else
    static_cast<void>(address);
    static_cast<void>(bytes);
#endif
}

/// Before row j of a batch is read: prefetches the row `Distance` further on, and what leads to the one twice as far, if the rows
/// offer it. `count` ids may be read.
template <std::size_t Distance, class Rows, class Id>
inline void prefetch_ahead(const Rows& rows, const Id* ids, std::size_t j, std::size_t count) {
    if constexpr (requires { rows.prefetch_start(ids[j]); })
        if (j + 2 * Distance < count) rows.prefetch_start(ids[j + 2 * Distance]);
    if constexpr (requires { rows.prefetch(ids[j]); })
        if (j + Distance < count) rows.prefetch(ids[j + Distance]);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
