// SPDX-License-Identifier: Apache-2.0
#pragma once

/// top_k and score against a full sort, with ties, exclusions, and queries that are not finite: over dense rows, packed sparse
/// rows, and a sum of rows of shared tables.

#include <pleach/compose/composed.hpp>
#include <pleach/frozen/freeze.hpp>

#include "files/fuzz/targets.hpp"
#include "support/ranking.hpp"

#include <cmath>
#include <memory>

namespace fuzz {

/// Small whole numbers, so that sums are exact in any order and scores are often equal.
inline pleach::dense_table<float> table_of(choices& from, std::size_t rows, std::size_t cols) {
    pleach::dense_table<float> table(rows, cols);
    for (std::uint32_t r = 0; r < rows; ++r)
        for (float& x : table.row(r)) {
            const std::size_t value = from.below(16);
            x = value < 9 ? 0.0F : static_cast<float>(value) - 12;
        }
    return table;
}

template <class Table>
void rank_all(const Table& table, choices from) {
    pleach::matrix<float> queries(1 + from.below(9), table.dim());
    for (std::size_t q = 0; q < queries.rows(); ++q)
        for (float& x : queries.row(q)) {
            const std::size_t value = from.below(32);
            x = value < 31 ? static_cast<float>(value) - 15 : std::array{INFINITY, -INFINITY, NAN, -0.0F}[from.below(4)];
        }
    std::vector<std::vector<std::uint32_t>> excluded(queries.rows());
    for (auto& list : excluded) {
        const std::size_t rare = 1 + from.below(8);
        for (std::uint32_t x = 0; x < table.size(); ++x)
            if (from.below(rare + 1) == rare) list.push_back(x);
    }
    const auto of_query = [&](std::size_t q) { return std::span<const std::uint32_t>(excluded[q]); };
    const std::size_t k = 1 + from.below(2 * table.size() + 2);
    const auto fast = tests::fast_top_k(table, queries, k, {.excluded = of_query});
    const auto slow = tests::slow_top_k(table, queries, k, of_query);
    std::vector<float> scores(table.size());
    for (std::size_t q = 0; q < fast.size(); ++q) {
        pleach::score(table, queries.row(q), std::span<float>(scores));
        require(fast[q].size() == slow[q].size(), "as many are ranked as there are");
        for (std::size_t i = 0; i < fast[q].size(); ++i) {
            const auto& [id, score] = fast[q][i];
            require(id == slow[q][i].id, "the best are those of a full sort");
            require(score == slow[q][i].score || (std::isnan(score) && std::isnan(slow[q][i].score)), "with their scores");
            require(scores[id] == score || (std::isnan(score) && std::isnan(scores[id])), "which are those of score()");
        }
    }
}

inline void ranking(bytes input) {
    choices from(input);
    const std::size_t rows = 1 + from.below(120), cols = 1 + from.below(40), which = from.below(4);
    const auto table = table_of(from, rows, cols);
    if (which == 0) rank_all(table, from);
    const auto rank_frozen = [&]<class Format>(std::type_identity<Format>) {
        const auto image = std::make_shared<const pleach::frozen::image>(pleach::freeze<Format>(table));
        rank_all(pleach::frozen::view<Format>(image), from);
    };
    if (which == 1) rank_frozen(std::type_identity<pleach::frozen::bitmap_rows<>>{});
    if (which == 2) rank_frozen(std::type_identity<pleach::frozen::csr_rows<>>{});
    if (which == 3) {
        using pleach::part;
        const std::size_t buckets = 1 + from.below(12);
        const auto second = table_of(from, buckets, cols);
        using composition = pleach::composed<pleach::sum, std::uint32_t, part<pleach::dense_table<float>, pleach::quotient_map>,
                                             part<pleach::dense_table<float>, pleach::remainder_map>>;
        const std::size_t entities = 1 + from.below(rows * buckets);
        rank_all(composition(entities, {"quotient", table, pleach::quotient_map(rows, buckets)},
                             {"remainder", second, pleach::remainder_map(buckets)}),
                 from);
    }
}

}  // namespace fuzz
