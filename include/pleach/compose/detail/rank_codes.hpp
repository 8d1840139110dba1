// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact ranking of rows made of codewords, by lookup tables: a panel of queries is multiplied with all codewords once,
///
///     products[k, j][q] = q . C_k[j],        score(q, x) = products[1, j_x1][q] + ... + products[M, j_xM][q]
///
/// so that a row costs one addition per term and vector of queries, and no row is ever assembled. Source: Jegou et al.,
/// "Product quantization for nearest neighbor search", TPAMI 2011, section III (asymmetric distances).

#include <pleach/compose/packed_codes.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/kernel/score_sparse.hpp>
#include <pleach/table/ranking.hpp>

#include <array>
#include <limits>
#include <utility>

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

template <class Coded>
void rank_codes(const Coded& table, matrix_view<const float> queries, std::span<best_list<float>> lists,
                const excluded_ids& excluded, executor_ref exec) {
    constexpr std::size_t width = code_products::width;
    for_each_chunk(exec, queries.rows(), width, [&](std::size_t begin, std::size_t end) {
        const code_products products(table, queries.rows_from(begin, end - begin));
        std::array<float, width> thresholds, scores;
        thresholds.fill(std::numeric_limits<float>::infinity());  // lanes without a query accept nothing
        for (std::size_t q = begin; q < end; ++q) thresholds[q - begin] = std::numeric_limits<float>::quiet_NaN();
        for (std::size_t x = 0; x < table.size(); ++x) {
            if (!products.add(table.codes(), x, thresholds.data(), scores.data())) continue;
            for (std::size_t q = begin; q < end; ++q) {
                if (scores[q - begin] <= thresholds[q - begin]) continue;
                if (excluded(q).contains(x)) continue;
                lists[q].offer({x, scores[q - begin]});
                if (lists[q].is_full()) thresholds[q - begin] = lists[q].threshold();
            }
        }
    });
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
