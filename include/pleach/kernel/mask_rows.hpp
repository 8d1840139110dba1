// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Keeps the elements of a row whose bit is set and writes +0 to the others (multiplying by 0 would leave -0 for negative ones,
/// which compares equal but has other bytes in a file). Plain loops.

#include <pleach/kernel/arch.hpp>

#include <cstddef>
#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

/// row[i] = bit i ? row[i] : +0. *Precondition:* words holds n bits. *Complexity:* n selects.
template <class Arch = default_arch, class T>
void mask_row(const std::uint64_t* words, T* row, std::size_t n) noexcept {
    for (std::size_t first = 0; first < n; first += 64) {
        const std::uint64_t word = words[first / 64];
        if (word == ~std::uint64_t{0}) continue;
        const std::size_t count = n - first < 64 ? n - first : 64;
        for (std::size_t i = 0; i < count; ++i) row[first + i] = (word >> i & 1) != 0 ? row[first + i] : T{0};
    }
}

/// If bit i is set, out[i] += weight * x[i]. *Precondition:* words holds n bits, x and out do not overlap.
/// *Complexity:* n multiply-adds and selects: faster than a loop over the set bits, whose iterations depend on each other.
template <class Arch = default_arch, class T>
void add_masked_row(const std::uint64_t* words, T weight, const T* __restrict x, T* __restrict out, std::size_t n) noexcept {
    for (std::size_t first = 0; first < n; first += 64) {
        const std::uint64_t word = words[first / 64];
        const std::size_t count = n - first < 64 ? n - first : 64;
        for (std::size_t i = 0; i < count; ++i)
            out[first + i] = (word >> i & 1) != 0 ? out[first + i] + weight * x[first + i] : out[first + i];
    }
}

/// row[i] = bit i ? row[i] : before[i]. *Precondition:* words holds n bits. *Complexity:* n selects.
template <class Arch = default_arch, class T>
void restore_row(const std::uint64_t* words, const T* before, T* row, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) row[i] = (words[i / 64] >> (i % 64) & 1) != 0 ? row[i] : before[i];
}

}  // namespace PLEACH_ABI
}  // namespace pleach
