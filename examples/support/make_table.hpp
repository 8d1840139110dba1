// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The table that --table names, with its first values: normal, of deviation .1 in a row. Rows that are sums or products of
/// several begin with parts so scaled that the composed row has that deviation too.

#include "support/options.hpp"

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/masked.hpp>

#include <cmath>

namespace support {

template <class Table>
struct table_maker {
    static Table make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        return Table(pleach::dense_table<float>(entities, chosen.dim, pleach::normal{.deviation = 0.1}, stream));
    }
};

template <>
struct table_maker<pleach::hashed_table<float>> {
    static auto make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        return pleach::make_hashed<float>(entities, chosen.dim, chosen.buckets, pleach::normal{.deviation = 0.1}, stream);
    }
};

template <>
struct table_maker<pleach::double_hashed_table<float>> {
    static auto make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        const pleach::normal part{.deviation = 0.1 / std::sqrt(2.0)};
        return pleach::make_double_hashed<float>(entities, chosen.dim, chosen.buckets, part, stream);
    }
};

template <>
struct table_maker<pleach::pep_table<float>> {
    static auto make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        auto table = pleach::make_pep<float>(entities, chosen.dim, static_cast<float>(chosen.threshold_start),
                                             pleach::normal{.deviation = 0.1}, stream);
        table.thresholds().set_gain(static_cast<float>(chosen.threshold_gain));
        return table;
    }
};

template <>
struct table_maker<pleach::cerp_table<float>> {
    static auto make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        const pleach::normal part{.deviation = 0.1 / std::sqrt(2.0)};
        auto table = pleach::make_cerp<float>(entities, chosen.dim, chosen.buckets, static_cast<float>(chosen.threshold_start),
                                              part, stream);
        table.each([&](auto& one) { one.table.thresholds().set_gain(static_cast<float>(chosen.threshold_gain)); });
        return table;
    }
};

template <>
struct table_maker<pleach::qr_table<float>> {
    static auto make(const options& chosen, std::size_t entities, pleach::random_stream stream) {
        const pleach::normal part{.deviation = std::sqrt(0.1)};
        return pleach::make_qr<float>(entities, chosen.dim, chosen.buckets, part, stream);
    }
};

}  // namespace support
