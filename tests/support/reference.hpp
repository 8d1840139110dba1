// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slow and obvious: what tables, masks, batches and pruning mean, written with vectors of vectors, to compare the library with.

#include <pleach/core/bit_mask.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/table/concepts.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tuple>
#include <vector>

namespace tests {

template <class T>
using plain_rows = std::vector<std::vector<T>>;

/// Every row of a table, by lookup.
template <pleach::enumerable_table Table>
[[nodiscard]] plain_rows<typename Table::value_type> rows_of(const Table& table) {
    using T = typename Table::value_type;
    plain_rows<T> rows(table.size(), std::vector<T>(table.dim()));
    for (std::size_t i = 0; i < rows.size(); ++i) table.lookup(static_cast<typename Table::id_type>(i), rows[i]);
    return rows;
}

/// Rows of a view.
template <class T>
[[nodiscard]] plain_rows<std::remove_const_t<T>> rows_of(pleach::matrix_view<T> view) {
    plain_rows<std::remove_const_t<T>> rows;
    for (std::size_t r = 0; r < view.rows(); ++r) rows.emplace_back(view.row(r).begin(), view.row(r).end());
    return rows;
}

/// V .* M.
template <class T>
[[nodiscard]] plain_rows<T> reference_masked(plain_rows<T> rows, const pleach::bit_mask& mask) {
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < rows[r].size(); ++c)
            if (!mask.test(r, c)) rows[r][c] = T{0};
    return rows;
}

/// Row b is the sum of the rows of bag b.
template <class T, class Id>
[[nodiscard]] plain_rows<T> reference_sums(const plain_rows<T>& rows, std::span<const Id> ids,
                                           std::span<const std::size_t> offsets) {
    plain_rows<T> sums;
    for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
        std::vector<T> sum(rows.front().size(), T{0});
        for (std::size_t j = offsets[b]; j < offsets[b + 1]; ++j)
            for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += rows[pleach::to_index(ids[j])][c];
        sums.push_back(sum);
    }
    return sums;
}

/// The gradient of a plain table: upstream rows added at their ids.
template <class T, class Id>
[[nodiscard]] plain_rows<T> reference_gradient(std::size_t size, std::span<const Id> ids, const plain_rows<T>& upstream) {
    plain_rows<T> gradient(size, std::vector<T>(upstream.empty() ? 0 : upstream.front().size(), T{0}));
    for (std::size_t j = 0; j < ids.size(); ++j)
        for (std::size_t c = 0; c < upstream[j].size(); ++c) gradient[pleach::to_index(ids[j])][c] += upstream[j][c];
    return gradient;
}

/// The mask without the `count` smallest live entries of rows first .. last - 1, equal ones by row, then column, by
/// sorting.
template <class T>
[[nodiscard]] pleach::bit_mask reference_prune(const plain_rows<T>& rows, pleach::bit_mask mask, std::size_t count,
                                               std::size_t first, std::size_t last) {
    std::vector<std::tuple<T, std::size_t, std::size_t>> live;
    for (std::size_t r = first; r < last; ++r)
        for (std::size_t c = 0; c < mask.cols(); ++c)
            if (mask.test(r, c)) live.emplace_back(std::abs(rows[r][c]), r, c);
    std::ranges::sort(live);
    for (std::size_t i = 0; i < count; ++i) mask.reset(std::get<1>(live[i]), std::get<2>(live[i]));
    return mask;
}

}  // namespace tests
