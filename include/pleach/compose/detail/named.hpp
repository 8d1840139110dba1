// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parameters and assignments of a part of a table, under the part's name and a point.

#include <pleach/table/assignments.hpp>
#include <pleach/table/parameter.hpp>
#include <pleach/table/state.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Calls visit with what `table` enumerates, its names after `prefix`.
template <class Table, class Visit>
void visit_parameters(std::string_view prefix, const Table& table, Visit& visit) {
    table.for_each_parameter([&](stored_parameter<typename Table::value_type> p) {
        const std::string name = std::string(prefix) + std::string(p.name);
        p.name = name;
        visit(std::as_const(p));
    });
}
template <class Table, class Visit>
void visit_parameters(std::string_view prefix, Table& table, typename Table::gradient_type& gradient, Visit& visit) {
    table.for_each_parameter(gradient, [&](const parameter<typename Table::value_type>& p) {
        const std::string name = std::string(prefix) + std::string(p.name);
        visit(parameter<typename Table::value_type>{name, p.kind, p.values, p.gradient, p.support});
    });
}

/// The same for assignments, of a table that may have none.
template <class Table, class Visit>
void visit_assignments(std::string_view prefix, const Table& table, Visit& visit) {
    if constexpr (has_assignments<Table>)
        table.for_each_assignment([&](stored_assignment<typename Table::value_type> a) {
            const std::string name = std::string(prefix) + std::string(a.name);
            a.name = name;
            visit(std::as_const(a));
        });
}
template <class Table, class T>
void set_named_assignment(std::string_view prefix, Table& table, std::string_view name, matrix<std::uint32_t> ids,
                          matrix<T> weights) {
    if constexpr (has_assignments<Table>)
        if (name.starts_with(prefix)) table.set_assignment(name.substr(prefix.size()), std::move(ids), std::move(weights));
}

/// As masked::set_support, for the part that the parameter's name begins with.
template <class Table>
void set_named_support(std::string_view prefix, Table& table, std::string_view parameter, const bit_mask& mask) {
    if constexpr (has_replaceable_support<Table>)
        if (parameter.starts_with(prefix)) table.set_support(parameter.substr(prefix.size()), mask);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
