// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From a search to a ticket: the support of a trained table and the values that it began with, as a table of another type,
/// through any nesting:
///
///     soft_thresholded<Base, ...>   ->  masked<Base>
///     gated<Base, ...>              ->  masked<Base>
///     composed<Combiner, parts...>  ->  composed<Combiner, tickets of the parts...>
///     masked<Base>, dense_table     ->  itself, with its support and the first values
///
///     const auto at_start = snapshot(search);          // before the first step
///     ... train search ...
///     auto ticket = draw_ticket(search, at_start);     // V0 .* [V^ != 0]
///
/// Source: Liu et al. (PEP), ICLR 2021, section 3.3, after Frankle and Carbin, ICLR 2019. Their code keeps whatever the step that
/// crosses a budget has left; given `keep`, the smallest |V^| beyond it go too, over all parts together, so that a budget is met
/// exactly.

#include <pleach/compose/composed.hpp>
#include <pleach/kernel/select_magnitude.hpp>
#include <pleach/sparse/gated.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/sparse/soft_thresholded.hpp>

#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

template <class Table>
struct ticket_type {
    static_assert(
        !requires(const Table& table) { table.borrowed_rows(); },
        "pleach::draw_ticket needs tables that own their rows: a borrowed_table's snapshot would change with it");
    using type = Table;
};
template <class Base, class Thresholds>
struct ticket_type<soft_thresholded<Base, Thresholds>> {
    static_assert(
        !requires(const Base& base) { base.borrowed_rows(); },
        "pleach::draw_ticket needs tables that own their rows: a borrowed_table's snapshot would change with it");
    using type = masked<Base>;
};
template <class Base, class Layout>
struct ticket_type<gated<Base, Layout>> : ticket_type<soft_thresholded<Base>> {};
template <class Combiner, class... Parts>
struct ticket_type<composed<Combiner, Parts...>> {
    using type = composed<Combiner, part<typename ticket_type<typename Parts::table_type>::type, typename Parts::map_type>...>;
};

// visit(table) for every thresholded or gated table within, in a fixed order.
template <class Table, class Visit>
void for_each_searched(const Table&, Visit&&) {}
template <class Base, class Thresholds, class Visit>
void for_each_searched(const soft_thresholded<Base, Thresholds>& table, Visit&& visit) {
    visit(table);
}
template <class Base, class Layout, class Visit>
void for_each_searched(const gated<Base, Layout>& table, Visit&& visit) {
    visit(table);
}
template <class Combiner, class... Parts, class Visit>
void for_each_searched(const composed<Combiner, Parts...>& table, Visit&& visit) {
    table.each([&](const auto& one) { for_each_searched(one.table, visit); });
}

// visit(r, c, |V^|) for every value that is not zero as looked up, by rows.
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

template <class Table>
Table ticket_from(const Table&, const Table& at_start, std::span<bit_mask>&) {
    return at_start;
}
template <class Base>
masked<Base> ticket_from(const masked<Base>& trained, const masked<Base>& at_start, std::span<bit_mask>&) {
    masked<Base> ticket = at_start;
    ticket.keep(trained.mask());
    return ticket;
}
template <class Base>
masked<Base> next_ticket(const Base& at_start, std::span<bit_mask>& masks) {
    masked<Base> ticket(at_start, masks.front());
    masks = masks.subspan(1);
    return ticket;
}
template <class Base, class Thresholds>
masked<Base> ticket_from(const soft_thresholded<Base, Thresholds>&, const soft_thresholded<Base, Thresholds>& at_start,
                         std::span<bit_mask>& masks) {
    return next_ticket(at_start.base(), masks);
}
template <class Base, class Layout>
masked<Base> ticket_from(const gated<Base, Layout>&, const gated<Base, Layout>& at_start, std::span<bit_mask>& masks) {
    return next_ticket(at_start.base(), masks);
}
template <class Combiner, class... Parts>
auto ticket_from(const composed<Combiner, Parts...>& trained, const composed<Combiner, Parts...>& at_start,
                 std::span<bit_mask>& masks) {
    using result = typename ticket_type<composed<Combiner, Parts...>>::type;
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        // Braces: parts are drawn in their order.
        return result{at_start.size(),
                      part{trained.template get<K>().name,
                           ticket_from(trained.template get<K>().table, at_start.template get<K>().table, masks),
                           trained.template get<K>().map}...};
    }(std::index_sequence_for<Parts...>{});
}

}  // namespace detail

template <class Table>
using ticket_of = typename detail::ticket_type<Table>::type;

/// The support of `trained` and the values of `at_start`. At most `keep` values of thresholded parts stay: the largest as
/// looked up; of equal ones those of earlier parts, rows and columns go first, as magnitude pruning has it.
/// *Throws* std::invalid_argument if sizes differ or a value is not a number. *Complexity:* O(stored values).
template <class Table>
[[nodiscard]] ticket_of<Table> draw_ticket(const Table& trained, const Table& at_start,
                                           std::size_t keep = (std::numeric_limits<std::size_t>::max)()) {
    using T = typename Table::value_type;
    if (trained.size() != at_start.size() || trained.dim() != at_start.dim())
        throw std::invalid_argument("pleach::draw_ticket: the trained table is " + std::to_string(trained.size()) + " x " +
                                    std::to_string(trained.dim()) + ", its snapshot " + std::to_string(at_start.size()) +
                                    " x " + std::to_string(at_start.dim()) + "; take the snapshot from the same table");
    std::vector<T> magnitudes;
    detail::for_each_searched(trained, [&](const auto& table) {
        detail::for_each_live(table, [&](std::size_t, std::size_t, T m) { magnitudes.push_back(m); });
    });
    const std::size_t surplus = magnitudes.size() > keep ? magnitudes.size() - keep : 0;
    auto cut = cut_smallest(std::span(magnitudes), surplus);
    std::vector<bit_mask> masks;
    detail::for_each_searched(trained, [&](const auto& table) {
        bit_mask mask = bit_mask::zeros(table.size(), table.dim());
        detail::for_each_live(table, [&](std::size_t r, std::size_t c, T m) {
            const bool is_tie = m == cut.magnitude && cut.ties > 0;
            if (is_tie) --cut.ties;
            if (m > cut.magnitude || (m == cut.magnitude && !is_tie)) mask.set(r, c);
        });
        masks.push_back(std::move(mask));
    });
    std::span<bit_mask> left(masks);
    return detail::ticket_from(trained, at_start, left);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
