// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums of rows of 64 unsigned bytes, such as codewords that share a scale. Bytes are added as 16-bit numbers without being
/// spread out first: for the pair of bytes b and c, a 16-bit lane holds b + 256 c, so that
///
///     sum of c = sum of (lane >> 8),      sum of b = sum of lanes - 256 * sum of c   (modulo 2^16)
///
/// which costs two additions and a shift for 64 (AVX-512) or 32 (AVX2) bytes. Whole numbers have the same sum in any order and
/// on every machine.

#include <pleach/kernel/byte_lanes.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

class byte_sums {
public:
    static constexpr std::size_t columns = 64;
    /// No more rows than these may be added before take(): their bytes fit in 16 bits.
    static constexpr std::size_t most_rows = 257;

    [[gnu::always_inline]] void add(const std::uint8_t* row) noexcept {
        for (std::size_t v = 0; v < detail::vectors_of_64; ++v) {
            const auto pairs = detail::load_vector<detail::word_vector>(row + v * detail::vector_bytes);
            pairs_[v] += pairs;
            odd_[v] += pairs >> 8;
        }
    }
    /// Adds the sums to out[0 .. 63] and starts again from 0. `out` holds whole numbers, in any type.
    template <class T>
    [[gnu::always_inline]] void take(T* out) noexcept {
        std::uint16_t pairs[columns / 2], odd[columns / 2];
        std::memcpy(pairs, pairs_, sizeof pairs);
        std::memcpy(odd, odd_, sizeof odd);
        for (std::size_t i = 0; i < columns / 2; ++i) {
            out[2 * i] += static_cast<T>(static_cast<std::uint16_t>(pairs[i] - (odd[i] << 8)));
            out[2 * i + 1] += static_cast<T>(odd[i]);
        }
        *this = {};
    }

private:
    detail::word_vector pairs_[detail::vectors_of_64] = {}, odd_[detail::vectors_of_64] = {};
};

}  // namespace PLEACH_ABI
}  // namespace pleach
