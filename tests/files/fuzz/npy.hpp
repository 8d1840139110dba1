// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An npy file: what opens holds as many elements as it says, and every one can be copied out, also a row at a time.

#include <pleach/io/tensor/npy.hpp>

#include "files/fuzz/targets.hpp"

#include <cstddef>
#include <cstring>
#include <system_error>
#include <vector>

namespace fuzz {

inline void npy(bytes file) {
    std::error_code error;
    const pleach::array_view array = pleach::view_npy(file, {}, error);
    require(!error || (array.bytes.empty() && array.shape.empty()), "what fails to open shows nothing");
    if (error) {
        return;
    }
    std::vector<double> elements;
    try {
        elements = pleach::read_npy<double>(array, pleach::conversion::rounding);
        require(elements.size() == array.bytes.size() / pleach::size_of(array.type), "every element is read");
    } catch (const std::filesystem::filesystem_error&) {
    }
    try {
        static_cast<void>(pleach::rows_of<float>(array));
    } catch (const std::filesystem::filesystem_error&) {
    }
    if (array.shape.size() != 2 || elements.empty()) {
        return;
    }
    std::vector<double> row(static_cast<std::size_t>(array.shape[1]));
    for (std::size_t r = 0; r < array.shape[0]; ++r) {
        pleach::copy_rows(array, r, pleach::matrix_view<double>(row.data(), 1, row.size()), pleach::conversion::rounding);
        require(std::memcmp(row.data(), elements.data() + r * row.size(), row.size() * sizeof(double)) == 0,
                "rows are those of the whole");
    }
}

}  // namespace fuzz
