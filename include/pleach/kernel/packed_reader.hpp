// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How packed rows are read: rows give a reader for each id, and a reader walks along its row. kernel/packed_row.hpp and
/// sum_packed.hpp work with any types that model these concepts.

#include <pleach/kernel/expand_bits.hpp>

#include <concepts>
#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

/// A reader starts at the first column of a row and walks to its last, a vector at a time:
///
/// - `next<Arch>()`: the next lane_count<Arch> columns, without the row's scale.
/// - `next<Arch>(n)`: the next n columns, fewer than a vector has; the other lanes are zero.
/// - `skip(n)`: skips n columns, a multiple of eight.
/// - `scale`: the factor of all values if `is_scaled`; otherwise 1.
///
/// Optional, for vectors of 16 columns: `next_four<Arch>()`, equal to four calls of next<Arch>(), allowed if `can_take(64)`.
template <class Reader>
concept packed_reader = std::copyable<Reader> && requires(Reader row, std::size_t count) {
    { row.template next<default_arch>() } -> std::same_as<float_lanes<default_arch>>;
    { row.template next<default_arch>(count) } -> std::same_as<float_lanes<default_arch>>;
    { row.scale } -> std::convertible_to<float>;
    { Reader::is_scaled } -> std::convertible_to<bool>;
    row.skip(count);
};

/// Rows whose reader(id) is a packed_reader. prefetch(id) prefetches a row; the optional prefetch_start(id) prefetches the
/// metadata that prefetch(id) reads. `is_dense` is true if all rows have the same number of bytes.
template <class Rows, class Id>
concept packed_rows = requires(const Rows& rows, Id id) {
    { rows.reader(id) } -> packed_reader;
    rows.prefetch(id);
    { Rows::is_dense } -> std::convertible_to<bool>;
};

namespace detail {

template <class Arch, class Reader>
concept takes_four = requires(Reader row) { row.template next_four<Arch>(); };

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
