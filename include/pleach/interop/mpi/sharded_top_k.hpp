// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking over the rows of all ranks: each ranks its own, and the best of all are merged.

#include <pleach/interop/mpi/gather_everywhere.hpp>
#include <pleach/table/top_k.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// As pleach::top_k, on every rank: calls `visit(q, best)` with the best min(k, rows not excluded) entities of all ranks, best
/// first. All ranks give the same queries, k and excluded ids. Collective. *Throws* as pleach::top_k and unless queries are the
/// same, on all ranks. *Complexity:* queries * rows / ranks * dim multiply-adds on each rank; k ids and scores per query travel
/// from each rank to each other.
template <class Table, class Visit>
void top_k(const sharded<Table>& table, matrix_view<const typename Table::value_type> queries, std::size_t k, Visit&& visit,
           const ranking_options& how = {}) {
    using T = typename Table::value_type;
    const communicator& all = table.ranks();
    const row_shards& rows = table.rows();
    const matrix<T> copied(queries);
    std::vector<std::vector<std::size_t>> excluded(queries.rows());  // rows of this rank
    detail::require_same("top_k", "queries", all, copied.elements(), [&] {
        detail::check_top_k(table, queries, k, how.excluded);
        for (std::size_t q = 0; q < queries.rows(); ++q) {
            const ascending_ids of_query = how.excluded(q);
            for (std::size_t i = 0; i < of_query.size(); ++i)
                if (rows.is_own(of_query[i])) excluded[q].push_back(rows.local(of_query[i]));
        }
    });
    const auto excluded_here = [&](std::size_t q) { return std::span<const std::size_t>(excluded[q]); };
    // k places per query, of which a rank with fewer rows fills only some: a row that is none ranks nowhere.
    constexpr auto nowhere = ~std::uint64_t{0};
    const std::size_t most = (std::min)(k, table.size());
    matrix<T> scores(queries.rows(), most), all_scores(queries.rows() * all.size(), most);
    std::vector<std::uint64_t> ids(queries.rows() * most, nowhere), all_ids(ids.size() * all.size());
    if (rows.own() > 0)
        top_k(table.shard(), queries, k,
              [&](std::size_t q, std::span<const scored<T>> best) {
                  for (std::size_t i = 0; i < best.size(); ++i) {
                      ids[q * most + i] = rows.global(best[i].id);
                      scores.row(q)[i] = best[i].score;
                  }
              },
              {.exec = how.exec, .excluded = excluded_here});
    const std::vector<int> counts(all.size(), communicator::checked_count("top_k", queries.rows()));
    all.all_gather<std::uint64_t>("top_k", ids.data(), all_ids.data(), counts, most);
    all.all_gather<T>("top_k", scores.data(), all_scores.data(), counts, most);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        best_list<T> best(most);
        for (std::size_t r = 0; r < all.size(); ++r)
            for (std::size_t i = 0; i < most; ++i) {
                const std::size_t row = r * queries.rows() + q;
                if (all_ids[row * most + i] != nowhere)
                    best.offer({static_cast<std::size_t>(all_ids[row * most + i]), all_scores.row(row)[i]});
            }
        visit(q, best.sorted());
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
