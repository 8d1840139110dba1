// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The scope of pruning: the whole table, each row, or groups of consecutive rows (such as users and items in one table). A
/// scope divides the rows into ranges; entries are ranked, and exact counts removed, within each range.

#include <pleach/config.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Rows first .. last - 1.
struct row_range {
    std::size_t first;
    std::size_t last;
};

class scope {
public:
    /// All rows are one range.
    [[nodiscard]] static scope table() { return scope(kind::table, {}); }

    /// Each row is a range.
    [[nodiscard]] static scope row() { return scope(kind::row, {}); }

    /// Groups of rows, given by the first row of each group after the first: {users} splits users from items.
    /// *Throws* std::invalid_argument unless the borders increase and the first is above 0.
    [[nodiscard]] static scope row_groups(std::vector<std::size_t> borders) {
        std::size_t before = 0;
        for (const std::size_t border : borders) {
            if (border <= before)
                throw std::invalid_argument("pleach::scope: group borders must increase from above 0, but " +
                                            std::to_string(border) + " follows " + std::to_string(before));
            before = border;
        }
        return scope(kind::groups, std::move(borders));
    }

    /// The ranges of a table of `rows` rows. *Throws* std::invalid_argument if a border is beyond the last row.
    [[nodiscard]] std::vector<row_range> ranges(std::size_t rows) const {
        std::vector<row_range> result;
        if (kind_ == kind::row) {
            for (std::size_t r = 0; r < rows; ++r) result.push_back({r, r + 1});
            return result;
        }
        std::size_t first = 0;
        for (const std::size_t border : borders_) {
            if (border >= rows)
                throw std::invalid_argument("pleach::scope: a group begins at row " + std::to_string(border) +
                                            ", but the table has only " + std::to_string(rows) + " rows");
            result.push_back({first, border});
            first = border;
        }
        result.push_back({first, rows});
        return result;
    }

    /// Whether each row is a range.
    [[nodiscard]] bool is_per_row() const noexcept { return kind_ == kind::row; }

private:
    enum class kind { table, row, groups };
    scope(kind k, std::vector<std::size_t> borders) : kind_(k), borders_(std::move(borders)) {}

    kind kind_;
    std::vector<std::size_t> borders_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
