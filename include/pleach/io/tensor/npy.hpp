// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays from and to NumPy: the npy format, versions 1.0, 2.0 and 3.0.
///
/// Reading maps the file. Elements in the layout of C++ (little-endian, row-major) are used in place; all others are
/// converted while they are copied. Arrays of Python objects would need pickle and are refused, as are structured arrays and
/// archives (npz). Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include <pleach/core/matrix_view.hpp>
#include <pleach/io/file/file_content.hpp>
#include <pleach/io/file/save.hpp>
#include <pleach/io/tensor/array_view.hpp>
#include <pleach/io/tensor/detail/npy_header.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Checks `file`, the bytes of a whole npy file, and returns a view of its array. On failure sets `error` and returns an
/// empty array. *Complexity:* linear in the header; the data is not read. *Throws* std::bad_alloc only.
[[nodiscard]] inline array_view view_npy(std::span<const std::byte> file, const read_limits& limits, std::error_code& error) {
    return detail::read_or_tell<array_view>(error, [&](auto& result) { return detail::check_npy(file, limits, result); });
}

/// As above. *Throws* std::filesystem::filesystem_error that says what is wrong and where.
[[nodiscard]] inline array_view view_npy(std::span<const std::byte> file, const read_limits& limits = {}) {
    return detail::read_or_throw<array_view>({}, [&](auto& result) { return detail::check_npy(file, limits, result); });
}

/// An npy file and its array. Moving does not invalidate spans into the data.
class npy_file {
public:
    npy_file() = default;

    /// Maps or reads the file, and checks it. On failure sets `error` and returns a file with an empty array.
    [[nodiscard]] static npy_file open(const std::filesystem::path& path, open_mode mode, const read_limits& limits,
                                       std::error_code& error) {
        return detail::read_or_tell<npy_file>(error, [&](auto& result) { return result.read(path, mode, limits); });
    }

    /// As above. *Throws* std::filesystem::filesystem_error that says what is wrong and where.
    [[nodiscard]] static npy_file open(const std::filesystem::path& path, open_mode mode = open_mode::map,
                                       const read_limits& limits = {}) {
        return detail::read_or_throw<npy_file>(path, [&](auto& result) { return result.read(path, mode, limits); });
    }

    [[nodiscard]] const array_view& array() const& noexcept { return array_; }
    const array_view& array() const&& = delete;

private:
    detail::read_failure read(const std::filesystem::path& path, open_mode mode, const read_limits& limits) {
        file_content content;
        if (auto failure = detail::load(path, mode, limits, content)) {
            return failure;
        }
        if (auto failure = detail::check_npy(content.bytes(), limits, array_)) {
            return failure;
        }
        content_ = std::move(content);
        array_.origin = path;
        return {};
    }

    file_content content_;
    array_view array_;
};

/// The rows of an array of two extents, in place. *Throws* std::filesystem::filesystem_error if the elements are not of type
/// T, little-endian, row-major and aligned (copy_rows reads those), or if the array does not have two extents.
template <stored_element T>
[[nodiscard]] matrix_view<const T> rows_of(const array_view& array) {
    const auto refuse = [&](format_errc code, std::string place) { detail::read_failure(code, place).raise(array.origin); };
    if (array.shape.size() != 2) {
        refuse(format_errc::wrong_shape, "found " + detail::shape_text(array.shape) + ", needed two extents");
    }
    if (array.type != dtype_of<T>) {
        refuse(format_errc::wrong_dtype,
               "found " + std::string(name_of(array.type)) + ", needed " + std::string(name_of(dtype_of<T>)));
    }
    if ((array.order_of_bytes == byte_order::big && sizeof(T) != 1) || std::endian::native != std::endian::little) {
        refuse(format_errc::big_endian_data, "");
    }
    if (array.order_of_elements == element_order::columns_first) {
        refuse(format_errc::columns_first, "");
    }
    if (!array.bytes.empty() && reinterpret_cast<std::uintptr_t>(array.bytes.data()) % alignof(T) != 0) {
        refuse(format_errc::misaligned, "");
    }
    return {reinterpret_cast<const T*>(array.bytes.data()), static_cast<std::size_t>(array.shape[0]),
            static_cast<std::size_t>(array.shape[1])};
}

/// The elements of an array of at most two extents, row by row, as T. *Throws* as copy_rows.
template <stored_element T>
[[nodiscard]] std::vector<T> read_npy(array_view array, conversion allowed = conversion::lossless) {
    if (array.shape.size() > 2 && array.order_of_elements == element_order::columns_first) {
        detail::read_failure(format_errc::columns_first, "found " + detail::shape_text(array.shape)).raise(array.origin);
    }
    std::uint64_t cols = 1;
    if (!array.shape.empty()) {
        cols = array.bytes.empty() ? 0 : array.bytes.size() / size_of(array.type) / array.shape[0];
    }
    array.shape = {array.bytes.empty() ? 0 : array.bytes.size() / size_of(array.type) / cols, cols};
    std::vector<T> result(static_cast<std::size_t>(array.shape[0] * cols));
    copy_rows(array, 0, matrix_view<T>(result.data(), static_cast<std::size_t>(array.shape[0]), static_cast<std::size_t>(cols)),
              allowed);
    return result;
}

/// Writes rows to `sink.write(bytes)` as an npy file of version 1.0, in the byte order of this machine, which the header names, with
/// the data at a multiple of 64.
template <stored_element T, class Sink>
void write_npy(matrix_view<const T> rows, Sink&& sink) {
    constexpr const char* order = sizeof(T) == 1 ? "|" : std::endian::native == std::endian::little ? "<" : ">";
    constexpr char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
    constexpr std::size_t before = detail::npy_magic.size() + 4;
    std::string header = "{'descr': '" + std::string(order) + kind + std::to_string(sizeof(T)) +
                         "', 'fortran_order': False, 'shape': (" + std::to_string(rows.rows()) + ", " +
                         std::to_string(rows.cols()) + "), }";
    header.append((64 - (before + header.size() + 1) % 64) % 64, ' ').push_back('\n');
    std::string text(detail::npy_magic);
    text += {'\1', '\0', static_cast<char>(header.size() & 255U), static_cast<char>(header.size() >> 8U)};
    text += header;
    sink.write(std::as_bytes(std::span(text)));
    if (rows.stride() == rows.cols()) {
        sink.write(std::as_bytes(std::span(rows.data(), rows.rows() * rows.cols())));
        return;
    }
    std::vector<T> block;  // collects rows, so that writes are large
    constexpr std::size_t block_elements = std::size_t{1} << 16;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const auto row = rows.row(r);
        block.insert(block.end(), row.begin(), row.end());
        if (block.size() >= block_elements || r + 1 == rows.rows()) {
            sink.write(std::as_bytes(std::span(block)));
            block.clear();
        }
    }
}

/// Replaces the file `path`; see save.hpp for the guarantees. On failure sets `error`.
template <stored_element T>
void save_npy(const std::filesystem::path& path, matrix_view<const T> rows, std::error_code& error) {
    save_file(path, [&](auto& sink) { write_npy(rows, sink); }, error);
}

/// As above. *Throws* std::filesystem::filesystem_error.
template <stored_element T>
void save_npy(const std::filesystem::path& path, matrix_view<const T> rows) {
    save_file(path, [&](auto& sink) { write_npy(rows, sink); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
