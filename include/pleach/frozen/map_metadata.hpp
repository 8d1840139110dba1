// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Index maps as metadata of a frozen file, and back: the name of the map, its numbers, and then the maps nested in it.
///
/// | metadata | map |
/// |---|---|
/// | identity ROWS | identity_map |
/// | remainder ROWS | remainder_map |
/// | quotient ROWS BLOCK | quotient_map |
/// | digit BASE DIGIT | digit_map |
/// | hashed ROWS SEED | hashed_map |
/// | all MAP; split BORDER MAP MAP | split_map |
/// | permuted ENTITIES SEED MAP | permuted_map |
/// | NAME NUMBERS | any other, by its own name and arguments() |

#include <pleach/compose/index_map.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// A map that says how it is frozen: `name`, its name in files, and `arguments()`, an array of the numbers that its
/// constructor takes. It may have `reach(entities)`: one more than the largest row that ids below `entities` map to; without
/// it, rows() is used.
template <class Map>
concept named_map = index_map<Map> && requires(const Map& map) {
    { Map::name } -> std::convertible_to<std::string_view>;
    { map.arguments()[0] } -> std::convertible_to<std::uint64_t>;
    requires(std::tuple_size_v<decltype(map.arguments())> > 0);
};

template <class Map>
[[nodiscard]] std::string to_metadata(const Map& map) {
    static_assert(named_map<Map>,
                  "pleach::freeze: an index map of a composition needs a static name and arguments(), the numbers that its "
                  "constructor takes, to be in a frozen file; see docs/howto/write_your_own_index_map.md");
    std::string text(Map::name);
    for (const std::uint64_t number : map.arguments()) text += " " + std::to_string(number);
    return text;
}
template <index_map Map>
[[nodiscard]] std::string to_metadata(const split_map<Map>& map);
template <index_map Map>
[[nodiscard]] std::string to_metadata(const permuted_map<Map>& map) {
    return "permuted " + std::to_string(map.entities()) + " " + std::to_string(map.seed()) + " " + to_metadata(map.map());
}
template <index_map Map>
[[nodiscard]] std::string to_metadata(const split_map<Map>& map) {
    if (map.border() == 0) return "all " + to_metadata(map.second());
    return "split " + std::to_string(map.border()) + " " + to_metadata(map.first()) + " " + to_metadata(map.second());
}

/// Takes words from the front of a text.
class map_reader {
public:
    explicit map_reader(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool is_empty() const noexcept { return rest_.empty(); }

    /// Takes the next word if it is `word`; returns whether it was.
    [[nodiscard]] bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        const std::string_view after = rest_.substr(word.size());
        if (!after.empty() && after[0] != ' ') return false;
        rest_ = after.empty() ? after : after.substr(1);
        return true;
    }
    /// Takes the next word as a number. If it is not a number, is_good() is false from then on.
    [[nodiscard]] std::uint64_t number() {
        std::uint64_t value = 0;
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        is_good_ &= error == std::errc() && end == word.data() + word.size() && take(word);
        return value;
    }
    [[nodiscard]] std::size_t size() { return static_cast<std::size_t>(number()); }
    [[nodiscard]] bool is_good() const noexcept { return is_good_; }

private:
    std::string_view rest_;
    bool is_good_ = true;
};

namespace detail {

template <class Map>
struct map_tag {};

/// The map whose name was just taken, made from the numbers that follow.
template <named_map Map>
[[nodiscard]] Map read_arguments(map_reader& from) {
    using numbers = decltype(std::declval<const Map&>().arguments());
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        const std::array read{(static_cast<void>(I), from.number())...};
        return Map(static_cast<typename numbers::value_type>(read[I])...);
    }(std::make_index_sequence<std::tuple_size_v<numbers>>());
}

template <class Map>
Map read_named_map(map_tag<Map>, map_reader& from) {
    if (!from.take(Map::name)) throw std::invalid_argument("pleach: the metadata names another index map");
    return read_arguments<Map>(from);
}
template <class Map>
permuted_map<Map> read_named_map(map_tag<permuted_map<Map>>, map_reader& from) {
    if (!from.take("permuted")) throw std::invalid_argument("pleach: the metadata names another index map");
    const std::size_t entities = from.size();
    const std::uint64_t seed = from.number();
    return permuted_map<Map>(read_named_map(map_tag<Map>{}, from), entities, seed);
}
template <class Map>
split_map<Map> read_named_map(map_tag<split_map<Map>>, map_reader& from) {
    if (from.take("all")) return split_map<Map>(read_named_map(map_tag<Map>{}, from));
    if (!from.take("split")) throw std::invalid_argument("pleach: the metadata names another index map");
    const std::uint64_t border = from.number();
    Map first = read_named_map(map_tag<Map>{}, from);
    return split_map<Map>(border, std::move(first), read_named_map(map_tag<Map>{}, from));
}

/// An upper bound, exclusive, of the rows that ids 0 .. n - 1 map to; 0 if the map accepts fewer ids.
/// *Precondition:* n > 0. *Complexity:* independent of n, so that a small file cannot cause much work.
template <class Map>
[[nodiscard]] std::uint64_t rows_reached(const Map& map, [[maybe_unused]] std::uint64_t n) noexcept {
    if constexpr (requires { map.reach(n); })
        return map.reach(n);
    else
        return map.rows();
}
template <class Map>
[[nodiscard]] std::uint64_t rows_reached(const split_map<Map>& map, std::uint64_t n) noexcept;
template <class Map>
[[nodiscard]] std::uint64_t rows_reached(const permuted_map<Map>& map, std::uint64_t n) noexcept {
    return n > map.entities() ? 0 : rows_reached(map.map(), map.entities());
}
template <class Map>
[[nodiscard]] std::uint64_t rows_reached(const split_map<Map>& map, std::uint64_t n) noexcept {
    if (map.border() == 0) return rows_reached(map.second(), n);
    const std::uint64_t first = rows_reached(map.first(), n < map.border() ? n : map.border());
    if (n <= map.border() || first == 0) return first;
    const std::uint64_t second = rows_reached(map.second(), n - map.border()), offset = map.first().rows();
    if (second == 0 || offset > UINT64_MAX - second) return 0;
    return first < offset + second ? offset + second : first;
}

}  // namespace detail

/// The map that this metadata describes, or nullopt if it is not a valid Map.
template <index_map Map>
[[nodiscard]] std::optional<Map> from_metadata(std::string_view text) {
    map_reader reader(text);
    try {
        Map map = read_named_map(detail::map_tag<Map>{}, reader);
        if (reader.is_good() && reader.is_empty()) return map;
    } catch (const std::invalid_argument&) {  // 0 buckets, or another map
    }
    return std::nullopt;
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
