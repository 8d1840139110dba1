// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking over any enumerable table: score() for one query and all rows, top_k() for the k best rows of many queries.
/// Higher scores first, ties by smaller id, NaN last. A table that ranks itself (ranking.hpp), as sparse frozen and composed
/// ones do, is asked to; rows of any other table are read a cache-sized block at a time, never all expanded. A query with
/// infinity or NaN always ranks as over dense rows.

#include <pleach/kernel/dot.hpp>
#include <pleach/table/panels.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

template <class Table>
void check_score(const Table& table, std::size_t query, std::size_t out) {
    if (query != table.dim() || out != table.size())
        throw std::invalid_argument("pleach::score: the query has " + std::to_string(query) + " elements and the output " +
                                    std::to_string(out) + ", but the table is " + std::to_string(table.size()) + " x " +
                                    std::to_string(table.dim()));
}

// Excluded ids are looked up by binary search: one out of order would be missed and recommended.
inline void check_ascending(ascending_ids ids, std::size_t query) {
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids.is_negative(i))
            throw std::invalid_argument("pleach::top_k: the ids to leave out for query " + std::to_string(query) + " have -" +
                                        std::to_string(std::size_t{0} - ids[i]) + ", but ids are 0 or more");
    for (std::size_t i = 1; i < ids.size(); ++i)
        if (ids[i - 1] > ids[i])
            throw std::invalid_argument("pleach::top_k: the ids to leave out for query " + std::to_string(query) + " have " +
                                        std::to_string(ids[i - 1]) + " before " + std::to_string(ids[i]) +
                                        ", but must ascend; sort them");
}

template <class Table, class T>
void check_top_k(const Table& table, matrix_view<const T> queries, std::size_t k, const excluded_ids& excluded) {
    if (k == 0) throw std::invalid_argument("pleach::top_k: k is 0, but at least one entity must be asked for");
    if (queries.cols() != table.dim())
        throw std::invalid_argument("pleach::top_k: queries have " + std::to_string(queries.cols()) +
                                    " columns, but the table's rows have " + std::to_string(table.dim()));
    for (std::size_t q = 0; q < queries.rows(); ++q) check_ascending(excluded(q), q);
}

// Tables that rank themselves skip products with zeros, which are NaN if the query has infinity or NaN.
template <class T>
[[nodiscard]] bool is_finite(std::span<const T> query) noexcept {
    return std::ranges::all_of(query, [](T x) { return std::isfinite(x); });
}

inline constexpr std::size_t queries_per_task = 168;              // a multiple of every group size
inline constexpr std::size_t piece_bytes = std::size_t{1} << 19;  // rows packed at a time, to stay in the second-level cache

template <class T>
void rank_panels(const row_panels<T>& panels, matrix_view<const T> queries, std::size_t first_query,
                 const excluded_ids& excluded, std::span<best_list<T>> lists) {
    const auto query = [&](std::size_t q) { return queries.row(q).data(); };
    panels.score(queries.rows(), query, [&](std::size_t q, std::size_t row, const T* scores) {
        best_list<T>& list = lists[q];
        if (list.is_full() && !any_above(scores, list.threshold())) return;
        const std::size_t here = (std::min)(row_panels<T>::width, panels.count() - row);
        const ascending_ids out = excluded(first_query + q);
        for (std::size_t j = 0; j < here; ++j) {
            if (list.is_full() && scores[j] <= list.threshold()) continue;
            const std::size_t id = panels.first() + row + j;
            if (!out.contains(id)) list.offer({id, scores[j]});
        }
    });
}

template <class Table, class T>
void rank_by_pieces(const Table& table, matrix_view<const T> queries, std::span<best_list<T>> lists,
                    const excluded_ids& excluded, executor_ref exec) {
    constexpr std::size_t width = row_panels<T>::width;
    const std::size_t rows = width * (std::max)(std::size_t{1}, piece_bytes / (width * table.dim() * sizeof(T)));
    row_panels<T> panels(rows, table.dim());
    for (std::size_t first = 0; first < table.size(); first += rows) {
        panels.read(table, first, (std::min)(rows, table.size() - first));
        for_each_chunk(exec, queries.rows(), queries_per_task, [&](std::size_t q, std::size_t end) {
            rank_panels(panels, queries.rows_from(q, end - q), q, excluded, lists.subspan(q, end - q));
        });
    }
}

}  // namespace detail

/// out[i] = query . row i. *Throws* std::invalid_argument unless query has dim() and out size() elements.
/// *Complexity:* size * dim multiply-adds, or that of the table's own score().
template <enumerable_table Table>
void score(const Table& table, std::span<const typename Table::value_type> query, std::span<typename Table::value_type> out,
           executor_ref exec = {}) {
    using T = typename Table::value_type;
    using id = typename Table::id_type;
    detail::check_score(table, query.size(), out.size());
    const bool is_usual = detail::is_finite(query);
    if constexpr (scores_itself<Table>)
        if (is_usual) return table.score(query, out, exec);
    for_each_chunk(exec, table.size(), std::size_t{1024}, [&](std::size_t first, std::size_t last) {
        if constexpr (has_dot<Table>)
            if (is_usual) {
                for (std::size_t i = first; i < last; ++i) out[i] = table.dot(static_cast<id>(i), query);
                return;
            }
        std::vector<T> row(table.dim());
        for (std::size_t i = first; i < last; ++i) {
            table.lookup(static_cast<id>(i), row);
            out[i] = dot(query.data(), row.data(), row.size());
        }
    });
}

/// Offers to lists[q] every row that may be among the best for query q, by the table's own rank() if it has one. For adaptors
/// that forward ranking to their base. *Precondition:* what top_k() checks; lists.size() == queries.rows().
template <enumerable_table Table>
void rank(const Table& table, matrix_view<const typename Table::value_type> queries,
          std::span<best_list<typename Table::value_type>> lists, const excluded_ids& excluded, executor_ref exec) {
    if constexpr (ranks_itself<Table>) {
        table.rank(queries, lists, excluded, exec);
        for (std::size_t q = 0; q < queries.rows(); ++q) {
            if (detail::is_finite(queries.row(q))) continue;
            lists[q].clear();
            const auto of_query = [&](std::size_t) { return excluded(q); };
            detail::rank_by_pieces(table, queries.rows_from(q, 1), lists.subspan(q, 1), of_query, exec);
        }
    } else {
        detail::rank_by_pieces(table, queries, lists, excluded, exec);
    }
}

/// For each query q in order, calls `visit(q, best)` with the min(k, rows not excluded) best entities, best first, as a span of
/// scored<value_type>. Scores are dot products.
/// *Throws* std::invalid_argument if k is 0, queries are not dim() wide, or excluded ids are not ascending, or negative.
/// *Complexity:* queries * size * dim multiply-adds, or that of the table's own rank().
template <enumerable_table Table, class Visit>
void top_k(const Table& table, matrix_view<const typename Table::value_type> queries, std::size_t k, Visit&& visit,
           const ranking_options& how = {}) {
    using T = typename Table::value_type;
    detail::check_top_k(table, queries, k, how.excluded);
    std::vector<best_list<T>> lists(queries.rows(), best_list<T>((std::min)(k, table.size())));
    if (table.size() != 0) rank(table, queries, std::span(lists), how.excluded, how.exec);
    for (std::size_t q = 0; q < queries.rows(); ++q) visit(q, lists[q].sorted());
}

}  // namespace PLEACH_ABI
}  // namespace pleach
