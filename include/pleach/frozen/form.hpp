// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The encoding of one frozen row, independent of how rows are placed. A form is a type of static members; write your own as
/// docs/howto/write_your_own_row_form.md shows, and test it with testing/check_row_form.hpp.
///
/// | form | bytes of a row with z nonzero values |
/// |---|---|
/// | dense_form | scale, dim values |
/// | bitmap_form | a bit per column (column c is bit c % 8 of byte c / 8), padded to whole values; scale, z values |
/// | column_form | scale, z columns in ascending order, z values |
/// | level_form | scale, dim levels of 1 to 4 bits |

#include <pleach/core/value_code.hpp>
#include <pleach/kernel/column_list.hpp>
#include <pleach/kernel/packed_row.hpp>

#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// The bytes of a row in a table whose rows have equal strides or are overflow rows. A form may overload read() for these.
struct padded_row : std::span<const std::byte> {
    using std::span<const std::byte>::span;
};

/// Bytes in the record of an overflow row that locate the row: an offset and a length, 32 bits each.
inline constexpr std::size_t place_bytes = 8;

/// What read() returns: a packed_reader, or a list of columns and their values.
template <class Reader>
concept row_reader = packed_reader<Reader> || requires(const Reader& row, float* out, const float* query, std::size_t count) {
    row.columns;
    { row.scale } -> std::convertible_to<float>;
    copy_packed(row, out, count);
    add_packed(row, 1.0F, out, count);
    { dot_packed(row, query, count) } -> std::same_as<float>;
    { squared_length(row, count) } -> std::same_as<float>;
};

/// Whether a form stores every column, zeros too, so that all rows of a table have the same number of bytes. Such a form has
/// `static constexpr bool is_dense = true`.
template <class Form>
inline constexpr bool is_dense_form = requires { Form::is_dense; };

/// What every form has:
///
/// - `name()` and `code_name()`: the parts of the kind in a file, "bitmap" and "f16" of "bitmap_rows<f16>". Never change
///   them: files contain them.
/// - `most_columns`: the largest supported dim.
/// - `error()`: the largest error of a value, relative to the largest magnitude of its row; 1 for forms without a bound.
/// - `bytes(dim, nonzero)`: the bytes of a row of dim columns with `nonzero` nonzero values; never decreases with nonzero.
/// - `code_row(row)`: rounds the values of a row to those that the form can represent, and returns a scale for write(), or 0.
/// - `write(row, scale, out)`: writes a row as code_row() left it into zeroed bytes; zeros have no sign. `out` may be longer
///   than bytes(dim, nonzero).
/// - `read(bytes, dim)`: a row_reader of the values. It may read beyond the row, up to the zeros after the last row. May be
///   overloaded for a padded_row.
///
/// and may have:
///
/// - `error(magnitude_range)`: the error for rows whose largest magnitudes are in that range; without it, error() is used.
/// - `defect(bytes, dim)`: what is wrong with the bytes of a row, as a sentence, or nullptr. Must accept arbitrary bytes.
/// - `checked_square(bytes, dim)`: the squared length of a row, or NaN if the row may have a defect: both checks in one pass.
template <class Form>
concept basic_row_form = requires(std::span<float> row, std::span<const float> coded, std::uint16_t scale,
                                  std::span<std::byte> out, std::span<const std::byte> bytes, std::size_t count) {
    { Form::name() } -> std::convertible_to<std::string>;
    { Form::code_name() } -> std::convertible_to<std::string>;
    { Form::most_columns } -> std::convertible_to<std::size_t>;
    { Form::error() } -> std::convertible_to<double>;
    { Form::bytes(count, count) } -> std::convertible_to<std::size_t>;
    { Form::code_row(row) } -> std::same_as<std::uint16_t>;
    { Form::write(coded, scale, out) } -> std::same_as<void>;
    { Form::read(bytes, count) } -> row_reader;
};

