// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frozen tables that are made of other tables: compositions, tables of codes, and adaptors of your own. The frozen form of
/// an adaptor is the same adaptor over frozen parts, so code that uses the one can use the other. In addition to over(f) and
/// for_each_part(self, visit), which table/parts.hpp requires, such an adaptor has
///
///     static std::string kind();                             // its name in files: "scaled"
///     template <class Reader>                                // rebuilds the table from its parts and what it wrote
///     static scaled read_frozen(Reader& from);
///
/// and, if it stores data of its own in addition to its parts,
///
///     template <class Writer>
///     void write_frozen(Writer& to) const;
///
/// With `static constexpr bool adds_rows = true`, values of parts that are stored with a scale per row all get the same scale, so
/// that rows can be added in whole numbers (shared_scale.hpp).
///
/// `Writer` is a section_writer, `Reader` a section_reader. A part to which for_each_part gives no name is called "base" in
/// files. docs/howto/write_your_own_combiner.md freezes a user-defined combiner, docs/howto/write_your_own_adaptor.md an
/// adaptor.

#include <pleach/compose/constant.hpp>
#include <pleach/frozen/adaptor_sections.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/table/parts.hpp>

#include <tuple>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {

// The tables among the arguments of a template, including those inside a part<Table, Map>.
template <class T>
struct tables_in : std::type_identity<std::tuple<>> {};
template <class Tuple, class Argument>
struct and_table : std::type_identity<Tuple> {};
template <class... Tables, class Argument>
    requires embedding_table<Argument>
struct and_table<std::tuple<Tables...>, Argument> : std::type_identity<std::tuple<Tables..., Argument>> {};
template <class... Tables, class Argument>
    requires embedding_table<typename Argument::table_type>
struct and_table<std::tuple<Tables...>, Argument> : std::type_identity<std::tuple<Tables..., typename Argument::table_type>> {};
template <class Tuple, class... Arguments>
struct and_tables : std::type_identity<Tuple> {};
template <class Tuple, class First, class... Others>
struct and_tables<Tuple, First, Others...> : and_tables<typename and_table<Tuple, First>::type, Others...> {};
template <template <class...> class Template, class... Arguments>
struct tables_in<Template<Arguments...>> : and_tables<std::tuple<>, Arguments...> {};
template <class T>
    requires requires { typename T::part_types; }
struct tables_in<T> : std::type_identity<typename T::part_types> {};

}  // namespace detail

/// The types of the parts of an adaptor: the tables among its template arguments, or its `part_types`, a std::tuple.
template <class Adaptor>
using parts_of = typename detail::tables_in<Adaptor>::type;

/// An adaptor that can be frozen as an adaptor over its frozen parts.
template <class T>
concept freezable_adaptor = has_parts<T> && requires {
    { T::kind() } -> std::convertible_to<std::string>;
};

namespace detail {

template <class T>
struct shares_rows;
template <class Tuple>
inline constexpr bool any_shares_rows = false;
template <class... Parts>
inline constexpr bool any_shares_rows<std::tuple<Parts...>> = (shares_rows<Parts>::value || ...);
// Whether a table, or one nested in it, may store fewer rows than it has entities.
template <class T>
struct shares_rows : std::bool_constant<freezable_adaptor<T> || (has_parts<T> && any_shares_rows<parts_of<T>>)> {};

template <class Format, class Table>
struct frozen_form;

template <class Format>
struct form_mapper {
    template <class Part>
    typename frozen_form<Format, Part>::type operator()(const Part&) const {
        throw std::logic_error("pleach::frozen::form_of: only the type is asked for");
    }
};

/// `type`: for an adaptor, the same adaptor over the frozen forms of its parts; for any other table, Format.
template <class Format, class Table>
struct frozen_form {
    static_assert(
        !hides_parts<Table>,
        "pleach::freeze cannot look into a table that is made of another; give it over(f) and for_each_part(self, visit), as "
        "docs/howto/write_your_own_adaptor.md shows");
    static_assert(
        freezable_adaptor<Table> || !shares_rows<Table>::value,
        "pleach::freeze would write a row for each entity of a table that shares rows, as an adaptor over it has no kind(): "
        "give it kind() and read_frozen(from), as frozen/adaptor.hpp says, or freeze<Format>(table) to write all rows");
    using type = Format;
};
template <class Format, freezable_adaptor Table>
struct frozen_form<Format, Table> {
    using type = decltype(std::declval<const Table&>().over(std::declval<form_mapper<Format>>()));
};

// A constant table is frozen like any other.
template <class Format, class Base>
struct frozen_form<Format, constant<Base>> : frozen_form<Format, Base> {};

template <class Table>
[[nodiscard]] const Table& without_constant(const Table& table) noexcept {
    return table;
}
template <class Base>
[[nodiscard]] const auto& without_constant(const constant<Base>& table) noexcept {
    return without_constant(table.base());
}

// Calls use(format<type of the matching frozen part>, part, prefix) for every part.
template <class Frozen, class Table, class Use>
void for_each_frozen_part(const Table& table, const std::string& prefix, const Use& use) {
    using frozen_parts = parts_of<Frozen>;
    static_assert(std::tuple_size_v<frozen_parts> == std::tuple_size_v<parts_of<Table>>,
                  "pleach::freeze: the frozen type must have as many parts as the table");
    std::size_t k = 0;
    for_each_part(table, [&]<class Part>(std::string_view name, const Part& part) {
        const std::string at = prefix + (name.empty() ? "base" : std::string(name)) + ".";
        const auto use_as = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
            if constexpr (std::same_as<std::tuple_element_t<K, parts_of<Table>>, Part>)
                if (K == k) use(format<std::tuple_element_t<K, frozen_parts>>{}, part, at);
        };
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (use_as(std::integral_constant<std::size_t, K>{}), ...);
        }(std::make_index_sequence<std::tuple_size_v<frozen_parts>>());
        ++k;
    });
}

