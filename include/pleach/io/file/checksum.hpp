// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checksum of files: XXH3-64, over bytes that arrive in pieces.
///
/// It detects accidental damage, not forgery. Source: Y. Collet, xxHash, https://xxhash.com (XXH3 has been stable since
/// version 0.8.0).

#include <pleach/config.hpp>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// A running XXH3-64 of all bytes given to `update`; how the bytes are divided into calls does not matter.
class checksum {
public:
    checksum() noexcept { XXH3_64bits_reset(&state_); }

    void update(std::span<const std::byte> bytes) noexcept {
        if (!bytes.empty()) {
            XXH3_64bits_update(&state_, bytes.data(), bytes.size());
        }
    }

    [[nodiscard]] std::uint64_t value() const noexcept { return XXH3_64bits_digest(&state_); }

private:
    XXH3_state_t state_;
};

/// Sixteen lower-case hexadecimal digits, most significant first.
[[nodiscard]] inline std::string hexadecimal(std::uint64_t value) {
    std::string out(16, '0');
    for (std::size_t i = out.size(); i-- > 0; value >>= 4U) {
        out[i] = "0123456789abcdef"[value & 15U];
    }
    return out;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
