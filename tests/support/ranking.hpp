// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking, slowly: every score, sorted as top_k.hpp promises.

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/top_k.hpp>

#include <algorithm>
#include <vector>

namespace tests {

template <class T>
using ranking = std::vector<std::vector<pleach::scored<T>>>;

template <class Table>
[[nodiscard]] auto slow_top_k(const Table& table, const pleach::matrix<typename Table::value_type>& queries, std::size_t k,
                              const pleach::excluded_ids& excluded = {}) {
    using T = typename Table::value_type;
    ranking<T> lists;
    std::vector<T> row(table.dim());
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        auto& list = lists.emplace_back();
        const pleach::ascending_ids out = excluded(q);
        for (std::size_t x = 0; x < table.size(); ++x) {
            bool is_out = false;
            for (std::size_t i = 0; i < out.size(); ++i) is_out |= out[i] == x;
            if (is_out) continue;
            table.lookup(static_cast<typename Table::id_type>(x), row);
            T sum = 0;
            for (std::size_t c = 0; c < row.size(); ++c) sum += queries.row(q)[c] * row[c];
            list.push_back({x, sum});
        }
        std::ranges::sort(list, [](const auto& a, const auto& b) { return a.before(b); });
        list.resize((std::min)(k, list.size()));
    }
    return lists;
}

template <class Table>
[[nodiscard]] auto fast_top_k(const Table& table, const pleach::matrix<typename Table::value_type>& queries, std::size_t k,
                              const pleach::ranking_options& how = {}) {
    ranking<typename Table::value_type> lists(queries.rows());
    pleach::top_k(table, queries.view(), k, [&](std::size_t q, auto best) { lists[q].assign(best.begin(), best.end()); }, how);
    return lists;
}

/// Small whole numbers, so that sums are exact in any order and scores are often equal.
template <class T>
[[nodiscard]] pleach::matrix<T> small_numbers(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    pleach::matrix<T> result(rows, cols);
    const pleach::random_stream chance(seed);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < cols; ++c) result.row(r)[c] = static_cast<T>(chance.below(7, r, c)) - T{3};
    return result;
}

template <class T>
[[nodiscard]] pleach::dense_table<T> small_table(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    const pleach::matrix<T> numbers = small_numbers<T>(rows, cols, seed);
    return pleach::dense_table<T>(numbers.view());
}

/// Every third entity and a few that differ by query, ascending.
struct some_excluded {
    std::vector<std::vector<std::uint32_t>> lists;
    some_excluded(std::size_t entities, std::size_t queries) : lists(queries) {
        for (std::size_t q = 0; q < queries; ++q)
            for (std::uint32_t x = 0; x < entities; ++x)
                if (x % 3 == 1 || x % 11 == q % 11) lists[q].push_back(x);
    }
    [[nodiscard]] std::span<const std::uint32_t> operator()(std::size_t q) const { return lists[q]; }
};

}  // namespace tests
