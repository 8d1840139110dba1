// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a table is made of, declared in one place, and what follows from it. A table made of other tables (an adaptor) has two
/// members:
///
///     template <class F>                              // the same table with f(part) in place of each part
///     auto over(F&& f) const { return scaled<part_under<F, Base>>(f(base_), scale_); }
///
///     template <class Self, class Visit>              // its parts, const or not as Self is
///     static void for_each_part(Self& self, Visit&& visit) { visit("base", self.base_); }
///
/// The names of a part's parameters and assignments are prefixed with its name and a dot; the name "" adds no prefix.
/// Snapshots, tickets, frozen types, checkpoints, footprints and mask replacement all use these two members. A table that
/// stores its own rows has neither and is a leaf. A table that visibly holds another one but lacks either member is refused at
/// compile time, since its parts would be skipped silently.

#include <pleach/table/assignments.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/parameter.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

/// The type of f(part).
template <class F, class Part>
using part_under = std::remove_cvref_t<std::invoke_result_t<F&, const Part&>>;

namespace detail {

struct no_gradient {};
template <class Table>
struct gradient_or_none {
    using type = no_gradient;
};
template <has_gradient Table>
struct gradient_or_none<Table> {
    using type = typename Table::gradient_type;
};

struct same_part {
    template <class Part>
    Part operator()(const Part& part) const {
        return part;
    }
};
struct any_part_visitor {
    void operator()(std::string_view, const auto&) const {}
};

// True if a table, or a template over one, is among the template arguments of T.
template <class T>
struct names_table : std::false_type {};
template <template <class...> class Template, class... Arguments>
struct names_table<Template<Arguments...>>
    : std::bool_constant<((embedding_table<Arguments> || names_table<Arguments>::value) || ...)> {};

template <class T>
concept shows_base = requires(const T& table) { requires embedding_table<std::remove_cvref_t<decltype(table.base())>>; };

}  // namespace detail

/// A part's gradient_type, or an empty type for a part that cannot be trained (a frozen one, for example).
template <class Part>
using gradient_of = typename detail::gradient_or_none<Part>::type;

/// T is made of other tables and declares them: over(f) and for_each_part(self, visit).
template <class T>
concept has_parts = requires(const T& table) {
    table.over(detail::same_part{});
    T::for_each_part(table, detail::any_part_visitor{});
};

/// T is a template over a table, or has a base() that is one, but does not declare its parts.
template <class T>
concept hides_parts = !has_parts<T> && (detail::names_table<T>::value || detail::shows_base<T>);

/// Calls visit(name, part) for each part; a leaf has none.
template <class Table, class Visit>
void for_each_part(Table& table, Visit&& visit) {
    using plain = std::remove_const_t<Table>;
    static_assert(!hides_parts<plain>,
                  "pleach cannot look into a table that is made of another; give it over(f) and for_each_part(self, visit), as "
                  "docs/howto/write_your_own_adaptor.md shows");
    if constexpr (has_parts<plain>) plain::for_each_part(table, visit);
}

/// "part.name", or "name" for a part without a name.
[[nodiscard]] inline std::string part_name(std::string_view part, std::string_view name) {
    return part.empty() ? std::string(name) : std::string(part) + "." + std::string(name);
}

/// Visits the parameters of a part under its name, for an adaptor's for_each_parameter: `visit_parameters("first", first_,
/// visit)`.
template <class Part, class Visit>
void visit_parameters(std::string_view part, const Part& table, Visit& visit) {
    table.for_each_parameter([&](stored_parameter<typename Part::value_type> p) {
        const std::string name = part_name(part, p.name);
        p.name = name;
        visit(std::as_const(p));
    });
}
template <class Part, class Visit>
void visit_parameters(std::string_view part, Part& table, typename Part::gradient_type& gradient, Visit& visit) {
    table.for_each_parameter(gradient, [&](const parameter<typename Part::value_type>& p) {
        const std::string name = part_name(part, p.name);
        visit(parameter<typename Part::value_type>{name, p.role, p.values, p.gradient, p.support});
    });
}

/// Calls visit(stored_assignment) for each assignment of the table and of its parts, these under the part's name.
template <class Table, class Visit>
void for_each_assignment(const Table& table, Visit&& visit) {
    if constexpr (has_assignments<Table>) table.for_each_assignment(visit);
    for_each_part(table, [&](std::string_view part, const auto& one) {
        for_each_assignment(one, [&](stored_assignment<typename Table::value_type> a) {
            const std::string name = part_name(part, a.name);
            a.name = name;
            visit(std::as_const(a));
        });
    });
}

namespace detail {

/// Calls use(part, name within the part) for the table itself and each part that the name may refer to, until one returns true.
/// Returns true if one did.
template <class Table, class Use>
bool use_named(Table& table, std::string_view name, const Use& use) {
    if (use(table, name)) return true;
    bool is_used = false;
    for_each_part(table, [&](std::string_view part, auto& one) {
        if (is_used || !(part.empty() || (name.starts_with(part) && name.substr(part.size()).starts_with('.')))) return;
        is_used = use_named(one, part.empty() ? name : name.substr(part.size() + 1), use);
    });
    return is_used;
}

/// True if some part can replace the mask of that parameter.
template <class Table>
[[nodiscard]] bool is_support_replaceable(const Table& table, std::string_view parameter) {
    return use_named(table, parameter, []<class Part>(const Part&, std::string_view) { return has_replaceable_support<Part>; });
}

[[noreturn]] inline void refuse_name(const char* verb, const char* what, std::string_view name) {
    throw std::invalid_argument("pleach::" + std::string(verb) + ": this table has no " + what + " \"" + std::string(name) +
                                "\"; take a name that it enumerates");
}

}  // namespace detail

/// Replaces the mask of a parameter, in whichever part stores it, as a checkpoint does; newly masked entries become zero.
/// *Throws* std::invalid_argument if there is no such mask or the shapes differ.
template <class Table>
void set_support(Table& table, std::string_view parameter, const bit_mask& mask) {
    const auto use = [&]<class Part>(Part& part, std::string_view name) {
        if constexpr (has_replaceable_support<Part>) part.set_support(name, mask);
        return has_replaceable_support<Part>;
    };
    if (!detail::use_named(table, parameter, use)) detail::refuse_name("set_support", "mask for the parameter", parameter);
}

/// Replaces the assignment of that name, in whichever part stores it. *Throws* std::invalid_argument if there is none, or if
/// ids and weights do not fit it.
template <class Table>
void set_assignment(Table& table, std::string_view name, matrix<std::uint32_t> ids,
                    matrix<typename Table::value_type> weights) {
    const auto use = [&]<class Part>(Part& part, std::string_view own) {
        if constexpr (has_assignments<Part>) {
            bool is_own = false;
            std::as_const(part).for_each_assignment([&](const auto& a) { is_own |= a.name == own; });
            if (is_own) part.set_assignment(own, std::move(ids), std::move(weights));
            return is_own;
        }
        return false;
    };
    if (!detail::use_named(table, name, use)) detail::refuse_name("set_assignment", "assignment", name);
}

}  // namespace PLEACH_ABI
}  // namespace pleach
