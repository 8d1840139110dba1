// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a table that are most like one of its rows: by cosine, or by dot product, which prefers long rows.

#include <pleach/core/matrix.hpp>
#include <pleach/table/top_k.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

/// A view of a table whose rows are divided by their lengths; rows of zeros stay so. The table must outlive it.
template <pleach::enumerable_table Table>
class unit_rows {
public:
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;

    explicit unit_rows(const Table& table) : table_(&table) {}

    [[nodiscard]] std::size_t size() const noexcept { return table_->size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return table_->dim(); }
    void lookup(id_type id, std::span<value_type> out) const {
        table_->lookup(id, out);
        const value_type length = std::sqrt(pleach::dot(out.data(), out.data(), out.size()));
        if (length > 0)
            for (value_type& x : out) x /= length;
    }

private:
    const Table* table_;
};

/// Calls visit(row, best) for each of `rows`, in order, with the min(k, others) most similar other rows, best first.
template <class Table, class Visit>
void similar(const Table& table, std::span<const std::uint32_t> rows, std::size_t k, Visit&& visit, pleach::executor_ref exec) {
    pleach::matrix<float> queries(rows.size(), table.dim());
    for (std::size_t q = 0; q < rows.size(); ++q) table.lookup(static_cast<typename Table::id_type>(rows[q]), queries.row(q));
    pleach::top_k(table, queries.view(), k, [&](std::size_t q, auto best) { visit(rows[q], best); },
                  {.exec = exec, .excluded = [&](std::size_t q) { return rows.subspan(q, 1); }});
}

}  // namespace support
