// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows that somebody else trained, as a table of floats: an npy file, or an array of a safetensors file by its name.
/// The file is mapped; elements of another type, byte order or order of elements are converted a row at a time, so that
/// nothing of the size of the table is ever copied.

#include <pleach/io/tensor/npy.hpp>
#include <pleach/io/tensor/safetensors.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace support {

/// A regular file that can be read, mapped. *Throws* input_error where there is none.
pleach::mapped_file map_input(const std::filesystem::path& path);

class dense_factors {
public:
    using value_type = float;
    using id_type = std::uint32_t;

    /// Opens the array `name`, which an npy file does not have; in a safetensors file with one array of two extents it
    /// may be left out. *Throws:* input_error with what was found, std::filesystem::filesystem_error.
    static dense_factors open(const std::filesystem::path& path, const std::string& name = {});

    [[nodiscard]] std::size_t size() const noexcept { return rows_; }
    [[nodiscard]] std::size_t dim() const noexcept { return cols_; }
    void lookup(id_type id, std::span<float> out) const;

    /// The rows where they lie, if they lie as floats do in memory.
    [[nodiscard]] std::optional<pleach::matrix_view<const float>> in_place() const noexcept { return rows_in_place_; }
    /// The bytes of the file.
    [[nodiscard]] std::span<const std::byte> mapping() const noexcept { return content_.bytes(); }
    /// Bytes of the elements in the file.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return array_.bytes.size(); }
    /// The element type and shape, in words.
    [[nodiscard]] std::string describe() const;

private:
    pleach::file_content content_;
    pleach::array_view array_;
    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    std::optional<pleach::matrix_view<const float>> rows_in_place_;
};

}  // namespace support
