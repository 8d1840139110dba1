// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ranking of sparse frozen rows on their packed form: each stored value is multiplied with a panel of queries at once, so
/// the work is proportional to the stored values. A block of rows that are all too short to enter any list, by |q . e| <= |q|
/// |e|, is skipped. Scores have the same bits as those of the expanded rows.

#include <pleach/core/matrix.hpp>
#include <pleach/frozen/length_bound.hpp>
#include <pleach/kernel/column_list.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/kernel/score_sparse.hpp>
#include <pleach/kernel/sparse_levels.hpp>
#include <pleach/table/ranking.hpp>

#include <array>
#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen::detail {

/// Writes the values of a row, without its zeros, to `out`, in whole vectors; for_each_column visits their columns.
template <value_code Code>
void read_values(bitmap_reader<Code> row, std::size_t n, float* out) noexcept {
    const std::byte* first = row.values;
    row.skip(n);
    decode_values<default_arch, Code>(first, static_cast<std::size_t>(row.values - first) / size_of(Code), row.scale, out);
}
template <unsigned Bits>
void read_values(bitmap_level_reader<Bits> row, std::size_t n, float* out) noexcept {
    row.skip(n);
    level_reader<Bits> levels{row.levels, row.scale};
    for (std::size_t i = 0; i < row.level; i += lane_count<default_arch>)
        (levels.template next<default_arch>() * float_lanes<default_arch>(row.scale)).store_unaligned(out + i);
}
template <value_code Code, class Column>
void read_values(const column_list<Code, Column>& row, std::size_t, float* out) noexcept {
    decode_values<default_arch, Code>(row.values, row.count, row.scale, out);
}

/// Of a row that begins with a bit per column.
template <class Reader, class Visit>
void for_each_column(Reader row, std::size_t n, Visit&& visit) {
    for (std::size_t first = 0; first < n; first += 64)
        for (std::uint64_t bits = row.next_bits(n - first < 64 ? n - first : 64); bits != 0; bits &= bits - 1)
            visit(first + static_cast<std::size_t>(std::countr_zero(bits)));
}
template <value_code Code, class Column, class Visit>
void for_each_column(const column_list<Code, Column>& row, std::size_t, Visit&& visit) {
    for (std::size_t i = 0; i < row.count; ++i) visit(row.column(i));
}

inline constexpr std::size_t panels_per_task = 4;
inline constexpr std::size_t rows_per_piece = 4096;  // few enough to stay in the L2 cache for all panels of a task

/// One panel of queries, column by column, with their lengths and the scores needed to enter their lists.
struct query_panel {
    static constexpr std::size_t width = query_panel_width<>;
    matrix<float> columns;
    std::array<float, width> lengths{};
    std::array<float, width> thresholds;

    query_panel(matrix_view<const float> queries) : columns(queries.cols(), width) {
        pack_columns(
            queries.rows(), width, queries.cols(), [&](std::size_t q) { return queries.row(q).data(); }, columns.data());
        thresholds.fill(std::numeric_limits<float>::infinity());  // unused lanes of the panel: nothing enters
        for (std::size_t q = 0; q < queries.rows(); ++q) {
            thresholds[q] = std::numeric_limits<float>::quiet_NaN();  // everything enters until the list is full
            float square = 0;
            for (const float x : queries.row(q)) square += x * x;
            lengths[q] = length_bound(square);
        }
    }
    [[nodiscard]] bool may_enter(float bound) const noexcept {
        bool any = false;
        for (std::size_t q = 0; q < width; ++q) any |= !(lengths[q] * bound <= thresholds[q]);
        return any;
    }
};

template <class Table>
void rank_piece(const Table& table, std::size_t first, std::size_t last, query_panel& panel, std::size_t first_query,
                const excluded_ids& excluded, std::span<best_list<float>> lists) {
    const std::size_t dim = table.dim();
    std::vector<float> values(dim + query_panel_width<>);
    std::array<float, query_panel::width> scores;
    for (std::size_t i = first; i < last; ++i) {
        if (i % rows_per_bound == 0 && !panel.may_enter(table.bounds()[i / rows_per_bound])) {
            i += rows_per_bound - 1;
            continue;
        }
        const auto row = table.reader(static_cast<typename Table::id_type>(i));
        read_values(row, dim, values.data());
        const auto columns = [&](auto&& visit) { for_each_column(row, dim, visit); };
        if (!score_sparse_row(columns, values.data(), panel.columns.data(), panel.thresholds.data(), scores.data())) continue;
        for (std::size_t q = 0; q < lists.size(); ++q) {
            if (scores[q] <= panel.thresholds[q]) continue;
            if (excluded(first_query + q).contains(i)) continue;
            lists[q].offer({i, scores[q]});
            if (lists[q].is_full()) panel.thresholds[q] = lists[q].threshold();
        }
    }
}

/// *Complexity:* queries * stored values multiply-adds.
template <class Table>
void rank_sparse_rows(const Table& table, matrix_view<const float> queries, std::span<best_list<float>> lists,
                      const excluded_ids& excluded, executor_ref exec) {
    constexpr std::size_t width = query_panel::width;
    for_each_chunk(exec, queries.rows(), panels_per_task * width, [&](std::size_t begin, std::size_t end) {
        std::vector<query_panel> panels;
        for (std::size_t q = begin; q < end; q += width) panels.emplace_back(queries.rows_from(q, (std::min)(width, end - q)));
        for (std::size_t first = 0; first < table.size(); first += rows_per_piece)
            for (std::size_t p = 0; p < panels.size(); ++p) {
                const std::size_t q = begin + p * width;
                rank_piece(table, first, (std::min)(first + rows_per_piece, table.size()), panels[p], q, excluded,
                           lists.subspan(q, (std::min)(width, end - q)));
            }
    });
}

}  // namespace frozen::detail
}  // namespace PLEACH_ABI
}  // namespace pleach
