// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of compositions, and the id type of their entities: that of a part with one row per entity, so that a user is not
/// an item in a composition either, or any_id, for parts that accept every id.

#include <pleach/compose/index_map.hpp>
#include <pleach/table/concepts.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// One part of a composition: its table, the map from entities to its rows, and the prefix of its parameters' names ("P" in
/// "P.weights").
template <enumerable_table Table, index_map Map>
struct part {
    using table_type = Table;
    using map_type = Map;
    std::string name;
    Table table;
    Map map;
};
template <class Table, class Map>
part(std::string, Table, Map) -> part<Table, Map>;  // clang 14 does not deduce aggregates by itself

/// In place of an id type: every value of Id is an entity, so the table has no size(). All maps must accept every id, as hashes
/// and remainders do.
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

// The id type of the entities: that of the first table under identity_map, or else std::uint32_t.
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

// A table under identity_map must have the same id type, or plain numbers, which stand for any.
template <class Part, class Id>
inline constexpr bool serves_ids = true;
template <class Table, class Id>
inline constexpr bool serves_ids<part<Table, identity_map>, Id> =
    std::same_as<typename Table::id_type, Id> || unsigned_number<typename Table::id_type>;

}  // namespace detail

}  // namespace PLEACH_ABI
}  // namespace pleach
