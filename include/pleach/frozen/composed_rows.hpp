// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Composed tables of frozen parts. A frozen composition is a `composed` whose parts are frozen tables, so all that reads those
/// (lookups, gather, exact ranking) serves it too; what is here takes it to an image and back. `form_of<Format, Table>` is the
/// type that a table has when each of its innermost parts is frozen in one format.

#include <pleach/compose/composed.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/map_metadata.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

namespace detail {

template <class Format, class Table>
struct frozen_form {
    using type = Format;
};
template <class Format, class Combiner, class Ids, class... Tables, class... Maps>
struct frozen_form<Format, composed<Combiner, Ids, part<Tables, Maps>...>> {
    using type = composed<Combiner, Ids, part<typename frozen_form<Format, Tables>::type, Maps>...>;
};

[[nodiscard]] constexpr std::string_view combiner_name(const sum*) noexcept { return "sum"; }
[[nodiscard]] constexpr std::string_view combiner_name(const concat*) noexcept { return "concat"; }
[[nodiscard]] constexpr std::string_view combiner_name(const hadamard*) noexcept { return "hadamard"; }

template <class Combiner>
[[nodiscard]] std::string composed_kind() {
    return "composed<" + std::string(combiner_name(static_cast<const Combiner*>(nullptr))) + ">";
}

/// The K-th of the names that stand, with commas between, in a word.
[[nodiscard]] inline std::string_view nth_name(std::string_view names, std::size_t k) noexcept {
    for (; k > 0 && !names.empty(); --k) names.remove_prefix((std::min)(names.size(), names.find(',') + 1));
    return names.substr(0, names.find(','));
}

/// The map in that word, if it leads each of the entities to one of the rows.
template <class Map>
[[nodiscard]] std::optional<Map> view_map(const sections& from, defect& wrong, const std::string& key, std::uint64_t entities,
                                          std::size_t rows) {
    auto map = from_metadata<Map>(from.value(key));
    const std::uint64_t reached = !map || entities == 0 ? 0 : rows_reached(*map, entities);
    // A map must not have more rows than its part either, whether or not there are entities to reach them.
    if (map && (entities == 0 || (reached != 0 && reached <= rows && map->rows() <= rows))) return map;
    wrong = {frozen_errc::bad_map, "\"" + key + "\""};
    return std::nullopt;
}

/// Whether the word "dim" is the width of parts of these widths, side by side or one on the other.
[[nodiscard]] inline defect check_widths(const sections& from, const std::string& prefix, std::span<const std::size_t> dims,
                                         bool side_by_side) {
    std::size_t total = 0;
    for (const std::size_t dim : dims) {
        if (!side_by_side && dim != dims[0])
            return {frozen_errc::bad_metadata, "\"" + prefix + "dim\": parts have different widths"};
        total = side_by_side ? total + dim : dim;
    }
    const auto dim = from.number(prefix + "dim", std::uint64_t{1} << 40);
    return dim && *dim == total ? defect{} : defect{frozen_errc::bad_metadata, "\"" + prefix + "dim\""};
}

template <class Combiner, entity_id Id, class... Formats, class... Maps>
struct format<composed<Combiner, Id, part<Formats, Maps>...>> {
    using table_type = composed<Combiner, Id, part<Formats, Maps>...>;

    /// `how` is an executor, or what freeze_parts was given.
    template <class Table, class How>
    static void freeze(const Table& table, image& into, const std::string& prefix, const How& how) {
        static_assert(Table::part_count == sizeof...(Formats),
                      "pleach::freeze: the frozen type must have as many parts as the table");
        std::string names;
        const auto freeze_part = [&]<class Format, class Part>(format<Format>, const Part& one) {
            if (one.name.empty() || one.name.find_first_of(",.") != std::string::npos)
                throw std::invalid_argument("pleach::freeze: the part \"" + one.name +
                                            "\" needs a name without commas and points");
            names += (names.empty() ? "" : ",") + one.name;
            into.describe(prefix + one.name + ".map", to_metadata(one.map));
            format<Format>::freeze(one.table, into, prefix + one.name + ".", how);
        };
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (freeze_part(format<Formats>{}, table.template get<K>()), ...);
        }(std::index_sequence_for<Formats...>{});
        into.describe(prefix + "kind", composed_kind<Combiner>());
        into.describe(prefix + "entities", std::to_string(table.size()));
        into.describe(prefix + "dim", std::to_string(table.dim()));
        into.describe(prefix + "parts", names);
    }

    template <class Executor>
    [[nodiscard]] static std::optional<table_type> view(const sections& from, defect& wrong, const std::string& prefix,
                                                        const std::shared_ptr<const void>& owner, validation check,
                                                        const Executor& exec) {
        const std::string_view names = from.value(prefix + "parts");
        const auto entities = from.number(prefix + "entities", std::uint64_t{1} << 40);
        if (from.value(prefix + "kind") != composed_kind<Combiner>())
            wrong = {frozen_errc::wrong_kind, "found \"" + std::string(from.value(prefix + "kind")) + "\", needed \"" +
                                                  composed_kind<Combiner>() + "\""};
        else if (!entities)
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "entities\""};
        else if (static_cast<std::size_t>(std::ranges::count(names, ',')) + 1 != sizeof...(Formats) || names.empty())
            wrong = {frozen_errc::bad_metadata, "\"" + prefix + "parts\""};
        if (wrong) return std::nullopt;
        return [&]<std::size_t... K>(std::index_sequence<K...>) -> std::optional<table_type> {
            // In braces: one part after the other.
            std::tuple read{view_part<Formats, Maps>(from, wrong, prefix + std::string(nth_name(names, K)), *entities, owner,
                                                     check, exec)...};
            if (!wrong)
                wrong =
                    check_widths(from, prefix, std::array{std::get<K>(read)->table.dim()...}, std::same_as<Combiner, concat>);
            if (wrong) return std::nullopt;
            return table_type(static_cast<std::size_t>(*entities), std::move(*std::get<K>(read))...);
        }(std::index_sequence_for<Formats...>{});
    }

    static void add_names(const sections& from, const std::string& prefix, std::vector<std::string>& names) {
        std::size_t k = 0;
        const std::string_view of_parts = from.value(prefix + "parts");
        (format<Formats>::add_names(from, prefix + std::string(nth_name(of_parts, k++)) + ".", names), ...);
    }

private:
    template <class Format, class Map, class Executor>
    [[nodiscard]] static std::optional<part<Format, Map>> view_part(const sections& from, defect& wrong,
                                                                    const std::string& name, std::uint64_t entities,
                                                                    const std::shared_ptr<const void>& owner, validation check,
                                                                    const Executor& exec) {
        if (wrong) return std::nullopt;
        auto table = format<Format>::view(from, wrong, name + ".", owner, check, exec);
        if (wrong) return std::nullopt;
        const auto map = view_map<Map>(from, wrong, name + ".map", entities, table->size());
        if (!map) return std::nullopt;
        return part<Format, Map>{name.substr(name.rfind('.') + 1), std::move(*table), *map};
    }
};

}  // namespace detail

template <class Format, class Table>
using form_of = typename detail::frozen_form<Format, Table>::type;

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
