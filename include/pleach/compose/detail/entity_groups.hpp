// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The entities of a composed table, those that share a row of one part side by side, so that ranking can leave out many at once:
/// within a group that part's score is one number.

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

/// The mean squared distance of a table's rows from their mean: scores of rows that differ more differ more.
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
    /// Sums are taken for so many entities at a time, and so many rows may be read behind the last entity.
    static constexpr std::size_t block = 16;

    /// Groups by the part whose rows differ most. *Complexity:* entities * parts maps, and one pass over the stored rows; keeps
    /// 4 bytes for each entity and part.
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

    /// The part that has one row in each group.
    [[nodiscard]] std::size_t by() const noexcept { return by_; }
    /// As many as that part has rows; some may be empty.
    [[nodiscard]] std::size_t count() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] std::size_t entities() const noexcept { return ids_.size(); }
    /// Group g is at positions begin(g) .. begin(g + 1) - 1.
    [[nodiscard]] std::size_t begin(std::size_t g) const noexcept { return begins_[g]; }
    /// Ascending within a group.
    [[nodiscard]] std::size_t id(std::size_t position) const noexcept { return ids_[position]; }
    /// The rows of a part that is not by(), at each position.
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
