// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen rows of codewords for timing: codes and books are random, because fitting a million rows would take longer than
/// timing them.

#include "sparse_rows.hpp"

#include <pleach/frozen/coded_rows.hpp>
#include <pleach/table/dense_table.hpp>

#include <memory>

namespace benchmarks {

template <class Combiner>
std::shared_ptr<const pleach::frozen::image> coded_image(std::size_t rows, std::size_t dim, std::size_t terms,
                                                         std::size_t bits) {
    const std::size_t codewords = terms << bits, width = std::same_as<Combiner, pleach::sum> ? dim : (dim + terms - 1) / terms;
    pleach::dense_table<float> books(codewords, width);
    for (std::uint32_t j = 0; j < codewords; ++j) sparse_rows{codewords, width, 1}.lookup(j, books.row(j));
    pleach::matrix<std::uint16_t> ids(rows, terms);
    for (std::size_t x = 0; x < rows; ++x)
        for (std::size_t k = 0; k < terms; ++k)
            ids.row(x)[k] = static_cast<std::uint16_t>(pleach::detail::mix(x * terms + k) >> (64 - bits));
    const pleach::coded<Combiner, pleach::dense_table<float>> table(std::move(books), {std::as_const(ids).view(), bits}, dim);
    return std::make_shared<const pleach::frozen::image>(pleach::freeze<pleach::frozen::coded_rows<Combiner>>(table));
}

}  // namespace benchmarks
