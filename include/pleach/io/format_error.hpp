// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The defects of a file's contents, as a `std::error_category` with a sentence for each code.
///
/// Overloads that take a `std::error_code&` set these codes; the throwing ones put the same code into a
/// `std::filesystem::filesystem_error`, together with the place in the file, what was found and what was needed.

#include <pleach/core/detail/quoted.hpp>
#include <pleach/core/detail/sentence_category.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

/// Codes of `format_category`. Values are never reused.
enum class format_errc {
    file_too_short = 1,
    header_empty,
    header_over_limit,
    header_beyond_file,
    header_not_object,
    header_padding,
    invalid_json,
    nested_too_deep,
    duplicate_name,
    duplicate_field,
    unknown_field,
    missing_field,
    wrong_kind,
    not_a_size,
    too_many_tensors,
    rank_over_limit,
    name_over_limit,
    name_has_nul,
    unsupported_dtype,
    size_overflow,
    size_mismatch,
    offsets_reversed,
    offsets_overlap,
    offsets_hole,
    data_truncated,
    trailing_bytes,
    padding_not_zero,
    checksum_malformed,
    header_checksum_mismatch,
    data_checksum_mismatch,
    big_endian_machine,
    no_such_tensor,
    wrong_dtype,
    wrong_shape,
    transposed_shape,
    misaligned,
    not_a_file,
    file_over_limit,
    file_changed,
    conversion_refused,
    value_out_of_range,
    not_npy,
    npy_archive,
    npy_version,
    npy_header_over_limit,
    npy_header_malformed,
    npy_pickle,
    npy_structured,
    npy_dtype,
    big_endian_data,
    columns_first,
    too_much_metadata,
};

namespace detail {

[[nodiscard]] constexpr std::string_view format_sentence(format_errc code) noexcept {
    switch (code) {
        case format_errc::file_too_short:
            return "the file is shorter than the 8 bytes that give the length of a safetensors header; it is cut off or not a "
                   "safetensors file";
        case format_errc::header_empty:
            return "the header has no bytes; the file is damaged or not a safetensors file";
        case format_errc::header_over_limit:
            return "the header is longer than the limit; raise read_limits::header_bytes if the file can be trusted";
        case format_errc::header_beyond_file:
            return "the header is longer than the file; the file is cut off or not a safetensors file";
        case format_errc::header_not_object:
            return "the header must begin with '{'";
        case format_errc::header_padding:
            return "the header must end with '}' and then, if padded, spaces only";
        case format_errc::invalid_json:
            return "the header is not valid JSON in UTF-8";
        case format_errc::nested_too_deep:
            return "the header nests values deeper than the format does";
        case format_errc::duplicate_name:
            return "a name appears twice; every array and metadata key needs its own";
        case format_errc::duplicate_field:
            return "a field of an array is given twice";
        case format_errc::unknown_field:
            return "an array has a field other than dtype, shape and data_offsets";
        case format_errc::missing_field:
            return "an array needs dtype, shape and data_offsets";
        case format_errc::wrong_kind:
            return "a value has the wrong JSON type";
        case format_errc::not_a_size:
            return "extents and offsets must be whole numbers from 0 to 2^64-1";
        case format_errc::too_many_tensors:
            return "the file has more arrays than the limit; raise read_limits::tensors if the file can be trusted";
        case format_errc::rank_over_limit:
            return "an array has more extents than the limit; raise read_limits::rank if the file can be trusted";
        case format_errc::name_over_limit:
            return "a name is longer than the limit; raise read_limits::name_bytes if the file can be trusted";
        case format_errc::name_has_nul:
            return "names and metadata must not contain the character NUL";
        case format_errc::unsupported_dtype:
            return "the dtype is unsupported; convert the array to one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 "
                   "U8 BOOL";
        case format_errc::size_overflow:
            return "the extents multiply to more than 2^64-1 bytes";
        case format_errc::size_mismatch:
            return "the shape and the dtype need a different number of bytes than data_offsets gives";
        case format_errc::offsets_reversed:
            return "data_offsets must not end before they begin";
        case format_errc::offsets_overlap:
            return "two arrays share bytes; arrays must follow each other";
        case format_errc::offsets_hole:
            return "bytes belong to no array; arrays must follow each other from offset 0";
        case format_errc::data_truncated:
            return "the file ends before its data does; it is cut off";
        case format_errc::trailing_bytes:
            return "the file continues after its last array";
        case format_errc::padding_not_zero:
            return "a padding array (__pad<number>__) must be U8, of one extent below 64, and zero throughout";
        case format_errc::checksum_malformed:
            return "the checksums pleach.header_xxh3 and pleach.data_xxh3 must come together, as 16 digits 0-9a-f each; a "
                   "program that edits the file has to drop both";
        case format_errc::header_checksum_mismatch:
            return "the header does not match its checksum; the file is damaged, or was rewritten by a program that should "
                   "have dropped pleach.header_xxh3 and pleach.data_xxh3";
        case format_errc::data_checksum_mismatch:
            return "the data does not match its checksum; the file is damaged";
        case format_errc::big_endian_machine:
            return "the format is little-endian and this machine is not; convert the file on a little-endian machine";
        case format_errc::no_such_tensor:
            return "the file has no array of this name";
        case format_errc::wrong_dtype:
            return "the array does not have the requested dtype";
        case format_errc::wrong_shape:
            return "the array does not have the requested shape";
        case format_errc::transposed_shape:
            return "the array has the transpose of the requested shape; rows are entities and columns are dimensions: "
                   "transpose it in the program that writes it";
        case format_errc::misaligned:
            return "the array does not begin at a multiple of its element size; copy it out with read_tensor";
        case format_errc::not_a_file:
            return "only regular files can be read";
        case format_errc::file_over_limit:
            return "the file is larger than the limit; raise read_limits::bytes_in_memory if it can be trusted";
        case format_errc::file_changed:
            return "the file became shorter while it was read; replace files, never truncate them";
        case format_errc::conversion_refused:
            return "the conversion would not keep every value; convert the array in the program that writes it, or, for "
                   "floats, ask for conversion::rounding";
        case format_errc::value_out_of_range:
            return "a value is too large for the requested type";
        case format_errc::not_npy:
            return "the file is not an npy file, or is cut off; write one with numpy.save";
        case format_errc::npy_archive:
            return "the file is a zip archive of arrays (npz); write the one array with numpy.save";
        case format_errc::npy_version:
            return "the npy file has a version other than 1.0, 2.0 and 3.0";
        case format_errc::npy_header_over_limit:
            return "the header of the npy file is longer than the limit; raise read_limits::npy_header_bytes if the file "
                   "can be trusted";
        case format_errc::npy_header_malformed:
            return "the header of the npy file must be {'descr': '...', 'fortran_order': True or False, 'shape': (...)}, "
                   "each key once, then spaces and a newline";
        case format_errc::npy_pickle:
            return "the array holds Python objects, which pickle would have to read and this library never does; convert "
                   "it to numbers";
        case format_errc::npy_structured:
            return "the array is structured, with named fields; save one field as an array of numbers";
        case format_errc::npy_dtype:
            return "the npy dtype is unsupported; convert the array to f8, f4, f2, an integer or bool";
        case format_errc::big_endian_data:
            return "the elements are big-endian; copy them out with copy_rows or read_npy, which convert";
        case format_errc::too_much_metadata:
            return "the metadata has more entries than the limit; raise read_limits::metadata if the file can be trusted";
        case format_errc::columns_first:
            return "the array is in Fortran order; copy it out with copy_rows or read_npy (two extents at most), or save "
                   "numpy.ascontiguousarray of it";
    }
    return "unknown format error";
}

}  // namespace detail

