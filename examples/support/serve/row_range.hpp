// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Consecutive rows of a table as a table of their own, for example the items of a table whose first rows are users.

#include <pleach/table/concepts.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace support {

/// Rows first .. first + size() - 1. A view: the table must outlive it.
template <pleach::enumerable_table Table>
class row_range {
public:
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;

    /// *Throws:* std::invalid_argument if the table ends before the range does.
    row_range(const Table& table, std::size_t first, std::size_t count) : table_(&table), first_(first), count_(count) {
        if (first > table.size() || count > table.size() - first)
            throw std::invalid_argument("row_range: rows " + std::to_string(first) + " to " + std::to_string(first + count) +
                                        " were requested, but the table has " + std::to_string(table.size()) +
                                        ": give the table and the ids of the same run");
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] std::size_t dim() const noexcept { return table_->dim(); }
    void lookup(id_type id, std::span<value_type> out) const { table_->lookup(static_cast<id_type>(id + first_), out); }

private:
    const Table* table_;
    std::size_t first_;
    std::size_t count_;
};

}  // namespace support
