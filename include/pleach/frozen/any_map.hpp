// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An index map of whichever kind the words in a frozen file say. A value; copies share what is nested.

#include <pleach/frozen/map_metadata.hpp>

#include <memory>
#include <variant>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

class any_map {
public:
    struct nested;  ///< a split_map or a permuted_map of such maps

    template <class Map>
        requires(std::same_as<Map, identity_map> || std::same_as<Map, remainder_map> || std::same_as<Map, quotient_map> ||
                 std::same_as<Map, digit_map> || std::same_as<Map, hashed_map>)
    any_map(Map map) : map_(std::move(map)) {}
    explicit any_map(nested map);

    /// visit(map), with the map as what it is.
    template <class Visit>
    auto visit(Visit&& visit) const;
    [[nodiscard]] std::size_t operator()(std::uint64_t entity) const noexcept;
    [[nodiscard]] std::size_t rows() const noexcept;

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

/// As for the other maps; found by its argument.
[[nodiscard]] inline std::uint64_t rows_reached(const any_map& map, std::uint64_t n) noexcept {
    using detail::rows_reached;
    return map.visit([n](const auto& one) { return rows_reached(one, n); });
}

namespace detail {

/// Maps within maps; files of the library have two.
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
    const auto try_one = [&]<class Map>(map_tag<Map> tag) {
        if (!found && from.take(name_of_map(tag))) found.emplace(read_map(tag, from));
    };
    try_one(map_tag<identity_map>{});
    try_one(map_tag<remainder_map>{});
    try_one(map_tag<quotient_map>{});
    try_one(map_tag<digit_map>{});
    try_one(map_tag<hashed_map>{});
    if (!found) throw std::invalid_argument("pleach: the words name no index map");
    return *found;
}
inline any_map read_named_map(map_tag<any_map>, map_reader& from) { return read_any_map(from, 0); }

}  // namespace detail
}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
