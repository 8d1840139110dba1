// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the bytes of many rows lie together, for rows of any form.
///
/// - `records`: every row has the same number of bytes; overflow rows lie in a second array.
/// - `compact`: rows follow each other, and a second array says where each begins.

#include <pleach/frozen/form.hpp>
#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/kernel/prefetch.hpp>

#include <array>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// How many rows have z values, for z = 0 .. dim.
using length_histogram = std::vector<std::size_t>;

namespace detail {

[[nodiscard]] inline bool is_zero(std::span<const std::byte> bytes) noexcept {
    for (const std::byte b : bytes)
        if (b != std::byte{0}) return false;
    return true;
}

[[nodiscard]] inline std::string row_name(std::size_t row) { return "row " + std::to_string(row); }

/// Elements of an array that must be there, `count` of them.
template <class T>
[[nodiscard]] defect take(const sections& from, const std::string& name, std::size_t count, std::span<const T>& out) {
    const auto found = from.find<T>(name);
    if (!found) return {frozen_errc::missing_array, "array \"" + name + "\""};
    if (found->size() != count)
        return {frozen_errc::wrong_size, "array \"" + name + "\", found " + std::to_string(found->size()) +
                                             " elements, needed " + std::to_string(count)};
    out = *found;
    return {};
}

/// A blob of any length and the zeros behind it.
[[nodiscard]] inline defect take_blob(const sections& from, const std::string& name, std::span<const std::byte>& out) {
    const auto found = from.find<std::byte>(name);
    if (!found) return {frozen_errc::missing_array, "array \"" + name + "\""};
    if (found->size() < guard_bytes) return {frozen_errc::wrong_size, "array \"" + name + "\", which must end with 64 zeros"};
    out = found->first(found->size() - guard_bytes);
    return is_zero(found->last(guard_bytes)) ? defect{} : defect{frozen_errc::guard_not_zero, "array \"" + name + "\""};
}

}  // namespace detail

/// What a placement has. Static members:
///
/// - `form`: the row_form of its rows.
/// - `kind()`: the kind of a table in a file, "bitmap_rows<f16>".
/// - `array_names()`: the names of its arrays.
/// - `array_bytes(histogram, dim)`: the bytes of each for rows of these lengths, exact, as an array.
/// - `lines(histogram, dim)`: what a lookup costs, in cache lines; freeze_best compares placements by it.
/// - `make(into, prefix, dim, lengths, histogram)`: room in an image, to be filled by write().
///
/// Members:
///
/// - `write(i, row, scale, length)`: writes row i; rows may be written concurrently.
/// - `read(from, prefix, rows, dim)`: takes the arrays from an image or file; constant time. Says what is wrong.
/// - `row(i)`: the bytes of row i, as a std::span or a padded_row, after which a cache line may be read.
/// - `prefetch(i)`: asks for them.
/// - `is_inside(i)`: whether row(i) lies in the arrays, whatever they hold.
/// - `row_defect(i)`: what is wrong with row i.
///
/// and may have `prefetch_start(i)`, which asks for what prefetch(i) reads.
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