/// The category of `format_errc`.
[[nodiscard]] inline const std::error_category& format_category() noexcept {
    static const detail::sentence_category<format_errc> category("pleach.format", detail::format_sentence);
    return category;
}

/// Makes `std::error_code(format_errc)` work.
[[nodiscard]] inline std::error_code make_error_code(format_errc code) noexcept {
    return {static_cast<int>(code), format_category()};
}

namespace detail {

/// A code, and the details that its sentence cannot give: where, what was found, what was needed. No code means no failure.
struct read_failure {
    std::error_code code;
    std::string place;

    read_failure() = default;
    read_failure(format_errc what, std::string_view where) : read_failure(make_error_code(what), where) {}
    read_failure(std::error_code what, std::string_view where) : code(what), place(printable(where)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(code); }

    [[noreturn]] void raise(const std::filesystem::path& path = {}) const {
        const std::string what = "pleach: cannot read" + (place.empty() ? std::string() : ": " + place);
        if (path.empty()) {
            throw std::filesystem::filesystem_error(what, code);
        }
        throw std::filesystem::filesystem_error(what, path, code);
    }
};

/// What `read(result)` puts into a result; the overloads with an error code return it with the code of the failure, if there is one.
template <class Result, class Read>
[[nodiscard]] Result read_or_tell(std::error_code& error, const Read& read) {
    Result result;
    error = read(result).code;
    return result;
}

/// The same for the overloads that throw, which name `path` in the exception, unless it is empty.
template <class Result, class Read>
[[nodiscard]] Result read_or_throw(const std::filesystem::path& path, const Read& read) {
    Result result;
    if (const read_failure failure = read(result)) failure.raise(path);
    return result;
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach

template <>
struct std::is_error_code_enum<pleach::format_errc> : std::true_type {};
