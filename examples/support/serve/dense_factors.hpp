// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows trained elsewhere, as a table of floats: an npy file, or a named array of a safetensors file. The file is mapped;
/// elements of another type, byte order or layout are converted one row at a time, so that nothing of the size of the table is
/// ever copied.

#include <pleach/io/tensor/npy.hpp>
#include <pleach/io/tensor/safetensors.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace support {

/// Maps a regular file. *Throws* input_error if there is none that can be read.
pleach::mapped_file map_input(const std::filesystem::path& path);

class dense_factors {
public:
    using value_type = float;
    using id_type = std::uint32_t;

    /// Opens the array `name`. It must be empty for an npy file, and may be empty for a safetensors file with a single
    /// two-dimensional array. *Throws:* input_error with what was found, std::filesystem::filesystem_error.
    static dense_factors open(const std::filesystem::path& path, const std::string& name = {});

    [[nodiscard]] std::size_t size() const noexcept { return rows_; }
    [[nodiscard]] std::size_t dim() const noexcept { return cols_; }
    void lookup(id_type id, std::span<float> out) const;

    /// The rows in the mapped file, if they are stored like floats in memory.
    [[nodiscard]] std::optional<pleach::matrix_view<const float>> in_place() const noexcept { return rows_in_place_; }
    /// The bytes of the file.
    [[nodiscard]] std::span<const std::byte> mapping() const noexcept { return content_.bytes(); }
    /// The bytes of the elements in the file.
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
