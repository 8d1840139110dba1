// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every row format in every value code, and tables worth freezing.

#include <pleach/frozen/adaptor.hpp>
#include <pleach/frozen/any_rows.hpp>

#include "support/tables.hpp"

namespace tests {

using pleach::frozen::for_each_kind;

/// Values with probability `density`; row 1 is zero throughout, row 2 has every value.
inline pleach::dense_table<float> sparse_table(std::size_t size, std::size_t dim, double density, std::uint64_t seed = 1) {
    auto table = normal_table<float>(size, dim, seed);
    const pleach::bit_mask mask = random_mask(size, dim, density, seed);
    for (std::uint32_t r = 0; r < size; ++r)
        for (std::size_t c = 0; c < dim; ++c)
            if (r == 1 || (r != 2 && !mask.test(r, c))) table.row(r)[c] = 0;
    return table;
}

template <class Format>
[[nodiscard]] Format frozen_as(const auto& table) {
    return pleach::frozen::view<Format>(std::make_shared<const pleach::frozen::image>(pleach::freeze<Format>(table)));
}

/// What the code makes of a table: the rows of the frozen one, expanded.
template <class Table>
[[nodiscard]] pleach::dense_table<float> expanded(const Table& table) {
    pleach::dense_table<float> rows(table.size(), table.dim());
    for (std::uint32_t r = 0; r < table.size(); ++r) table.lookup(r, rows.row(r));
    return rows;
}

}  // namespace tests