template <class Frozen>
struct format {
    static_assert(
        freezable_adaptor<Frozen>,
        "pleach::freeze and pleach::open need the type of a frozen table: frozen rows, such as frozen::bitmap_rows<>, or an "
        "adaptor over such with kind() and read_frozen(from), as frozen/adaptor.hpp says; form_of<Format, Table> names it");

    /// `how` is an executor, or the function that freeze_parts was given.
    template <class Table, class How>
    static void freeze(const Table& given, image& into, const std::string& prefix, const How& how) {
        const auto& table = without_constant(given);
        using source = std::remove_cvref_t<decltype(table)>;
        static_assert(freezable_adaptor<source>,
                      "pleach::freeze: the frozen type is made of parts, but the table is not; take form_of<Format, Table>");
        if (source::kind() != Frozen::kind())
            throw std::invalid_argument("pleach::freeze: the table is \"" + source::kind() + "\", the frozen type \"" +
                                        Frozen::kind() + "\"; take form_of<Format, Table>");
        describe_kind(table, into, prefix, Frozen::kind());
        section_writer to(into, prefix);
        if constexpr (requires { table.write_frozen(to); }) table.write_frozen(to);
        for_each_frozen_part<Frozen>(table, prefix, [&]<class Part>(auto part_format, const Part& part, const std::string& at) {
            if constexpr (adds_rows<source> && executor<How> && !has_parts<Part>)
                part_format.freeze(with_shared_scale<Part>(part), into, at, how);
            else
                part_format.freeze(part, into, at, how);
        });
    }

    /// As freeze, but only records the size of each array that it would make.
    template <class Table, class Executor>
    static void measure(const Table& given, array_sizes& into, const std::string& prefix, const Executor& exec) {
        const auto& table = without_constant(given);
        image own;
        section_writer to(own, prefix);
        if constexpr (requires { table.write_frozen(to); }) table.write_frozen(to);
        for (const auto& [name, data] : own.content().arrays())
            into.emplace(name, std::visit([](auto elements) { return elements.size_bytes(); }, data));
        for_each_frozen_part<Frozen>(table, prefix, [&](auto part_format, const auto& part, const std::string& at) {
            part_format.measure(part, into, at, exec);
        });
    }

    template <class Context>
    [[nodiscard]] static Frozen read(Context& context, const std::string& prefix) {
        section_reader<Context> from(context, prefix, read_kind(context, prefix, Frozen::kind()));
        try {
            Frozen table = Frozen::read_frozen(from);
            from.check_shape(table);
            return table;
        } catch (const std::invalid_argument& refused) {  // by the adaptor itself
            from.refuse(frozen_errc::bad_metadata, "kind", refused.what());
        }
    }
};

}  // namespace detail

/// The type that a table has when each of its innermost parts is frozen in one format.
template <class Format, class Table>
using form_of = typename detail::frozen_form<Format, Table>::type;

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
