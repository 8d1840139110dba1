// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table whose rows are combined from rows of smaller tables, which entities share through index maps:
///
///     e_x = combine(P[p(x)], Q[q(x)], ...)
///
/// Parts are any enumerable tables, so they can be masked, thresholded or composed themselves. The table has as many entities
/// as it was made for, but stores only its parts; footprint() counts those. Sources: Shi et al., KDD 2020 (complementary
/// partitions); Liang et al., "CERP", ICDM 2023.

#include <pleach/compose/combine.hpp>
#include <pleach/compose/part.hpp>
#include <pleach/compose/rank.hpp>
#include <pleach/core/detail/scratch.hpp>
#include <pleach/table/parts.hpp>

#include <algorithm>
#include <tuple>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// `Ids` is the id type of the entities, or any_id<type>. compose() deduces it.
template <class Combiner, class Ids, class... Parts>
class composed {
    static_assert(sizeof...(Parts) >= 1, "pleach::composed needs at least one part");
    static_assert(combiner<Combiner>,
                  "pleach::composed needs a combiner: a type with dim(widths), combine(rows, out) and "
                  "pull_back(rows, k, upstream, scratch), such as sum");
    using first_table = typename std::tuple_element_t<0, std::tuple<Parts...>>::table_type;
    static constexpr bool are_counted = detail::ids_of<Ids>::are_counted;
    template <class F, class Part>
    using part_over = part<part_under<F, typename Part::table_type>, typename Part::map_type>;

public:
    using value_type = typename first_table::value_type;
    using id_type = typename detail::ids_of<Ids>::type;
    using combiner_type = Combiner;
    static constexpr std::size_t part_count = sizeof...(Parts);
    static_assert((std::same_as<typename Parts::table_type::value_type, value_type> && ...),
                  "pleach::composed needs parts with the same value_type");
    static_assert((detail::serves_ids<Parts, id_type> && ...),
                  "pleach::composed needs ids of one kind: a table under identity_map has ids of another type; a user "
                  "is not an item");
    static_assert(
        are_counted || (open_index_map<typename Parts::map_type> && ...),
        "pleach::composed without a number of entities needs maps that serve any id, such as hashed_map and remainder_map");

    /// The gradients of the parts, in their order.
    struct gradient_type {
        std::tuple<gradient_of<typename Parts::table_type>...> parts;
    };

    /// *Throws* std::invalid_argument if the parts' widths do not fit the combiner, or a map leads beyond the end of its table.
    explicit composed(std::size_t entities, Parts... parts)
        requires(are_counted)
        : size_(entities), parts_(std::move(parts)...), dim_(Combiner::dim(dims())) {
        if (entities > 0) check_maps(entities - 1);
    }
    /// A table over an open domain: every id is an entity.
    explicit composed(Parts... parts)
        requires(!are_counted)
        : parts_(std::move(parts)...), dim_(Combiner::dim(dims())) {
        check_maps(0);
    }

    /// Number of entities, not of stored rows.
    [[nodiscard]] std::size_t size() const noexcept
        requires(are_counted)
    {
        return size_;
    }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    template <std::size_t K>
    [[nodiscard]] const auto& get() const noexcept {
        return std::get<K>(parts_);
    }
    template <std::size_t K>
    [[nodiscard]] auto& get() noexcept {
        return std::get<K>(parts_);
    }
    /// Calls visit(part) for each part, in order.
    template <class Visit>
    void each(Visit&& visit) const {
        std::apply([&](const auto&... p) { (visit(p), ...); }, parts_);
    }
    template <class Visit>
    void each(Visit&& visit) {
        std::apply([&](auto&... p) { (visit(p), ...); }, parts_);
    }

