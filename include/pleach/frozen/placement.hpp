// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the rows of a table are placed in memory, for rows of any form.
///
/// - `records`: every row has the same number of bytes; overflow rows are in a second array.
/// - `compact`: rows follow each other without gaps; a second array has the offset of each.

#include <pleach/frozen/form.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/kernel/prefetch.hpp>

#include <array>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// Element z is the number of rows with z nonzero values, for z = 0 .. dim.
using length_histogram = std::vector<std::size_t>;

namespace detail {

[[nodiscard]] inline bool is_zero(std::span<const std::byte> bytes) noexcept {
    for (const std::byte b : bytes)
        if (b != std::byte{0}) return false;
    return true;
}

[[nodiscard]] inline std::string row_name(std::size_t row) { return "row " + std::to_string(row); }

/// Takes a required array of `count` elements.
template <class T>
[[nodiscard]] defect take(const sections& from, const std::string& name, std::size_t count, std::span<const T>& out) {
    const auto found = from.find<T>(name);
    if (!found) return {frozen_errc::missing_array, "array " + pleach::detail::in_quotes(name)};
    if (found->size() != count)
        return {frozen_errc::wrong_size, "array " + pleach::detail::in_quotes(name) + ", found " +
                                             std::to_string(found->size()) + " elements, needed " + std::to_string(count)};
    out = *found;
    return {};
}

/// Takes a required blob of any length, without the guard zeros that must follow it.
[[nodiscard]] inline defect take_blob(const sections& from, const std::string& name, std::span<const std::byte>& out) {
    const auto found = from.find<std::byte>(name);
    if (!found) return {frozen_errc::missing_array, "array " + pleach::detail::in_quotes(name)};
    if (found->size() < guard_bytes)
        return {frozen_errc::wrong_size, "array " + pleach::detail::in_quotes(name) + ", which must end with 64 zeros"};
    out = found->first(found->size() - guard_bytes);
    return is_zero(found->last(guard_bytes)) ? defect{}
                                             : defect{frozen_errc::guard_not_zero, "array " + pleach::detail::in_quotes(name)};
}

}  // namespace detail

/// What a placement has. Static members:
///
/// - `form`: the row_form of its rows.
/// - `kind()`: the kind of a table in a file, "bitmap_rows<f16>".
/// - `array_names()`: the names of its arrays.
/// - `array_bytes(histogram, dim)`: the exact bytes of each array for rows of these lengths, as a std::array.
/// - `lines(histogram, dim)`: the cost of a lookup in cache lines, by which freeze_best compares placements.
/// - `make(into, prefix, dim, lengths, histogram)`: allocates the arrays in an image, to be filled by write().
///
/// Members:
///
/// - `write(i, row, scale, length)`: writes row i; rows may be written concurrently.
/// - `read(from, prefix, rows, dim)`: takes the arrays from an image or file, in constant time; returns a defect if there is
///   one.
/// - `row(i)`: the bytes of row i, as a std::span or a padded_row. Up to 64 bytes after them may be read as well.
/// - `prefetch(i)`: prefetches those bytes.
/// - `is_inside(i)`: whether row(i) is within the arrays. Must be safe for arbitrary contents of the arrays.
/// - `row_defect(i)`: the defect of row i, if there is one.
///
/// It may also have `prefetch_start(i)`, which prefetches what prefetch(i) itself reads.
template <class Placement>
concept row_placement = row_form<typename Placement::form> &&
                        requires(const length_histogram& histogram, std::size_t count, image& into, const std::string& prefix,
                                 std::span<const std::uint32_t> lengths, std::span<const float> row, std::uint16_t scale,
                                 const sections& from, Placement& placement, const Placement& rows) {
                            { Placement::kind() } -> std::same_as<std::string>;
                            { Placement::array_names() } -> std::same_as<std::vector<std::string>>;
                            { Placement::array_bytes(histogram, count)[0] } -> std::convertible_to<std::size_t>;
                            { Placement::lines(histogram, count) } -> std::same_as<double>;
                            { Placement::make(into, prefix, count, lengths, histogram) } -> std::same_as<Placement>;
                            rows.write(count, row, scale, count);
                            { placement.read(from, prefix, count, count) } -> std::same_as<defect>;
                            { rows.row(count) } -> std::convertible_to<std::span<const std::byte>>;
                            rows.prefetch(count);
                            { rows.is_inside(count) } -> std::same_as<bool>;
                            { rows.row_defect(count) } -> std::same_as<defect>;
                        };

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
