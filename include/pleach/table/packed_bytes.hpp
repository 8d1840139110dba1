// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes of a table's data in a frozen file, without the header, computed from counts alone. For rows x d values of b bytes, z
/// of them nonzero, the arrays take
///
///     dense:   b * rows * d + 64;                                    64
///     bitmap:  b * z + rows * b ceil(ceil(d / 8) / b) + 64;          4 * (rows + 1)     bits as whole values; row offsets
///     csr:     b * z + w * z + 64;                                   4 * (rows + 1)     w = 1, 2 or 4 bytes per column number:
///                                                                                       d <= 256, d <= 65536, larger
///
/// and 4 ceil(rows / 256) bytes for the bounds of the row lengths. Each array starts at a multiple of 64. The sizes are exact
/// for dense_rows, bitmap_rows and csr_rows below 4 GiB; for an existing table, frozen::bytes_of<Format>(table) covers every
/// format and composition.

#include <pleach/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace pleach {
inline namespace PLEACH_ABI {

namespace frozen {

/// Every blob of rows ends with `guard_bytes` zeros and starts on a cache line, so that kernels may read whole lines.
inline constexpr std::size_t guard_bytes = 64;
/// Rows per block. A block's bound is the largest Euclidean length of its rows.
inline constexpr std::size_t rows_per_bound = 256;

/// The file offset of an array that follows `bytes` bytes of others.
[[nodiscard]] constexpr std::size_t aligned(std::size_t bytes) noexcept { return (bytes + 63) / 64 * 64; }

/// Bytes that arrays of these sizes take in a file, stored in this order.
template <class Sizes>
[[nodiscard]] constexpr std::size_t data_bytes(const Sizes& sizes) noexcept {
    std::size_t total = 0;
    for (const std::size_t bytes : sizes) total = aligned(total) + bytes;
    return total;
}
/// Bytes of the bounds of `rows` rows.
[[nodiscard]] constexpr std::size_t bound_bytes(std::size_t rows) noexcept {
    return (rows + rows_per_bound - 1) / rows_per_bound * sizeof(float);
}

}  // namespace frozen

/// The formats above.
enum class packing : std::uint8_t { dense, bitmap, csr };

struct stored_shape {
    std::size_t rows;
    std::size_t cols;
};

/// Bytes of a column number in csr.
[[nodiscard]] constexpr std::size_t column_bytes(std::size_t cols) noexcept { return cols <= 256 ? 1 : cols <= 65536 ? 2 : 4; }

/// Bytes of the bits of a bitmap row, padded so that the values are aligned.
[[nodiscard]] constexpr std::size_t bitmap_bytes(std::size_t cols, std::size_t value_bytes) noexcept {
    return ((cols + 7) / 8 + value_bytes - 1) / value_bytes * value_bytes;
}

/// Bytes of one table of the given shape with `nonzero` values of `value_bytes` bytes each.
[[nodiscard]] constexpr std::size_t packed_bytes(packing how, stored_shape shape, std::size_t nonzero,
                                                 std::size_t value_bytes) noexcept {
    using frozen::guard_bytes;
    const std::size_t bounds = frozen::bound_bytes(shape.rows), row_starts = 4 * (shape.rows + 1);
    std::size_t of_rows = nonzero * value_bytes;
    switch (how) {
        case packing::bitmap:
            of_rows += shape.rows * bitmap_bytes(shape.cols, value_bytes);
            break;
        case packing::csr:
            of_rows += nonzero * column_bytes(shape.cols);
            break;
        case packing::dense:
            return frozen::aligned(bounds) + guard_bytes + shape.rows * shape.cols * value_bytes + guard_bytes;
    }
    return frozen::aligned(bounds) + frozen::aligned(row_starts) + of_rows + guard_bytes;
}

/// The largest size of all parts together with `nonzero` values, however these are spread over parts of equal width.
[[nodiscard]] constexpr std::size_t packed_bytes(packing how, std::span<const stored_shape> parts, std::size_t nonzero,
                                                 std::size_t value_bytes) noexcept {
    std::size_t total = parts.empty() ? 0 : 63 * (parts.size() - 1), left = nonzero;  // padding between parts
    for (const stored_shape& part : parts) {
        const std::size_t entries = part.rows * part.cols, here = left < entries ? left : entries;
        total += packed_bytes(how, part, here, value_bytes);
        left -= here;
    }
    return total;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