/// What a form without `is_dense` needs in addition, because its rows may be too long for a record or be followed by padding:
///
/// - `prefix_bytes(dim)`: bytes at the start of a record that mark_overflow() may use; the location of the overflow row
///   follows them.
/// - `mark_overflow(row, record)`: marks a zeroed record as that of an overflow row.
/// - `marks_overflow(record, dim, stride)`: whether a record of `stride` bytes is marked so.
/// - `smallest_step()`: fewer bytes of padding than this after a row are never read as a value.
/// - `defect(bytes, dim)`: required here, because a damaged file may place a row over arbitrary bytes.
template <class Form>
concept has_overflow = requires(std::span<const float> row, std::byte* record, const std::byte* found,
                                std::span<const std::byte> bytes, std::size_t count) {
    { Form::prefix_bytes(count) } -> std::convertible_to<std::size_t>;
    { Form::mark_overflow(row, record) } -> std::same_as<void>;
    { Form::marks_overflow(found, count, count) } -> std::same_as<bool>;
    { Form::smallest_step() } -> std::convertible_to<std::size_t>;
    { Form::defect(bytes, count) } -> std::same_as<const char*>;
};

template <class Form>
concept row_form = basic_row_form<Form> && (is_dense_form<Form> || has_overflow<Form>);

/// A base for forms whose values are in a value_code. It provides code_name(), error() and code_row(), with a bf16 scale if
/// the code has one. The derived form adds name(), most_columns, bytes(), write() and read(), and, if it leaves out zeros,
/// the members of has_overflow.
template <value_code Code>
struct coded_values {
    static constexpr value_code code = Code;
    [[nodiscard]] static std::string code_name() { return std::string(name_of(Code)); }
    [[nodiscard]] static constexpr double error() noexcept { return relative_error(Code); }
    [[nodiscard]] static double error(magnitude_range rows) noexcept { return relative_error(Code, rows); }
    [[nodiscard]] static std::uint16_t code_row(std::span<float> row) noexcept {
        return code_row(row, scale_bytes(Code) != 0 ? row_scale(row) : std::uint16_t{0});
    }
    /// The same with a given scale; values beyond 127 scales are cut off there.
    [[nodiscard]] static std::uint16_t code_row(std::span<float> row, std::uint16_t scale) noexcept {
        const float most = scale_bytes(Code) != 0 ? 127 * from_bfloat(scale) : std::numeric_limits<float>::infinity();
        for (float& x : row) {
            x = x > most ? most : x < -most ? -most : x;
            std::byte bytes[4];
            encode_value<Code>(x, from_bfloat(scale), bytes);
            x = decode_value<Code>(bytes) * (scale_bytes(Code) != 0 ? from_bfloat(scale) : 1.0F);
        }
        return scale;
    }

protected:
    /// Writes the scale, if the code has one; returns the position after it.
    static std::byte* write_scale(std::uint16_t scale, std::byte* out) noexcept {
        if constexpr (scale_bytes(Code) != 0) std::memcpy(out, &scale, sizeof scale);
        return out + scale_bytes(Code);
    }
};

/// The error of a form for rows whose largest magnitudes are in that range.
template <row_form Form>
[[nodiscard]] double error_of(magnitude_range rows) noexcept {
    if constexpr (requires { Form::error(rows); })
        return Form::error(rows);
    else
        return Form::error();
}

/// What is wrong with the bytes of a row of this form, as a sentence, or nullptr.
template <row_form Form>
[[nodiscard]] const char* defect_of(std::span<const std::byte> row, std::size_t dim) noexcept {
    if (is_dense_form<Form> && row.size() < Form::bytes(dim, dim)) return "it is too short for its values";
    if constexpr (requires { Form::defect(row, dim); })
        return Form::defect(row, dim);
    else
        return nullptr;
}

/// The squared length of a row, or NaN if the row may have a defect.
template <row_form Form>
[[nodiscard]] float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
    if constexpr (requires { Form::checked_square(row, dim); })
        return Form::checked_square(row, dim);
    else
        return defect_of<Form>(row, dim) != nullptr ? NAN : squared_length(Form::read(row, dim), dim);
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
