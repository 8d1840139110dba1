// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks the part of the table concepts that the compiler cannot, for your own table. No test framework is needed:
///
///     const auto report = pleach::testing::check(my_table(...));
///     if (!report.passed()) std::fputs(report.text().c_str(), stderr);
///
/// Give it a table with a dozen rows and some nonzero values, in double if it has parameters: finite differences are then
/// accurate to 1e-8, in float only to 2e-3.

#include <pleach/testing/detail/check_optional.hpp>
#include <pleach/testing/detail/check_parts.hpp>
#include <pleach/testing/detail/check_reading.hpp>
#include <pleach/testing/detail/check_training.hpp>

#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {

/// Tries the axioms of every concept that Table models and reports those that fail. Works on its own copy; rows that the table
/// borrows are changed and restored. *Complexity:* a few thousand lookups.
template <class Table>
[[nodiscard]] conformance_report check(Table table) {
    static_assert(embedding_table<Table>,
                  "pleach::testing::check needs an embedding_table: a type with value_type, id_type, dim() and "
                  "lookup(id, out), where value_type is a floating-point type and id_type an entity_id");
    conformance_report report;
    if (table.dim() == 0) {
        report.violations.emplace_back("rows have at least one column, but dim() is 0");
        return report;
    }
    if constexpr (enumerable_table<Table>)
        if (table.size() > 0 && table.size() - 1 > detail::largest_id<typename Table::id_type>()) {
            report.violations.emplace_back("ids count from 0 to size() - 1, but the id type cannot name the last one");
            return report;
        }
    const std::vector<typename Table::id_type> ids = detail::ids_to_try(std::as_const(table));
    detail::check_bounds(std::as_const(table), ids, report);
    if (!report.violations.empty()) return report;  // out-of-bounds writes would corrupt the data of the other checks
    detail::check_lookups(std::as_const(table), ids, report);
    detail::check_batches(std::as_const(table), ids, report);
    if constexpr (row_table<Table>) detail::check_shown_rows(std::as_const(table), ids, report);
    if constexpr (writable_row_table<Table>) detail::check_written_rows(table, ids, report);
    if constexpr (enumerable_table<Table> && requires { table.mask().test(0, 0); })
        detail::check_dead_entries(std::as_const(table), ids, report);
    detail::optional_checks<Table>(table, ids, report).run();
    const std::size_t before = report.violations.size();
    if constexpr (trainable_table<Table>) detail::training_checks<Table>(table, ids, report).run();
    // The checks of parts rely on the axioms above.
    if (report.violations.size() == before) detail::part_checks<Table>(table, ids, report).run();
    return report;
}

}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
