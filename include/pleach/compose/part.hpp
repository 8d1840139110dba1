// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What compositions are made of, and how their entities are named: by the ids of the part that has a row for each of them, so that a
/// user is no item in a composition either, or by any_id, for parts that serve every id there is.

#include <pleach/compose/index_map.hpp>
#include <pleach/table/concepts.hpp>

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

/// In place of an id type: every value of it is an entity, so that the table has no size(). Only hashes and remainders serve so
/// many.
template <entity_id Id>
struct any_id {};

namespace detail {

template <class Ids>
struct ids_of {
    using type = Ids;
    static constexpr bool are_counted = true;
};
template <class Id>
struct ids_of<any_id<Id>> {
    using type = Id;
    static constexpr bool are_counted = false;
};

// What names the entities: the ids of the first table that has a row for each, or else plain numbers.
template <class... Parts>
struct ids_of_parts {
    using type = std::uint32_t;
};
template <class Part, class... Parts>
struct ids_of_parts<Part, Parts...> : ids_of_parts<Parts...> {};
template <class Table, class... Parts>
struct ids_of_parts<part<Table, identity_map>, Parts...> {
    using type = typename Table::id_type;
};

// A table with a row for each entity is asked by entities of its own kind. Plain numbers may stand for any.
template <class Part, class Id>
inline constexpr bool serves_ids = true;
template <class Table, class Id>
inline constexpr bool serves_ids<part<Table, identity_map>, Id> =
    std::same_as<typename Table::id_type, Id> || unsigned_number<typename Table::id_type>;

}  // namespace detail

}  // namespace PLEACH_ABI
}  // namespace pleach
