// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The table that --table names, with its initial values: normal, with deviation .1. If rows are sums or products, the parts
/// are scaled so that composed rows have that deviation too. Users and items are numbered together; if rows are shared, --sides
/// says whether users and items share them with each other.

#include "support/data/interactions.hpp"
#include "support/model/level_code.hpp"
#include "support/options/options.hpp"
#include "support/train/coded_table.hpp"

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/packed.hpp>

#include <algorithm>
#include <cmath>

namespace support {

/// Of the initial values of a row.
inline constexpr double usual_deviation = 0.1;

using dense_rows = pleach::dense_table<float>;
using pep_rows = pleach::pep_table<float>;
using packed_rows = pleach::packed<float>;

/// Like the tables of recipes.hpp, but over maps that can keep users and items apart.
template <class Combiner, class Rows, class... Maps>
using shared_rows = pleach::composed<Combiner, std::uint32_t, pleach::part<Rows, pleach::split_map<Maps>>...>;
using qr_rows = shared_rows<pleach::hadamard, dense_rows, pleach::quotient_map, pleach::remainder_map>;
using hashed_rows = shared_rows<pleach::sum, dense_rows, pleach::hashed_map>;
using double_hashed_rows = shared_rows<pleach::sum, dense_rows, pleach::hashed_map, pleach::hashed_map>;
using cerp_rows = shared_rows<pleach::sum, pep_rows, pleach::quotient_map, pleach::remainder_map>;

/// A choice of --table, and the type of table made for it.
template <table_kind Kind, class Rows>
struct table_row {
    static constexpr table_kind kind = Kind;
    using type = Rows;
};

/// Calls `f(row)` with the table_row of a kind; legcf and c2f have none, since their type changes between stages.
template <class F>
void with_table_row(table_kind wanted, F&& f) {
    using enum table_kind;
    const auto look_in = [&]<class... Row>(Row... row) { static_cast<void>(((Row::kind == wanted && (f(row), true)) || ...)); };
    look_in(table_row<dense, dense_rows>{}, table_row<masked, pleach::masked<dense_rows>>{}, table_row<pep, pep_rows>{},
            table_row<cerp, cerp_rows>{}, table_row<dsl, packed_rows>{}, table_row<qr, qr_rows>{},
            table_row<hash, hashed_rows>{}, table_row<double_hash, double_hashed_rows>{},
            table_row<quantized, quantized_rows>{}, table_row<coded, coded_sides>{});
}

/// Calls `make(entities, buckets)` for all entities, or for each side with its share of the buckets.
template <class MakeMap>
auto map_of_sides(const options& chosen, entity_counts counts, MakeMap&& make) {
    using map = pleach::split_map<decltype(make(counts.all(), chosen.buckets))>;
    if (chosen.sides == side_sharing::joint) return map(make(counts.all(), chosen.buckets));
    const std::size_t of_users =
        std::clamp(chosen.buckets * counts.users / counts.all(), std::size_t{1}, std::max(std::size_t{1}, chosen.buckets - 1));
    const std::size_t of_items = std::max(std::size_t{1}, chosen.buckets - of_users);
    return map(counts.users, make(counts.users, of_users), make(counts.items, of_items));
}

inline auto quotients(std::size_t entities, std::size_t buckets) {
    return pleach::quotient_map::for_entities(entities, buckets);
}
inline auto remainders(std::size_t, std::size_t buckets) { return pleach::remainder_map(buckets); }
inline auto hashes(pleach::random_stream stream) {
    return [seed = stream.bits(0)](std::size_t, std::size_t buckets) { return pleach::hashed_map(buckets, seed); };
}

template <class Init>
pep_rows thresholded_rows(std::size_t rows, const options& chosen, const Init& first, pleach::random_stream stream) {
    pep_rows made = pleach::make_pep<float>(
        {.rows = rows, .dim = chosen.dim, .first_slot = static_cast<float>(chosen.threshold_start)}, first, stream);
    made.thresholds().set_gain(static_cast<float>(chosen.threshold_gain));
    return made;
}

/// A part "name" with as many rows as its map addresses.
template <class Rows, class Map>
pleach::part<Rows, Map> shared_part(const char* name, const options& chosen, Map map, double deviation,
                                    pleach::random_stream stream) {
    const pleach::normal first{.deviation = deviation};
    if constexpr (std::is_same_v<Rows, pep_rows>) {
        Rows rows = thresholded_rows(map.rows(), chosen, first, stream.fork(name));
        return {name, std::move(rows), std::move(map)};
    } else {
        return {name, Rows(map.rows(), chosen.dim, first, stream.fork(name)), std::move(map)};
    }
}

template <class Table>
struct table_maker {
    template <class Init = pleach::normal>
    static Table make(const options& chosen, entity_counts counts, pleach::random_stream stream,
                      const Init& first = {.deviation = usual_deviation}) {
        return Table(dense_rows(counts.all(), chosen.dim, first, stream));
    }
};

template <>
struct table_maker<pep_rows> {
    template <class Init = pleach::normal>
    static pep_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream,
                         const Init& first = {.deviation = usual_deviation}) {
        return thresholded_rows(counts.all(), chosen, first, stream.fork(""));
    }
};

template <>
struct table_maker<quantized_rows> {
    template <class Init = pleach::normal>
    static quantized_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream,
                               const Init& first = {.deviation = usual_deviation}) {
        return quantized_rows(dense_rows(counts.all(), chosen.dim, first, stream), level_code(chosen.code));
    }
};

template <>
struct table_maker<hashed_rows> {
    static hashed_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream) {
        return hashed_rows(counts.all(), shared_part<dense_rows>(
                                             "P", chosen, map_of_sides(chosen, counts, hashes(stream.fork("P"))), 0.1, stream));
    }
};

/// A sum of two parts, each with 1 / sqrt(2) of the deviation.
template <class Table, class Rows, class FirstMap, class SecondMap>
Table sum_of_two(const options& chosen, entity_counts counts, FirstMap&& q, SecondMap&& p, pleach::random_stream stream) {
    const double deviation = 0.1 / std::sqrt(2.0);
    return Table(counts.all(), shared_part<Rows>("Q", chosen, map_of_sides(chosen, counts, q), deviation, stream),
                 shared_part<Rows>("P", chosen, map_of_sides(chosen, counts, p), deviation, stream));
}

template <>
struct table_maker<double_hashed_rows> {
    static double_hashed_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream) {
        return sum_of_two<double_hashed_rows, dense_rows>(chosen, counts, hashes(stream.fork("Q")), hashes(stream.fork("P")),
                                                          stream);
    }
};

template <>
struct table_maker<cerp_rows> {
    static cerp_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream) {
        return sum_of_two<cerp_rows, pep_rows>(chosen, counts, quotients, remainders, stream);
    }
};

template <>
struct table_maker<qr_rows> {
    static qr_rows make(const options& chosen, entity_counts counts, pleach::random_stream stream) {
        const double deviation = std::sqrt(0.1);
        return qr_rows(counts.all(),
                       shared_part<dense_rows>("Q", chosen, map_of_sides(chosen, counts, quotients), deviation, stream),
                       shared_part<dense_rows>("P", chosen, map_of_sides(chosen, counts, remainders), deviation, stream));
    }
};

}  // namespace support
