// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An index map of any kind of the library, chosen by a frozen file. A value; copies share nested maps.

#include <pleach/frozen/map_metadata.hpp>

#include <memory>
#include <variant>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {
/// The maps of the library that contain no other map.
using plain_maps = std::tuple<identity_map, remainder_map, quotient_map, digit_map, hashed_map>;

template <class Map, class Maps>
inline constexpr bool is_among = false;
template <class Map, class... Maps>
inline constexpr bool is_among<Map, std::tuple<Maps...>> = (std::is_same_v<Map, Maps> || ...);
}  // namespace detail

class any_map {
public:
    struct nested;  ///< a split_map or a permuted_map of any_maps

    template <class Map>
        requires detail::is_among<Map, detail::plain_maps>
    any_map(Map map) : map_(std::move(map)) {}
    explicit any_map(nested map);

    /// Calls visit(map) with the map in its own type.
    template <class Visit>
    auto visit(Visit&& visit) const;
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept;
    [[nodiscard]] std::size_t rows() const noexcept;
    [[nodiscard]] std::uint64_t reach(std::uint64_t entities) const noexcept;

private:
    std::variant<identity_map, remainder_map, quotient_map, digit_map, hashed_map, std::shared_ptr<const nested>> map_;
};

struct any_map::nested {
    std::variant<split_map<any_map>, permuted_map<any_map>> map;
};

template <class Visit>
auto any_map::visit(Visit&& visit) const {
    return std::visit(
        [&]<class Map>(const Map& map) {
            if constexpr (std::same_as<Map, std::shared_ptr<const nested>>)
                return std::visit(visit, map->map);
            else
                return visit(map);
        },
        map_);
}
inline std::size_t any_map::operator()(std::uint64_t entity) const noexcept {
    return visit([entity](const auto& map) { return static_cast<std::size_t>(map(entity)); });
}
inline std::size_t any_map::rows() const noexcept {
    return visit([](const auto& map) { return static_cast<std::size_t>(map.rows()); });
}
inline any_map::any_map(nested map) : map_(std::make_shared<const nested>(std::move(map))) {}

inline std::uint64_t any_map::reach(std::uint64_t entities) const noexcept {
    return visit([entities](const auto& map) { return detail::rows_reached(map, entities); });
}

namespace detail {

/// Limit of the nesting of maps; files that the library writes have at most two levels.
inline constexpr int deepest_map = 16;

[[nodiscard]] inline any_map read_any_map(map_reader& from, int depth) {
    if (depth == deepest_map) throw std::invalid_argument("pleach: index maps are nested too deep");
    if (from.take("all")) return any_map(any_map::nested{split_map(read_any_map(from, depth + 1))});
    if (from.take("split")) {
        const std::uint64_t border = from.number();
        any_map first = read_any_map(from, depth + 1);
        return any_map(any_map::nested{split_map(border, std::move(first), read_any_map(from, depth + 1))});
    }
    if (from.take("permuted")) {
        const std::size_t entities = from.size();
        const std::uint64_t seed = from.number();
        return any_map(any_map::nested{permuted_map(read_any_map(from, depth + 1), entities, seed)});
    }
    std::optional<any_map> found;
    const auto try_one = [&]<class Map>(map_tag<Map>) {
        if (!found && from.take(Map::name)) found.emplace(read_arguments<Map>(from));
    };
    [&]<class... Maps>(std::tuple<Maps...>*) { (try_one(map_tag<Maps>{}), ...); }(static_cast<plain_maps*>(nullptr));
    if (!found) throw std::invalid_argument("pleach: the metadata names no index map of this library");
    return *found;
}
inline any_map read_named_map(map_tag<any_map>, map_reader& from) { return read_any_map(from, 0); }

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
