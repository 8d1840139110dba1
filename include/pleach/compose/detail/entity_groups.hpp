// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The entities of a composed table, grouped by their row of one part, so that ranking can skip whole groups: within a group
/// that part's score is the same.

#include <pleach/core/matrix.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// The mean squared distance of a table's rows from their mean: the larger it is, the more the rows' scores differ.
template <class Table>
[[nodiscard]] double spread_of_rows(const Table& table) {
    std::vector<typename Table::value_type> row(table.dim());
    std::vector<double> total(table.dim());
    double squares = 0;
    for (std::size_t r = 0; r < table.size(); ++r) {
        table.lookup(static_cast<typename Table::id_type>(r), row);
        for (std::size_t c = 0; c < row.size(); ++c) {
            const double x = static_cast<double>(row[c]);
            total[c] += x;
            squares += x * x;
        }
    }
    const double rows = static_cast<double>(table.size());
    return (squares - std::inner_product(total.begin(), total.end(), total.begin(), 0.0) / rows) / rows;
}

template <std::size_t Parts>
class entity_groups {
public:
    /// Scores are summed for `block` entities at a time, and rows() is padded by as many.
    static constexpr std::size_t block = 16;

    /// Groups by the part whose rows differ most. *Complexity:* entities * parts map evaluations and one pass over the stored
    /// rows; keeps 4 bytes per entity and part.
    template <class Table>
    explicit entity_groups(const Table& table) : ids_(table.size()) {
        std::array<std::size_t, Parts> stored;
        double widest = 0;
        std::size_t p = 0;
        table.each([&](const auto& part) {
            stored[p] = part.table.size();
            if (const double spread = spread_of_rows(part.table); spread > widest) {
                widest = spread;
                by_ = p;
            }
            rows_[p].resize(table.size() + block);
            for (std::size_t x = 0; x < table.size(); ++x) rows_[p][x] = static_cast<std::uint32_t>(part.map(x));
            ++p;
        });
        begins_.resize(stored[by_] + 1);
        for (std::size_t x = 0; x < table.size(); ++x) ++begins_[rows_[by_][x] + 1];
        std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
        std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
        for (std::size_t x = 0; x < table.size(); ++x) ids_[next[rows_[by_][x]]++] = static_cast<std::uint32_t>(x);
        std::vector<std::uint32_t> of_entity;
        for (p = 0; p < Parts; ++p) {
            if (p == by_) {
                rows_[p].clear();
                rows_[p].shrink_to_fit();
                continue;
            }
            of_entity = rows_[p];
            for (std::size_t i = 0; i < table.size(); ++i) rows_[p][i] = of_entity[ids_[i]];
        }
    }

    /// The part by whose rows entities are grouped.
    [[nodiscard]] std::size_t by() const noexcept { return by_; }
    /// Number of groups, one per row of that part; some may be empty.
    [[nodiscard]] std::size_t count() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] std::size_t entities() const noexcept { return ids_.size(); }
    /// Group g is at positions begin(g) .. begin(g + 1) - 1.
    [[nodiscard]] std::size_t begin(std::size_t g) const noexcept { return begins_[g]; }
    /// The entity at a position; ascending within a group.
    [[nodiscard]] std::size_t id(std::size_t position) const noexcept { return ids_[position]; }
    /// The row of each position in a part other than by().
    [[nodiscard]] const std::uint32_t* rows(std::size_t part) const noexcept { return rows_[part].data(); }

private:
    std::size_t by_ = 0;
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> ids_;
    std::array<std::vector<std::uint32_t>, Parts> rows_;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
