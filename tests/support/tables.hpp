// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tables, masks and gradients with reproducible contents, and equality of bits.

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/table/dense_table.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace tests {

template <class T>
[[nodiscard]] pleach::dense_table<T> normal_table(std::size_t size, std::size_t dim, std::uint64_t seed = 1) {
    return pleach::dense_table<T>(size, dim, pleach::normal{.deviation = 1}, pleach::random_stream(seed));
}

/// Each bit set with probability `density`.
[[nodiscard]] inline pleach::bit_mask random_mask(std::size_t rows, std::size_t cols, double density, std::uint64_t seed = 1) {
    pleach::bit_mask mask = pleach::bit_mask::zeros(rows, cols);
    const pleach::random_stream stream = pleach::random_stream(seed).fork("mask");
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < cols; ++c)
            if (stream.uniform(r, c) < density) mask.set(r, c);
    return mask;
}

/// n numbers in [-1, 1).
template <class T>
[[nodiscard]] std::vector<T> random_row(std::size_t n, std::uint64_t seed = 1) {
    std::vector<T> row(n);
    const pleach::random_stream stream = pleach::random_stream(seed).fork("row");
    for (std::size_t i = 0; i < n; ++i) row[i] = static_cast<T>(2 * stream.uniform(i) - 1);
    return row;
}

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// Equal bit for bit, so that +0 and -0 differ.
template <class Some, class Others>
[[nodiscard]] bool same_bits(const Some& some, const Others& others) {
    return std::ranges::equal(some, others, [](auto a, auto b) {
        return std::bit_cast<bits_of<decltype(a)>>(a) == std::bit_cast<bits_of<decltype(b)>>(b);
    });
}

}  // namespace tests