    /// See table/parts.hpp; f must return tables with the same number of rows. Braces fix the order of evaluation.
    template <class F>
    [[nodiscard]] auto over(F&& f) const {
        return std::apply(
            [&](const auto&... p) {
                using result = composed<Combiner, Ids, part_over<F, Parts>...>;
                if constexpr (are_counted)
                    return result{size_, part_over<F, Parts>{p.name, f(p.table), p.map}...};
                else
                    return result{part_over<F, Parts>{p.name, f(p.table), p.map}...};
            },
            parts_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        self.each([&](auto& one) { visit(one.name, one.table); });
    }
    /// See frozen/adaptor.hpp.
    [[nodiscard]] static std::string kind() {
        static_assert(requires { Combiner::name; }, "pleach::composed: a combiner needs a static name to be in a frozen file");
        return "composed<" + std::string(Combiner::name) + ">";
    }
    template <class Writer>
    void write_frozen(Writer& to) const {
        std::vector<std::string> names;
        each([&](const auto& one) {
            names.push_back(one.name);
            to.map(one.name + ".map", one.map);
        });
        to.names("parts", names);
    }
    /// Braces fix the order of evaluation.
    template <class Reader>
    [[nodiscard]] static composed read_frozen(Reader& from) {
        const std::vector<std::string> names = from.names("parts", part_count);
        return [&]<std::size_t... K>(std::index_sequence<K...>) {
            return composed{from.entities(), read_part<Parts>(from, names[K])...};
        }(std::index_sequence_for<Parts...>());
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim(). *Complexity:* one lookup per part.
    void lookup(id_type id, std::span<value_type> out) const {
        PLEACH_EXPECTS(out.size() == dim(), "composed::lookup was given an output whose width is not dim()");
        if constexpr (all_hold_rows)
            Combiner::combine(rows_of(id, nullptr), out);
        else
            detail::with_scratch<value_type>(
                part_count * dim_, [&](std::span<value_type> room) { Combiner::combine(rows_of(id, room.data()), out); });
    }

    /// Called by score() and top_k() of table/top_k.hpp; see rank.hpp.
    void score(std::span<const value_type> query, std::span<value_type> out, executor_ref exec) const
        requires(separable_combiner<Combiner> && are_counted)
    {
        detail::score_through_parts(*this, query, out, exec);
    }
    void rank(matrix_view<const value_type> queries, std::span<best_list<value_type>> lists, const excluded_ids& excluded,
              executor_ref exec) const
        requires(separable_combiner<Combiner> && are_counted)
    {
        detail::rank_through_parts(*this, queries, lists, excluded, exec);
    }

    [[nodiscard]] gradient_type make_gradient() const
        requires(has_gradient<typename Parts::table_type> && ...)
    {
        return std::apply([](const auto&... p) { return gradient_type{{p.table.make_gradient()...}}; }, parts_);
    }

    /// *Complexity:* one accumulate per part, plus one lookup per part if the combiner needs the rows.
    void accumulate(id_type id, std::span<const value_type> upstream, gradient_type& gradient) const
        requires(trainable_table<typename Parts::table_type> && ...)
    {
        constexpr bool looks_up = detail::needs_rows<Combiner> && !all_hold_rows;
        detail::with_scratch<value_type>(dim_ + (looks_up ? part_count * dim_ : 0), [&](std::span<value_type> room) {
            rows_type rows;
            if constexpr (detail::needs_rows<Combiner>)
                rows = rows_of(id, room.data() + dim_);
            else
                std::ranges::transform(dims(), rows.begin(), [&](std::size_t dim) { return upstream.first(dim); });
            pull_back(id, rows, upstream, room.first(dim_), gradient, std::index_sequence_for<Parts...>{});
        });
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        each([&](const auto& one) { visit_parameters(one.name, one.table, visit); });
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (visit_parameters(get<K>().name, get<K>().table, std::get<K>(gradient.parts), visit), ...);
        }(std::index_sequence_for<Parts...>{});
    }

private:
    template <class Part, class Reader>
    [[nodiscard]] static Part read_part(Reader& from, const std::string& name) {
        auto table = from.template part<typename Part::table_type>(name);
        auto map = from.template map<typename Part::map_type>(name + ".map", table.size());
        return Part{name, std::move(table), std::move(map)};
    }

    using rows_type = std::array<std::span<const value_type>, part_count>;
    static constexpr bool all_hold_rows = (row_table<typename Parts::table_type> && ...);

    [[nodiscard]] std::array<std::size_t, part_count> dims() const {
        return std::apply([](const auto&... p) { return std::array{p.table.dim()...}; }, parts_);
    }

    void check_maps(std::size_t last_entity) const {
        each([&](const auto& p) {
            const std::size_t rows = p.map.rows(), last = p.map(last_entity);
            const std::size_t reached = last < rows ? rows : last + 1;
            if (reached > p.table.size())
                throw std::invalid_argument("pleach::composed: the map of part \"" + p.name + "\" leads to " +
                                            std::to_string(reached) + " rows, but its table has " +
                                            std::to_string(p.table.size()) + "; make the table longer or the map shorter");
        });
    }

    // The parts' rows for an entity. Rows that a part does not store are written to `room`, one after the other.
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

    std::size_t size_ = 0;
    std::tuple<Parts...> parts_;
    std::size_t dim_;
};

/// Makes a composed table of `entities` entities. The id type is that of the first part under identity_map, or std::uint32_t if
/// there is none.
template <class Combiner, class... Tables, class... Maps>
[[nodiscard]] auto compose(std::size_t entities, part<Tables, Maps>... parts) {
    using ids = typename detail::ids_of_parts<part<Tables, Maps>...>::type;
    return composed<Combiner, ids, part<Tables, Maps>...>(entities, std::move(parts)...);
}
/// As above, with the id type Id: `compose<hadamard, user_id>(users, ...)`.
template <class Combiner, entity_id Id, class... Tables, class... Maps>
[[nodiscard]] composed<Combiner, Id, part<Tables, Maps>...> compose(std::size_t entities, part<Tables, Maps>... parts) {
    return composed<Combiner, Id, part<Tables, Maps>...>(entities, std::move(parts)...);
}
/// For every 64-bit id (or every Id), through maps that accept all of them; such a table has no size().
template <class Combiner, entity_id Id = std::uint64_t, class... Tables, class... Maps>
[[nodiscard]] composed<Combiner, any_id<Id>, part<Tables, Maps>...> compose(part<Tables, Maps>... parts) {
    return composed<Combiner, any_id<Id>, part<Tables, Maps>...>(std::move(parts)...);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
