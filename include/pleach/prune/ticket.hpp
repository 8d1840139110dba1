// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes a ticket from a search: a table with the support of the trained table and the values that it began with. The types
/// of tickets, through any nesting (table/parts.hpp):
///
///     a searching_table over Base (soft_thresholded, gated)  ->  masked<Base>
///     masked<Base>                                           ->  itself, with the trained support and the initial values
///     an adaptor                                             ->  the same adaptor over tickets of its parts
///     any other table                                        ->  itself, with the initial values
///
/// Assignments are structure, like masks: the trained ones are kept.
///
///     const auto at_start = snapshot(search);          // before the first step
///     ... train search ...
///     auto ticket = draw_ticket(search, at_start);     // V0 .* [V^ != 0]
///
/// Source: Liu et al. (PEP), ICLR 2021, section 3.3, after Frankle and Carbin, ICLR 2019. Their code keeps all values that
/// are left by the step that first meets the budget. With `keep`, the smallest |V^| beyond it are removed as well, over all
/// parts together, so that a budget is met exactly.

#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/snapshot.hpp>

#include <algorithm>
#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

/// A table whose lookups set some stored values of its base to zero: count_nonzero() are left. Its ticket is the base under a
/// mask.
template <class T>
concept searching_table = enumerable_table<T> && requires(const T& table) {
    requires writable_row_table<std::remove_cvref_t<decltype(table.base())>>;
    { table.count_nonzero() } -> std::same_as<std::size_t>;
};

namespace detail {

// A table with a mask, whose snapshot has a mask that can be set.
template <class T>
concept keeps_mask = requires(const T& table, snapshot_of<T>& own, const bit_mask& mask) {
    { table.mask() } -> std::convertible_to<const bit_mask&>;
    own.keep(mask);
};

// The entries that a search or a masked table keeps.
struct kept_support {
    const void* table;
    bit_mask mask;
};

template <class T>
void refuse_hidden_search(const T& leaf) {
    if constexpr (requires { leaf.for_each_parameter(any_visitor{}); })
        leaf.for_each_parameter([](const stored_parameter<typename T::value_type>& p) {
            if (p.live || p.role == role::thresholds)
                throw std::invalid_argument(
                    "pleach::draw_ticket: \"" + std::string(p.name) +
                    "\" belongs to a search inside a table that does not show its parts; give that table "
                    "over(f) and for_each_part(self, visit), as docs/howto/write_your_own_adaptor.md shows");
        });
}

// Calls visit(table) for every search and masked table nested in it, in the order of parts.
template <class Table, class Visit>
void for_each_support(const Table& table, Visit&& visit) {
    static_assert(!hides_parts<Table>,
                  "pleach::draw_ticket cannot look into a table that is made of another; give it over(f) and "
                  "for_each_part(self, visit), as docs/howto/write_your_own_adaptor.md shows");
    if constexpr (searching_table<Table> || keeps_mask<Table>)
        visit(table);
    else if constexpr (has_parts<Table>)
        for_each_part(table, [&](std::string_view, const auto& part) { for_each_support(part, visit); });
    else
        refuse_hidden_search(table);
}

// Calls visit(r, c, |V^|) for every value whose lookup is nonzero, row by row.
template <class Table, class Visit>
void for_each_live(const Table& table, Visit&& visit) {
    using T = typename Table::value_type;
    std::vector<T> row(table.dim());
    for (std::size_t r = 0; r < table.size(); ++r) {
        table.lookup(static_cast<typename Table::id_type>(r), row);
        for (std::size_t c = 0; c < row.size(); ++c) {
            if (!(row[c] == row[c]))
                throw std::invalid_argument("pleach::draw_ticket: row " + std::to_string(r) +
                                            " holds a NaN, so its entries cannot be ranked; training has diverged");
            if (row[c] != T{0}) visit(r, c, row[c] < T{0} ? -row[c] : row[c]);
        }
    }
}

[[nodiscard]] inline const bit_mask& mask_of(const void* table, const std::vector<kept_support>& kept) {
    const auto found = std::ranges::find(kept, table, &kept_support::table);
    if (found == kept.end())
        throw std::logic_error(
            "pleach::draw_ticket: an adaptor's over(f) calls f with a part that its for_each_part does not "
            "show; give both the same members, and no copies");
    return found->mask;
}

template <class Table>
auto ticket_from(const Table& at_start, const std::vector<kept_support>& kept) {
    if constexpr (searching_table<Table>) {
        return masked<std::remove_cvref_t<decltype(at_start.base())>>(at_start.base(), mask_of(&at_start, kept));
    } else if constexpr (keeps_mask<Table>) {
        Table ticket = at_start;
        ticket.keep(mask_of(&at_start, kept));
        return ticket;
    } else if constexpr (has_parts<Table>) {
        return at_start.over([&](const auto& part) { return ticket_from(part, kept); });
    } else {
        return at_start;
    }
}

}  // namespace detail

/// The type of a table's ticket.
template <class Table>
using ticket_of = decltype(detail::ticket_from(std::declval<const snapshot_of<Table>&>(), {}));

/// A table with the support of `trained` and the values of `at_start`, its snapshot. At most `keep` values of thresholded
/// parts are kept, those with the largest lookups; of equal ones, those of earlier parts, rows and columns are removed first,
/// as by magnitude pruning. *Throws* std::invalid_argument if sizes differ or a value is NaN. *Complexity:* O(stored values).
template <class Table, class Snapshot>
[[nodiscard]] ticket_of<Table> draw_ticket(const Table& trained, const Snapshot& at_start,
                                           std::size_t keep = (std::numeric_limits<std::size_t>::max)()) {
    using T = typename Table::value_type;
    static_assert(
        std::same_as<Snapshot, snapshot_of<Table>>,
        "pleach::draw_ticket needs initial values that no longer change: take pleach::snapshot(table) before training");
    const auto shape = [](const auto& table) {
        if constexpr (has_size<Table>)
            return std::to_string(table.size()) + " x " + std::to_string(table.dim());
        else
            return std::to_string(table.dim()) + " columns wide";
    };
    if (shape(trained) != shape(at_start))
        throw std::invalid_argument("pleach::draw_ticket: the trained table is " + shape(trained) + ", its snapshot " +
                                    shape(at_start) + "; take the snapshot from the same table");
    std::vector<T> magnitudes;
    detail::for_each_support(trained, [&]<class Part>(const Part& table) {
        if constexpr (searching_table<Part>)
            detail::for_each_live(table, [&](std::size_t, std::size_t, T m) { magnitudes.push_back(m); });
    });
    const std::size_t surplus = magnitudes.size() > keep ? magnitudes.size() - keep : 0;
    auto cut = cut_smallest(std::span(magnitudes), surplus);
    std::vector<detail::kept_support> kept;
    detail::for_each_support(at_start, [&](const auto& table) { kept.push_back({&table, {}}); });
    std::size_t index = 0;
    detail::for_each_support(trained, [&]<class Part>(const Part& table) {
        bit_mask& mask = kept[index++].mask;
        if constexpr (searching_table<Part>) {
            mask = bit_mask::zeros(table.size(), table.dim());
            detail::for_each_live(table, [&](std::size_t r, std::size_t c, T m) {
                if (!cut.takes(m)) mask.set(r, c);
            });
        } else {
            mask = table.mask();
        }
    });
    auto ticket = detail::ticket_from(at_start, kept);
    for_each_assignment(trained, [&](const stored_assignment<T>& a) {
        set_assignment(ticket, a.name, matrix<std::uint32_t>(a.ids), matrix<T>(a.weights));
    });
    return ticket;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
