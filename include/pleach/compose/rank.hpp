// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How composed tables score and rank themselves without composing a row. If the combiner is linear in its parts,
///
///     sum:     q . e_x = q . P[p(x)] + q . Q[q(x)]
///     concat:  q . e_x = q' . P[p(x)] + q'' . Q[q(x)],   q = [q', q'']
///
/// then each stored row is scored once, and an entity costs one addition per part instead of dim multiply-adds. Results equal
/// those of composed rows up to rounding. Other combiners (hadamard) rank by composing rows. The members of composed call these
/// functions and need table/top_k.hpp to be included where they are called.

#include <pleach/compose/detail/rank_groups.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/table/ranking.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// T splits a query among the parts: query_part(query, first, dim).
template <class T>
concept separable_combiner = requires(std::span<const float> query) { T::query_part(query, std::size_t{}, std::size_t{}); };

namespace detail {

template <class Table, class T>
void score_through_parts(const Table& table, std::span<const T> query, std::span<T> out, executor_ref exec) {
    std::size_t first_column = 0, index = 0;
    table.each([&](const auto& part) {
        std::vector<T> of_rows(part.table.size());
        score(part.table, Table::combiner_type::query_part(query, first_column, part.table.dim()), std::span<T>(of_rows), exec);
        first_column += part.table.dim();
        const bool is_first = index++ == 0;
        for_each_chunk(exec, table.size(), std::size_t{4096}, [&](std::size_t begin, std::size_t end) {
            for (std::size_t x = begin; x < end; ++x) out[x] = (is_first ? T{0} : out[x]) + of_rows[part.map(x)];
        });
    });
}

/// Calls use(std::integral_constant<std::size_t, P>) with P == part, for a part known only at run time.
template <std::size_t Parts, class Use>
void with_part(std::size_t part, Use&& use) {
    [&]<std::size_t... P>(std::index_sequence<P...>) {
        ((P == part ? use(std::integral_constant<std::size_t, P>{}) : void()), ...);
    }(std::make_index_sequence<Parts>{});
}

/// Scores are bit-equal to those of score_through_parts(). *Precondition:* parts and table have fewer than 2^32 rows.
/// *Complexity:* queries * stored rows * dim multiply-adds, plus additions for the entities that the scores of their parts do
/// not rule out: a few percent if parts are alike, all at worst. Scratch memory for a copy of the stored rows and 4 bytes per
/// entity and part.
template <class Table, class T>
void rank_through_parts(const Table& table, matrix_view<const T> queries, std::span<best_list<T>> lists,
                        const excluded_ids& excluded, executor_ref exec) {
    if (lists.empty()) return;
    constexpr std::size_t parts = Table::part_count;
    using panels = row_panels<T>;
    const entity_groups<parts> groups(table);
    std::vector<panels> packed;
    std::vector<std::size_t> dims;
    table.each([&](const auto& part) {
        const std::size_t rows = part.table.size(), dim = dims.emplace_back(part.table.dim());
        packed.emplace_back(rows, dim).read(part.table, 0, rows);
    });
    for_each_chunk(exec, queries.rows(), 2 * panels::height, [&](std::size_t first_query, std::size_t end_query) {
        std::array<matrix<T>, parts>
            scores;  // scores[p].row(q) = the part of query q . row r, for every stored row r of part p
        for (std::size_t p = 0, first = 0; p < parts; first += dims[p++]) {
            scores[p] = matrix<T>(end_query - first_query, packed[p].count());
            const auto query = [&](std::size_t q) {
                return Table::combiner_type::query_part(queries.row(first_query + q), first, dims[p]).data();
            };
            packed[p].score(scores[p].rows(), query, [&](std::size_t q, std::size_t row, const T* of_panel) {
                const std::size_t here = (std::min)(panels::width, packed[p].count() - row);
                copy_values(std::span(of_panel, here), scores[p].row(q).subspan(row, here));
            });
        }
        with_part<parts>(groups.by(), [&](auto by) {
            group_ranker<T, parts, decltype(by)::value> ranker(groups, lists.front().k());
            for (std::size_t q = first_query; q < end_query; ++q) {
                part_scores<T, parts> of_rows;
                for (std::size_t p = 0; p < parts; ++p) of_rows[p] = scores[p].row(q - first_query);
                const auto score_of = [&](std::size_t x) {
                    std::size_t p = 0;
                    T total{};
                    table.each([&](const auto& part) {
                        const T score = of_rows[p][part.map(x)];
                        total = p++ == 0 ? score : total + score;
                    });
                    return total;
                };
                ranker.rank(of_rows, excluded(q), score_of, lists[q]);
            }
        });
    });
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
