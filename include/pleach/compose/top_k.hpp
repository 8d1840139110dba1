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
#include <pleach/compose/detail/rank_groups.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// T splits a query among the parts.
template <class T>
concept separable_combiner = requires(std::span<const float> query) { T::query_part(query, std::size_t{}, std::size_t{}); };

/// out[x] = query . row x. *Throws* std::invalid_argument if query is not dim() or out not size() long.
/// *Complexity:* stored rows * dim multiply-adds, and size * parts additions.
template <separable_combiner Combiner, entity_id Ids, class... Parts, executor Executor = sequential>
void score(const composed<Combiner, Ids, Parts...>& table,
           std::span<const typename composed<Combiner, Ids, Parts...>::value_type> query,
           std::span<typename composed<Combiner, Ids, Parts...>::value_type> out, const Executor& exec = {}) {
    using T = typename composed<Combiner, Ids, Parts...>::value_type;
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

/// scores.row(q) = query q . row r for every stored row r.
template <class T, class Query>
void score_stored_rows(const packed_piece<T>& rows, std::size_t dim, Query&& query, matrix_view<T> scores) {
    constexpr std::size_t width = packed_piece<T>::width, height = group_queries<default_arch, T>;
    for_each_tile(rows, scores.rows(), dim, query, [&](std::size_t p, std::size_t g, const T* tile) {
        const std::size_t here = (std::min)(width, rows.count - p * width);
        for (std::size_t q = 0; q < height && g * height + q < scores.rows(); ++q)
            copy_values(std::span(tile + q * width, here), scores.row(g * height + q).subspan(p * width, here));
    });
}

/// use(std::integral_constant<std::size_t, part>) for a part that is known when the program runs.
template <std::size_t Parts, class Use>
void with_part(std::size_t part, Use&& use) {
    [&]<std::size_t... P>(std::index_sequence<P...>) {
        ((P == part ? use(std::integral_constant<std::size_t, P>{}) : void()), ...);
    }(std::make_index_sequence<Parts>{});
}

}  // namespace detail

/// As top_k over any enumerable table; scores have the bits of score(). *Precondition:* parts and table have fewer than 2^32
/// rows. *Complexity:* queries * stored rows * dim multiply-adds, and additions for the entities that are not ruled out by the
/// scores of their parts: a few in a hundred where parts are alike, all at worst; scratch memory for a copy of the stored rows,
/// and 4 bytes for each entity and part.
template <separable_combiner Combiner, entity_id Ids, class... Parts, class Visit, class Excluded = nothing_excluded,
          executor Executor = sequential>
void top_k(const composed<Combiner, Ids, Parts...>& table,
           matrix_view<const typename composed<Combiner, Ids, Parts...>::value_type> queries, std::size_t k, Visit&& visit,
           const Excluded& excluded = {}, const Executor& exec = {}) {
    using T = typename composed<Combiner, Ids, Parts...>::value_type;
    constexpr std::size_t parts = sizeof...(Parts), width = detail::packed_piece<T>::width;
    detail::check_top_k(table, queries, k, excluded);
    const std::size_t wanted = (std::min)(k, table.size());
    std::vector<detail::best_list<T>> lists(queries.rows(), detail::best_list<T>(wanted));
    const detail::entity_groups<parts> groups(table);
    std::vector<detail::packed_piece<T>> packed;
    std::vector<std::size_t> dims;
    table.each([&](const auto& part) {
        const std::size_t rows = part.table.size(), dim = dims.emplace_back(part.table.dim());
        packed.push_back({matrix<T>((rows + width - 1) / width, width * dim)});
        packed.back().read(part.table, 0, rows);
    });
    constexpr std::size_t queries_per_task = 2 * group_queries<default_arch, T>;
    for_each_chunk(exec, queries.rows(), queries_per_task, [&](std::size_t first_query, std::size_t end_query) {
        std::array<matrix<T>, parts> scores;
        for (std::size_t p = 0, first = 0; p < parts; first += dims[p++]) {
            scores[p] = matrix<T>(end_query - first_query, packed[p].count);
            const auto query = [&](std::size_t q) {
                return Combiner::query_part(queries.row(first_query + q), first, dims[p]).data();
            };
            detail::score_stored_rows(packed[p], dims[p], query, scores[p].view());
        }
        detail::with_part<parts>(groups.by(), [&](auto by) {
            detail::group_ranker<T, parts, decltype(by)::value> ranker(groups, wanted);
            for (std::size_t q = first_query; q < end_query; ++q) {
                detail::part_scores<T, parts> of_rows;
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
    for (std::size_t q = 0; q < queries.rows(); ++q) visit(q, lists[q].sorted());
}

}  // namespace PLEACH_ABI
}  // namespace pleach
