// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Axioms of lookups, and of rows that are exposed for reading or writing.

#include <pleach/table/batch.hpp>
#include <pleach/testing/detail/findings.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

inline constexpr std::size_t guard = 8;

// Looks up into the middle of a buffer filled with `fill`; returns an empty vector if elements outside the row were written.
template <class Table>
std::vector<typename Table::value_type> guarded_lookup(const Table& table, typename Table::id_type id,
                                                       typename Table::value_type fill) {
    using T = typename Table::value_type;
    std::vector<T> buffer(table.dim() + 2 * guard, fill);
    table.lookup(id, std::span<T>(buffer).subspan(guard, table.dim()));
    for (std::size_t i = 0; i < guard; ++i)
        if (!same_bits(buffer[i], fill) || !same_bits(buffer[buffer.size() - 1 - i], fill)) return {};
    return {buffer.begin() + guard, buffer.end() - guard};
}

template <class Table>
void check_bounds(const Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "lookup writes all of out and nothing beside it", [&]() -> std::string {
        for (const auto id : ids) {
            const std::vector<T> one = guarded_lookup(table, id, T(123)), other = guarded_lookup(table, id, T(-321));
            if (one.empty() || other.empty()) return "for " + name_of(id) + " elements beside out were written";
            for (std::size_t c = 0; c < one.size(); ++c)
                if (one[c] == T(123) && other[c] == T(-321))
                    return "for " + name_of(id) + " column " + std::to_string(c) + " was not written";
        }
        return {};
    });
}

template <class Table>
void check_lookups(const Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "lookup depends on the table's state and the id alone", [&]() -> std::string {
        const auto before = looked_up(table, ids);
        for (std::size_t j = ids.size(); j-- > 0;)
            if (!same_bits_all(looked_up(table, ids[j]), before[j]) ||
                !same_bits_all(guarded_lookup(table, ids[j], T(7)), before[j]))
                return "asked again, " + name_of(ids[j]) + " had other values";
        return {};
    });
    if constexpr (has_add_to<Table>)
        require_axiom(report, "add_to adds weight times the lookup", [&]() -> std::string {
            for (const auto id : ids) {
                const std::vector<T> row = looked_up(table, id);
                std::vector<T> out(row.size(), T(0.5));
                table.add_to(out, id, T(-3));
                for (std::size_t c = 0; c < row.size(); ++c)
                    if (!is_near(static_cast<double>(out[c]), 0.5 - 3 * static_cast<double>(row[c]),
                                 static_cast<double>(std::numeric_limits<T>::epsilon())))
                        return "for " + name_of(id) + " column " + std::to_string(c) + " became " + std::to_string(out[c]) +
                               " from 0.5, weight -3 and " + std::to_string(row[c]);
            }
            return {};
        });
}

template <class Table>
void check_batches(const Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "gather equals the lookups in order", [&]() -> std::string {
        auto order = ids;
        std::ranges::reverse(order);
        order.insert(order.end(), ids.begin(), ids.end());
        matrix<T> out(order.size(), table.dim());
        gather(table, std::span<const typename Table::id_type>(order), out.view());
        for (std::size_t j = 0; j < order.size(); ++j)
            if (!same_bits_all(out.row(j), looked_up(table, order[j]))) return name_of(order[j]) + " differs";
        return {};
    });
    if constexpr (enumerable_table<Table>)
        require_axiom(report, "gather_all equals the lookups of 0 to size() - 1", [&]() -> std::string {
            matrix<T> out(table.size(), table.dim());
            gather_all(table, out.view());
            for (const auto id : ids)
                if (!same_bits_all(out.row(to_index(id)), looked_up(table, id))) return name_of(id) + " differs";
            return {};
        });
}

template <class Table>
void check_shown_rows(const Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "row shows what lookup copies", [&]() -> std::string {
        for (const auto id : ids)
            if (!same_bits_all(std::span<const T>(table.row(id)), looked_up(table, id))) return name_of(id) + " differs";
        return {};
    });
}

// Writes rows and restores them.
template <class Table>
void check_written_rows(Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "a row that was written is looked up as written, and no other row changes", [&]() -> std::string {
        for (std::size_t j = 0; j < ids.size(); ++j) {
            const auto before = looked_up(table, ids);
            const std::span<T> row = table.row(ids[j]);
            for (std::size_t c = 0; c < row.size(); ++c) row[c] = static_cast<T>(c) + T(0.25);
            const auto after = looked_up(table, ids);
            std::ranges::copy(before[j], row.begin());
            for (std::size_t c = 0; c < table.dim(); ++c)
                if (after[j][c] != static_cast<T>(c) + T(0.25)) return name_of(ids[j]) + " is looked up differently";
            for (std::size_t k = 0; k < ids.size(); ++k)
                if (k != j && !same_bits_all(after[k], before[k])) return name_of(ids[k]) + " changed with " + name_of(ids[j]);
        }
        return {};
    });
}

template <class Table>
void check_dead_entries(const Table& table, const std::vector<typename Table::id_type>& ids, conformance_report& report) {
    using T = typename Table::value_type;
    require_axiom(report, "the mask has one bit for each element and dead elements are +0", [&]() -> std::string {
        if (table.mask().rows() != table.size() || table.mask().cols() != table.dim()) return "its shape differs";
        for (const auto id : ids) {
            const std::vector<T> row = looked_up(table, id);
            for (std::size_t c = 0; c < row.size(); ++c)
                if (!table.mask().test(to_index(id), c) && !same_bits(row[c], T{0}))
                    return name_of(id) + ", column " + std::to_string(c) + " is " + std::to_string(row[c]);
        }
        return {};
    });
}

}  // namespace detail
}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
