// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking of rows made of codewords, by lookup tables: a panel of queries is multiplied with all codewords once,
///
///     products[k, j][q] = q . C_k[j],        score(q, x) = products[1, j_x1][q] + ... + products[M, j_xM][q]
///
/// so that a row costs one addition per term and vector of queries, and no row is ever assembled. Source: Jegou et al.,
/// "Product quantization for nearest neighbor search", TPAMI 2011, section III (asymmetric distances).
///
/// Ranking adds bounds of the scores first, in bytes (bound_codes.hpp), and computes only the scores that may enter a list.

#include <pleach/compose/detail/bound_codes.hpp>
#include <pleach/compose/detail/code_reader.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/kernel/score_sparse.hpp>
#include <pleach/table/ranking.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// The products of a panel of queries with every codeword, and their sums for a row.
class code_products {
public:
    static constexpr std::size_t width = query_panel_width<>;

    template <class Coded>
    code_products(const Coded& table, matrix_view<const float> queries)
        : products_(table.base().size(), width), ones_(table.codes().terms(), 1.0F) {
        matrix<float> columns(table.dim(), width);
        pack_columns(
            queries.rows(), width, queries.cols(), [&](std::size_t q) { return queries.row(q).data(); }, columns.data());
        std::array<float, width> always;
        always.fill(std::numeric_limits<float>::quiet_NaN());  // never skips a row
        std::vector<float> codeword(table.base().dim());
        for (std::size_t i = 0; i < products_.rows(); ++i) {
            table.base().lookup(static_cast<typename Coded::base_type::id_type>(i), codeword);
            const column_group group = table.group(i >> table.codes().bits());
            const auto every_column = [&](auto&& visit) {
                for (std::size_t c = 0; c < group.count; ++c) visit(c);
            };
            (void)score_sparse_row(every_column, codeword.data(), columns.row(group.first).data(), always.data(),
                                   products_.row(i).data());
        }
    }

    /// Writes the scores of row x, unless all are at most their thresholds. Returns true if it wrote them.
    template <class Codes>
    [[nodiscard]] bool add(const Codes& codes, std::size_t x, const float* thresholds, float* scores) const noexcept {
        const auto rows = [&](auto&& visit) {
            for (std::size_t k = 0; k < codes.terms(); ++k) visit(codes.row(x, k));
        };
        return score_sparse_row(rows, ones_.data(), products_.data(), thresholds, scores);
    }

    /// The score of row x for query q of the panel, as add() computes it.
    template <class Codes>
    [[nodiscard]] float score(const Codes& codes, std::size_t x, std::size_t q) const noexcept {
        float sum = 0;
        for (std::size_t k = 0; k < codes.terms(); ++k) sum += products_.row(codes.row(x, k))[q];
        return sum;
    }
    /// One row per codeword, one column per query.
    [[nodiscard]] matrix_view<const float> products() const noexcept { return products_.view(); }

private:
    matrix<float> products_;
    std::vector<float> ones_;
};

template <class Coded>
void score_codes(const Coded& table, std::span<const float> query, std::span<float> out, executor_ref exec) {
    const code_products products(table, matrix_view<const float>(query.data(), 1, query.size()));
    std::array<float, code_products::width> always;
    always.fill(std::numeric_limits<float>::quiet_NaN());
    for_each_chunk(exec, table.size(), std::size_t{4096}, [&](std::size_t first, std::size_t last) {
        std::array<float, code_products::width> scores;
        for (std::size_t x = first; x < last; ++x) {
            (void)products.add(table.codes(), x, always.data(), scores.data());
            out[x] = scores[0];
        }
    });
}

/// Ranking for up to 64 queries, the first of which is `first_query` of all.
template <class Coded>
class code_ranking {
    static constexpr std::size_t width = code_products::width;

public:
    code_ranking(const Coded& table, matrix_view<const float> queries, std::span<best_list<float>> lists,
                 const excluded_ids& excluded, std::size_t first_query)
        : table_(table), lists_(lists), excluded_(excluded), first_query_(first_query) {
        for (std::size_t q = 0; q < queries.rows(); q += width)
            panels_.emplace_back(table, queries.rows_from(q, (std::min)(width, queries.rows() - q)));
    }
    void run() {
        const std::size_t next = rank_rows(0, code_bounds::can_bound(table_.codes().terms()));
        if (next == table_.size()) return;
        code_bounds bounds(table_.codes());
        for (std::size_t p = 0; p < panels_.size(); ++p) bounds.take(panels_[p].products(), p * width);
        if (!bounds.are_finite()) {
            (void)rank_rows(next, false);
            return;
        }
        for (std::size_t q = 0; q < lists_.size(); ++q) bounds.set_threshold(q, lists_[q].threshold());
        bounds.for_each_candidate(table_.codes(), next, [&](std::size_t x, std::size_t q) {
            if (offer(x, q, panels_[q / width].score(table_.codes(), x, q % width)))
                bounds.set_threshold(q, lists_[q].threshold());
        });
    }

private:
    /// Returns true if the list of query q, which is full now, has changed.
    bool offer(std::size_t x, std::size_t q, float score) {
        best_list<float>& list = lists_[q];
        if (list.is_full() && score <= list.threshold()) return false;
        if (excluded_(first_query_ + q).contains(x)) return false;
        list.offer({x, score});
        return list.is_full();
    }
    /// Scores rows from x on for all queries at once, and returns where it stopped: once all lists are full, or at the end.
    std::size_t rank_rows(std::size_t x, bool until_full) {
        std::array<float, 64> thresholds, scores;
        thresholds.fill(std::numeric_limits<float>::infinity());  // lanes without a query accept nothing
        std::size_t full = 0;
        for (std::size_t q = 0; q < lists_.size(); ++q) {
            thresholds[q] = lists_[q].is_full() ? lists_[q].threshold() : std::numeric_limits<float>::quiet_NaN();
            full += lists_[q].is_full();
        }
        for (; x < table_.size() && !(until_full && full == lists_.size()); ++x)
            for (std::size_t p = 0; p < panels_.size(); ++p) {
                float* const of_panel = scores.data() + p * width;
                if (!panels_[p].add(table_.codes(), x, thresholds.data() + p * width, of_panel)) continue;
                for (std::size_t q = p * width; q < (std::min)((p + 1) * width, lists_.size()); ++q) {
                    const bool was_full = lists_[q].is_full();
                    if (scores[q] <= thresholds[q] || !offer(x, q, scores[q])) continue;
                    full += !was_full;
                    thresholds[q] = lists_[q].threshold();
                }
            }
        return x;
    }

    const Coded& table_;
    std::span<best_list<float>> lists_;
    const excluded_ids& excluded_;
    std::size_t first_query_;
    std::vector<code_products> panels_;
};

template <class Coded>
void rank_codes(const Coded& table, matrix_view<const float> queries, std::span<best_list<float>> lists,
                const excluded_ids& excluded, executor_ref exec) {
    for_each_chunk(exec, queries.rows(), code_bounds::width, [&](std::size_t begin, std::size_t end) {
        code_ranking(table, queries.rows_from(begin, end - begin), lists.subspan(begin, end - begin), excluded, begin).run();
    });
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
