// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much of one table's ranking another table keeps: the mean, over queries, of the fraction of the k best rows of the first
/// that are among the k best of the second. It needs no interactions, so it can be computed for any factors.

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/table/top_k.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace support {

/// `count` distinct ids below n, ascending, drawn with the seed; all ids if there are no more than `count`.
inline std::vector<std::uint32_t> sampled_ids(std::size_t n, std::size_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> ids;
    const pleach::random_stream stream = pleach::random_stream(seed).fork("queries");
    // One from each of `count` equal pieces: distinct, ascending and spread over the table.
    for (std::size_t i = 0; i < std::min(n, count); ++i) {
        const std::size_t first = n * i / std::min(n, count), last = n * (i + 1) / std::min(n, count);
        const auto offset = static_cast<std::size_t>(stream.uniform(i) * static_cast<double>(last - first));
        ids.push_back(static_cast<std::uint32_t>(first + std::min(offset, last - first - 1)));
    }
    return ids;
}

/// The rows of these ids, looked up.
template <class Table>
pleach::matrix<float> rows_at(const Table& table, std::span<const std::uint32_t> ids) {
    pleach::matrix<float> rows(ids.size(), table.dim());
    for (std::size_t i = 0; i < ids.size(); ++i) table.lookup(static_cast<typename Table::id_type>(ids[i]), rows.row(i));
    return rows;
}

/// The ids of the k best rows for each query, in ascending order.
template <class Table>
std::vector<std::vector<std::size_t>> best_ids(const Table& table, pleach::matrix_view<const float> queries, std::size_t k,
                                               const pleach::excluded_ids& excluded, pleach::executor_ref exec) {
    std::vector<std::vector<std::size_t>> lists(queries.rows());
    pleach::top_k(table, queries, k,
                  [&](std::size_t q, std::span<const pleach::scored<float>> best) {
                      for (const auto& one : best) lists[q].push_back(one.id);
                      std::ranges::sort(lists[q]);
                  },
                  {.exec = exec, .excluded = excluded});
    return lists;
}

/// The mean of |a and b| / |a| over pairs of ascending lists; 1 if there are none.
inline double mean_overlap(const std::vector<std::vector<std::size_t>>& some,
                           const std::vector<std::vector<std::size_t>>& others) {
    double sum = 0;
    std::size_t lists = 0;
    for (std::size_t q = 0; q < some.size(); ++q) {
        std::vector<std::size_t> both;
        std::ranges::set_intersection(some[q], others[q], std::back_inserter(both));
        if (some[q].empty()) continue;
        sum += static_cast<double>(both.size()) / static_cast<double>(some[q].size());
        ++lists;
    }
    return lists == 0 ? 1 : sum / static_cast<double>(lists);
}

}  // namespace support
