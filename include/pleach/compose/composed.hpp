// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose rows are combined from the rows of smaller tables, which entities share through index maps:
///
///     e_x = combine(P[p(x)], Q[q(x)], ...)
///
/// Parts are any trainable tables, so that they can be masked, thresholded or composed themselves. The table has as many
/// entities as it was made for, and stores only its parts; footprint() counts those.
/// Sources: Shi et al., KDD 2020 (complementary partitions); Liang et al., "CERP", ICDM 2023.

#include <pleach/compose/combine.hpp>
#include <pleach/compose/detail/named.hpp>
#include <pleach/compose/detail/scratch.hpp>
#include <pleach/compose/index_map.hpp>
#include <pleach/table/concepts.hpp>

#include <tuple>

namespace pleach {
inline namespace PLEACH_ABI {

/// One table of a composition, the map that leads to its rows, and the name before its parameters' ("P" of "P.weights").
template <enumerable_table Table, index_map Map>
struct part {
    using table_type = Table;
    using map_type = Map;
    std::string name;
    Table table;
    Map map;
};
template <class Table, class Map>
part(std::string, Table, Map) -> part<Table, Map>;  // aggregates deduce by themselves, but not in clang 14

template <class Combiner, class... Parts>
class composed {
    static_assert(sizeof...(Parts) >= 1, "pleach::composed needs at least one part");
    using first_table = typename std::tuple_element_t<0, std::tuple<Parts...>>::table_type;

public:
    using value_type = typename first_table::value_type;
    using id_type = std::uint32_t;
    using combiner_type = Combiner;
    static constexpr std::size_t part_count = sizeof...(Parts);
    static_assert((std::same_as<typename Parts::table_type::value_type, value_type> && ...),
                  "pleach::composed needs parts of one value_type");

    /// The gradients of the parts, in their order.
    struct gradient_type {
        std::tuple<typename Parts::table_type::gradient_type...> parts;
    };

    /// *Throws* std::invalid_argument if widths do not fit the combiner, or a map leads beyond its table.
    explicit composed(std::size_t entities, Parts... parts)
        : size_(entities), parts_(std::move(parts)...), dim_(Combiner::dim(dims())) {
        each([&](const auto& p) {
            if (entities == 0) return;
            const std::size_t rows = p.map.rows(), last = p.map(entities - 1);
            const std::size_t reached = last < rows ? rows : last + 1;
            if (reached > p.table.size())
                throw std::invalid_argument("pleach::composed: the map of part \"" + p.name + "\" leads to " +
                                            std::to_string(reached) + " rows, but its table has " +
                                            std::to_string(p.table.size()) + "; make the table longer or the map shorter");
        });
    }

    /// Entities, not stored rows.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    template <std::size_t K>
    [[nodiscard]] const auto& get() const noexcept {
        return std::get<K>(parts_);
    }
    template <std::size_t K>
    [[nodiscard]] auto& get() noexcept {
        return std::get<K>(parts_);
    }
    /// visit(part) for each, in order.
    template <class Visit>
    void each(Visit&& visit) const {
        std::apply([&](const auto&... p) { (visit(p), ...); }, parts_);
    }
    template <class Visit>
    void each(Visit&& visit) {
        std::apply([&](auto&... p) { (visit(p), ...); }, parts_);
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* one lookup in each part.
    void lookup(id_type id, std::span<value_type> out) const {
        PLEACH_EXPECTS(out.size() == dim(), "composed::lookup was given an output of another width than dim()");
        if constexpr (all_hold_rows)
            Combiner::combine(rows_of(id, nullptr), out);
        else
            detail::with_scratch<value_type>(
                part_count * dim_, [&](std::span<value_type> room) { Combiner::combine(rows_of(id, room.data()), out); });
    }

    [[nodiscard]] gradient_type make_gradient() const {
        return std::apply([](const auto&... p) { return gradient_type{{p.table.make_gradient()...}}; }, parts_);
    }

    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const {
        detail::with_scratch<value_type>(dim_ + (all_hold_rows ? 0 : part_count * dim_), [&](std::span<value_type> room) {
            pull_back(id, rows_of(id, room.data() + dim_), upstream, room.first(dim_), gradient,
                      std::index_sequence_for<Parts...>{});
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        each([&](const auto& one) { detail::visit_parameters(one.name + ".", one.table, visit); });
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        step_parts(gradient, visit, std::index_sequence_for<Parts...>{});
    }

    template <class Visit>
    void for_each_assignment(Visit&& visit) const
        requires(has_assignments<typename Parts::table_type> || ...)
    {
        each([&](const auto& one) { detail::visit_assignments(one.name + ".", one.table, visit); });
    }
    void set_assignment(std::string_view name, matrix<std::uint32_t> ids, matrix<value_type> weights)
        requires(has_assignments<typename Parts::table_type> || ...)
    {
        each([&](auto& one) {
            if (name.starts_with(one.name + ".")) detail::set_named_assignment(one.name + ".", one.table, name, ids, weights);
        });
    }

    /// As masked::set_support, for the part that the parameter's name begins with.
    void set_support(std::string_view parameter, const bit_mask& mask)
        requires(has_replaceable_support<typename Parts::table_type> || ...)
    {
        each([&](auto& one) { detail::set_named_support(one.name + ".", one.table, parameter, mask); });
    }

private:
    using rows_type = std::array<std::span<const value_type>, part_count>;
    static constexpr bool all_hold_rows = (row_table<typename Parts::table_type> && ...);

    [[nodiscard]] std::array<std::size_t, part_count> dims() const {
        return std::apply([](const auto&... p) { return std::array{p.table.dim()...}; }, parts_);
    }

    // The parts' rows for an entity. Those that a part does not hold are written to `room`, one behind the other.
    [[nodiscard]] rows_type rows_of(id_type id, value_type* room) const {
        rows_type rows;
        std::size_t k = 0;
        each([&]<class Part>(const Part& one) {
            using part_id = typename Part::table_type::id_type;
            const auto row = static_cast<part_id>(one.map(to_index(id)));
            if constexpr (row_table<typename Part::table_type>) {
                rows[k++] = one.table.row(row);
            } else {
                const std::span<value_type> into(room, one.table.dim());
                one.table.lookup(row, into);
                rows[k++] = into;
                room += into.size();
            }
        });
        return rows;
    }

    template <std::size_t... K>
    void pull_back(id_type id, const rows_type& rows, std::span<const value_type> upstream, std::span<value_type> scratch,
                   gradient_type& gradient, std::index_sequence<K...>) const {
        const auto one_part = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
            const auto& one = std::get<J>(parts_);
            using part_id = typename std::remove_cvref_t<decltype(one)>::table_type::id_type;
            one.table.accumulate(static_cast<part_id>(one.map(to_index(id))),
                                 Combiner::pull_back(rows, J, upstream, scratch.first(rows[J].size())),
                                 std::get<J>(gradient.parts));
        };
        (one_part(std::integral_constant<std::size_t, K>{}), ...);
    }

    template <class Visit, std::size_t... K>
    void step_parts(gradient_type& gradient, Visit& visit, std::index_sequence<K...>) {
        const auto one_part = [&](auto& one, auto& part_gradient) {
            detail::visit_parameters(one.name + ".", one.table, part_gradient, visit);
        };
        (one_part(std::get<K>(parts_), std::get<K>(gradient.parts)), ...);
    }

    std::size_t size_;
    std::tuple<Parts...> parts_;
    std::size_t dim_;
};

/// composed<Combiner, ...> of these parts, for that many entities.
template <class Combiner, class... Parts>
[[nodiscard]] composed<Combiner, Parts...> compose(std::size_t entities, Parts... parts) {
    return composed<Combiner, Parts...>(entities, std::move(parts)...);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
