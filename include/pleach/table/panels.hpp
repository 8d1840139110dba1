// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Consecutive rows of a table, packed into the panels of kernel/score_block.hpp, and their products with groups of queries.
/// Ranks any table; tables with their own ranking can use it as a building block.

#include <pleach/core/matrix.hpp>
#include <pleach/kernel/score_block.hpp>
#include <pleach/table/ranking.hpp>

#include <array>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
class row_panels {
public:
    static constexpr std::size_t width = panel_rows<default_arch, T>;      ///< rows per panel
    static constexpr std::size_t height = group_queries<default_arch, T>;  ///< queries per group

    /// Room for `rows` rows of width `dim`.
    row_panels(std::size_t rows, std::size_t dim) : panels_((rows + width - 1) / width, width * dim), dim_(dim) {}

    [[nodiscard]] std::size_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Packs rows first .. first + count - 1 of a table. *Precondition:* count <= the `rows` given to the constructor.
    template <class Table>
    void read(const Table& table, std::size_t first, std::size_t count) {
        first_ = first;
        count_ = count;
        matrix<T> scratch(width, dim_);
        for (std::size_t p = 0; p * width < count; ++p) {
            const std::size_t here = (std::min)(width, count - p * width);
            for (std::size_t j = 0; j < here; ++j)
                table.lookup(static_cast<typename Table::id_type>(first + p * width + j), scratch.row(j));
            pack_columns(here, width, dim_, [&](std::size_t j) { return scratch.row(j).data(); }, panels_.row(p).data());
        }
    }

    /// Calls use(q, row, scores) for every query and panel: scores[j] = query q . packed row `row` + j, for j < width. query(q)
    /// is a pointer to dim values, for q < queries. *Complexity:* queries * count() * dim multiply-adds.
    template <class Query, class Use>
    void score(std::size_t queries, Query&& query, Use&& use) const {
        const std::size_t groups = (queries + height - 1) / height;
        matrix<T> packed(groups, height * dim_);
        for (std::size_t g = 0; g < groups; ++g)
            pack_columns((std::min)(height, queries - g * height), height, dim_,
                         [&](std::size_t q) { return query(g * height + q); }, packed.row(g).data());
        std::array<T, width * height> scores;
        for (std::size_t p = 0; p * width < count_; ++p)
            for (std::size_t g = 0; g < groups; ++g) {
                score_tile(packed.row(g).data(), panels_.row(p).data(), dim_, scores.data());
                for (std::size_t q = 0; q < height && g * height + q < queries; ++q)
                    use(g * height + q, p * width, scores.data() + q * width);
            }
    }

private:
    matrix<T> panels_;
    std::size_t dim_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
