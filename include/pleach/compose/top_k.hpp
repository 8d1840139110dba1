// SPDX-License-Identifier: Apache-2.0
#pragma once

/// score() and top_k() of composed tables without composing a row. Where the combiner is linear in its parts,
///
///     sum:     q . e_x = q . P[p(x)] + q . Q[q(x)]
///     concat:  q . e_x = q' . P[p(x)] + q'' . Q[q(x)],   q = [q', q'']
///
/// so each stored row is scored once, and an entity costs an addition for each part instead of dim multiply-adds. Results are
/// those of table/top_k.hpp but for rounding; other combiners (hadamard) go there.

#include <pleach/compose/composed.hpp>
#include <pleach/kernel/sum_exceeds.hpp>
#include <pleach/table/top_k.hpp>

#include <limits>

namespace pleach::inline PLEACH_ABI {

/// T splits a query among the parts.
template <class T>
concept separable_combiner = requires(std::span<const float> query) { T::query_part(query, std::size_t{}, std::size_t{}); };

/// out[x] = query . row x. *Throws* std::invalid_argument if query is not dim() or out not size() long.
/// *Complexity:* stored rows * dim multiply-adds, and size * parts additions.
template <separable_combiner Combiner, class... Parts, executor Executor = sequential>
void score(const composed<Combiner, Parts...>& table, std::span<const typename composed<Combiner, Parts...>::value_type> query,
           std::span<typename composed<Combiner, Parts...>::value_type> out, const Executor& exec = {}) {
    using T = typename composed<Combiner, Parts...>::value_type;
    detail::check_score(table, query.size(), out.size());
    std::size_t first = 0, index = 0;
    table.each([&](const auto& part) {
        std::vector<T> of_rows(part.table.size());
        score(part.table, Combiner::query_part(query, first, part.table.dim()), std::span<T>(of_rows), exec);
        first += part.table.dim();
        const bool is_first = index++ == 0;
        for_each_chunk(exec, table.size(), std::size_t{4096}, [&](std::size_t begin, std::size_t end) {
            for (std::size_t x = begin; x < end; ++x) out[x] = (is_first ? T{0} : out[x]) + of_rows[part.map(x)];
        });
    });
}

namespace detail {

/// A task takes so many panels of queries, one after the other, in the same scratch memory.
inline constexpr std::size_t panels_per_task = 4;

/// The stored rows of a part, packed as the groups of score_tile.
template <class T>
struct packed_part {
    static constexpr std::size_t height = group_queries<default_arch, T>;
    std::size_t dim;
    matrix<T> groups;

    template <class Table>
    explicit packed_part(const Table& table)
        : dim(table.dim()), groups((table.size() + height - 1) / height, height * table.dim()) {
        matrix<T> rows(height, dim);
        for (std::size_t g = 0; g < groups.rows(); ++g) {
            const std::size_t here = (std::min)(height, table.size() - g * height);
            for (std::size_t i = 0; i < here; ++i)
                table.lookup(static_cast<typename Table::id_type>(g * height + i), rows.row(i));
            pack_columns(here, height, dim, [&](std::size_t i) { return rows.row(i).data(); }, groups.row(g).data());
        }
    }

    /// Row r of `scores`: those of stored row r for a panel of queries. It has groups.rows() * height rows of panel_rows.
    void score(const T* panel, matrix_view<T> scores) const noexcept {
        for (std::size_t g = 0; g < groups.rows(); ++g)
            score_tile(groups.row(g).data(), panel, dim, scores.row(g * height).data());
    }
};

/// For each part the stored row of every entity.
template <class Table>
[[nodiscard]] std::vector<std::vector<std::uint32_t>> stored_rows_of(const Table& table) {
    std::vector<std::vector<std::uint32_t>> rows;
    table.each([&](const auto& part) {
        auto& of_part = rows.emplace_back(table.size());
        for (std::size_t x = 0; x < table.size(); ++x) of_part[x] = static_cast<std::uint32_t>(part.map(x));
    });
    return rows;
}

}  // namespace detail

/// As top_k over any enumerable table. *Precondition:* parts have fewer than 2^32 rows. *Complexity:* queries * (stored rows *
/// dim multiply-adds + size * parts additions); scratch memory for a copy of the stored rows, and 4 bytes for each entity and part.
template <separable_combiner Combiner, class... Parts, class Visit, class Excluded = nothing_excluded,
          executor Executor = sequential>
void top_k(const composed<Combiner, Parts...>& table,
           matrix_view<const typename composed<Combiner, Parts...>::value_type> queries, std::size_t k, Visit&& visit,
           const Excluded& excluded = {}, const Executor& exec = {}) {
    using T = typename composed<Combiner, Parts...>::value_type;
    constexpr std::size_t parts = sizeof...(Parts), width = panel_rows<default_arch, T>;
    detail::check_top_k(table, queries.cols(), k);
    std::vector<detail::best_list<T>> lists(queries.rows(), detail::best_list<T>((std::min)(k, table.size())));
    const auto stored_rows = detail::stored_rows_of(table);
    std::vector<detail::packed_part<T>> packed;
    table.each([&](const auto& part) { packed.emplace_back(part.table); });
    for_each_chunk(exec, queries.rows(), detail::panels_per_task * width, [&](std::size_t first_query, std::size_t last_query) {
        std::array<matrix<T>, parts> scores;
        for (std::size_t p = 0; p < parts; ++p) scores[p] = matrix<T>(packed[p].groups.rows() * packed[p].height, width);
        for (std::size_t q = first_query; q < last_query; q += width) {
            const std::size_t end = (std::min)(q + width, last_query);
            for (std::size_t p = 0, first = 0; p < parts; first += packed[p++].dim) {
                const std::size_t dim = packed[p].dim;
                matrix<T> panel(1, width * dim);
                pack_columns(end - q, width, dim,
                             [&](std::size_t j) { return Combiner::query_part(queries.row(q + j), first, dim).data(); },
                             panel.data());
                packed[p].score(panel.data(), scores[p].view());
            }
            std::array<T, width> sums, thresholds;
            thresholds.fill(std::numeric_limits<T>::quiet_NaN());  // which everything exceeds, until a list is full
            for (std::size_t x = 0; x < table.size(); ++x) {
                std::array<const T*, parts> rows;
                for (std::size_t p = 0; p < parts; ++p) rows[p] = scores[p].row(stored_rows[p][x]).data();
                if (!sum_exceeds(rows.data(), parts, thresholds.data(), sums.data())) continue;
                for (std::size_t j = 0; j < end - q; ++j) {
                    if (sums[j] <= thresholds[j]) continue;
                    detail::best_list<T>& list = lists[q + j];
                    if (std::ranges::binary_search(excluded(q + j), x, {}, [](auto id) { return to_index(id); })) continue;
                    list.offer({x, sums[j]});
                    if (list.is_full()) thresholds[j] = list.threshold();
                }
            }
        }
    });
    for (std::size_t q = 0; q < queries.rows(); ++q) visit(q, lists[q].sorted());
}

}  // namespace pleach::inline PLEACH_ABI
