// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What reads packed rows: a reader walks along one, and rows give a reader for each id. kernel/packed_row.hpp and sum_packed.hpp work
/// on anything of these shapes.

#include <pleach/kernel/expand_bits.hpp>

#include <concepts>
#include <cstddef>

namespace pleach {
inline namespace PLEACH_ABI {

/// A reader stands at the first column of a row and walks to its last, a vector at a time:
///
/// - `next<Arch>()`: the next lane_count<Arch> columns, without the row's scale.
/// - `next<Arch>(n)`: the next n of them, fewer than a vector has, and zeros.
/// - `skip(n)`: leaves n columns out, a multiple of eight.
/// - `scale`: what the values are to be multiplied by, if `is_scaled`; 1 else.
///
/// It may have `next_four<Arch>()`, the same as four times next<Arch>(), for vectors of 16 columns, where `can_take(64)`.
template <class Reader>
concept packed_reader = std::copyable<Reader> && requires(Reader row, std::size_t count) {
    { row.template next<default_arch>() } -> std::same_as<float_lanes<default_arch>>;
    { row.template next<default_arch>(count) } -> std::same_as<float_lanes<default_arch>>;
    { row.scale } -> std::convertible_to<float>;
    { Reader::is_scaled } -> std::convertible_to<bool>;
    row.skip(count);
};

/// Rows whose reader(id) is a packed_reader; prefetch(id) asks for a row, and prefetch_start(id), if there is one, for what leads there.
/// `is_dense` says that all rows have the same number of bytes.
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
