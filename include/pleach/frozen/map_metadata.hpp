// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Index maps as words in a frozen file, and back: a name and numbers, those of a map within it after its own.
///
/// | words | map |
/// |---|---|
/// | identity ROWS | identity_map |
/// | remainder ROWS | remainder_map |
/// | quotient ROWS BLOCK | quotient_map |
/// | digit BASE DIGIT | digit_map |
/// | hashed ROWS SEED | hashed_map |
/// | all MAP; split BORDER MAP MAP | split_map |
/// | permuted ENTITIES SEED MAP | permuted_map |

#include <pleach/compose/index_map.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

[[nodiscard]] inline std::string to_metadata(const identity_map& map) { return "identity " + std::to_string(map.rows()); }
[[nodiscard]] inline std::string to_metadata(const remainder_map& map) { return "remainder " + std::to_string(map.rows()); }
[[nodiscard]] inline std::string to_metadata(const quotient_map& map) {
    return "quotient " + std::to_string(map.rows()) + " " + std::to_string(map.block());
}
[[nodiscard]] inline std::string to_metadata(const digit_map& map) {
    return "digit " + std::to_string(map.rows()) + " " + std::to_string(map.digit());
}
[[nodiscard]] inline std::string to_metadata(const hashed_map& map) {
    return "hashed " + std::to_string(map.rows()) + " " + std::to_string(map.seed());
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

    /// Whether the next word is this one; then it is taken.
    [[nodiscard]] bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        const std::string_view after = rest_.substr(word.size());
        if (!after.empty() && after[0] != ' ') return false;
        rest_ = after.empty() ? after : after.substr(1);
        return true;
    }
    /// The next word as a number; the first failure is remembered.
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

inline identity_map read_map(map_tag<identity_map>, map_reader& from) { return identity_map(from.size()); }
inline remainder_map read_map(map_tag<remainder_map>, map_reader& from) { return remainder_map(from.size()); }
inline quotient_map read_map(map_tag<quotient_map>, map_reader& from) {
    const std::size_t rows = from.size();
    return {rows, from.size()};
}
inline digit_map read_map(map_tag<digit_map>, map_reader& from) {
    const std::size_t base = from.size(), digit = from.size();
    if (digit > 64) throw std::invalid_argument("pleach::digit_map: there is no such digit");
    return {base, digit};
}
inline hashed_map read_map(map_tag<hashed_map>, map_reader& from) {
    const std::size_t rows = from.size();
    return hashed_map(rows, from.number());
}

inline constexpr std::string_view name_of_map(map_tag<identity_map>) { return "identity"; }
inline constexpr std::string_view name_of_map(map_tag<remainder_map>) { return "remainder"; }
inline constexpr std::string_view name_of_map(map_tag<quotient_map>) { return "quotient"; }
inline constexpr std::string_view name_of_map(map_tag<digit_map>) { return "digit"; }
inline constexpr std::string_view name_of_map(map_tag<hashed_map>) { return "hashed"; }

template <class Map>
Map read_named_map(map_tag<Map> tag, map_reader& from) {
    if (!from.take(name_of_map(tag))) throw std::invalid_argument("pleach: the words name another index map");
    return read_map(tag, from);
}
template <class Map>
permuted_map<Map> read_named_map(map_tag<permuted_map<Map>>, map_reader& from) {
    if (!from.take("permuted")) throw std::invalid_argument("pleach: the words name another index map");
    const std::size_t entities = from.size();
    const std::uint64_t seed = from.number();
    return permuted_map<Map>(read_named_map(map_tag<Map>{}, from), entities, seed);
}
template <class Map>
split_map<Map> read_named_map(map_tag<split_map<Map>>, map_reader& from) {
    if (from.take("all")) return split_map<Map>(read_named_map(map_tag<Map>{}, from));
    if (!from.take("split")) throw std::invalid_argument("pleach: the words name another index map");
    const std::uint64_t border = from.number();
    Map first = read_named_map(map_tag<Map>{}, from);
    return split_map<Map>(border, std::move(first), read_named_map(map_tag<Map>{}, from));
}

/// Rows that a map may lead the entities 0 .. n - 1 to, counted from 0; 0 where it does not serve so many. Arithmetic, so that a
/// file of few bytes cannot ask for much work. *Precondition:* n > 0.
[[nodiscard]] inline std::uint64_t rows_reached(const identity_map&, std::uint64_t n) noexcept { return n; }
[[nodiscard]] inline std::uint64_t rows_reached(const remainder_map& map, std::uint64_t n) noexcept {
    return n < map.rows() ? n : map.rows();
}
[[nodiscard]] inline std::uint64_t rows_reached(const quotient_map& map, std::uint64_t n) noexcept { return map(n - 1) + 1; }
[[nodiscard]] inline std::uint64_t rows_reached(const digit_map& map, std::uint64_t) noexcept { return map.rows(); }
[[nodiscard]] inline std::uint64_t rows_reached(const hashed_map& map, std::uint64_t) noexcept { return map.rows(); }
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

/// The map that these words are, if they are one of this type.
template <index_map Map>
[[nodiscard]] std::optional<Map> from_metadata(std::string_view words) {
    map_reader reader(words);
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
