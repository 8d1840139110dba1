// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Translates --bytes, for the data that was read, into the width of a dense table, the density of a masked one, the buckets of
/// one with shared rows, or the codes of a codebook, so that the table never takes more, including the positions of its values.

#include "support/options/options.hpp"
#include "support/text/number.hpp"

#include <pleach/table/byte_budget.hpp>
#include <pleach/table/footprint.hpp>

#include <algorithm>
#include <cmath>

namespace support {

/// As within_budget, for tables whose entities share rows; --density is a fraction of the bytes of a dense table.
inline options within_shared_rows(options chosen, std::size_t entities) {
    const std::size_t tables = chosen.table == table_kind::hash ? 1 : 2, bucket = tables * chosen.dim * sizeof(float);
    if (chosen.buckets == 0) {
        const std::size_t dense = entities * chosen.dim * sizeof(float);
        const auto bytes =
            chosen.bytes > 0 ? chosen.bytes : static_cast<std::uint64_t>(chosen.density * static_cast<double>(dense));
        chosen.buckets = static_cast<std::size_t>(bytes / bucket);
        if (chosen.buckets == 0)
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(bytes) +
                              " bytes are too few for one bucket, which takes " + grouped(bucket) + " bytes at --dim " +
                              std::to_string(chosen.dim));
    }
    chosen.buckets = std::min(chosen.buckets, entities);
    chosen.density = 1;
    chosen.notes.push_back("--table " + name_of(chosen.table) + ": " + grouped(chosen.buckets) + " buckets, " +
                           grouped(chosen.buckets * bucket) + " bytes at most");
    return chosen;
}

/// The smallest of --density and --densities.
[[nodiscard]] inline double least_density(const options& chosen) {
    return chosen.densities.empty() ? chosen.density : *std::ranges::min_element(chosen.densities);
}

/// As within_budget for cerp, whose --density is a fraction of the bytes of a dense table: as many buckets as make the smallest
/// budget hold half of their values.
inline options within_searched_rows(options chosen, std::size_t entities) {
    const double dense = static_cast<double>(entities * chosen.dim * sizeof(float));
    if (chosen.bytes > 0) chosen.density = std::min(1.0, static_cast<double>(chosen.bytes) / dense);
    if (chosen.buckets == 0) {
        // The bytes of half of a row's values, its mask and its offsets.
        const std::size_t bytes =
            chosen.dim / 2 * sizeof(float) + pleach::bitmap_bytes(chosen.dim, sizeof(float)) + 2 * sizeof(std::uint32_t);
        const double budget = least_density(chosen) * dense;
        chosen.buckets = static_cast<std::size_t>(budget / static_cast<double>(2 * bytes));
        if (chosen.buckets == 0)
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(static_cast<std::uint64_t>(budget)) +
                              " bytes are too few for one bucket, which takes " + grouped(2 * bytes) +
                              " bytes with half of its values");
    }
    chosen.buckets = std::min(chosen.buckets, entities);
    chosen.notes.push_back("--table " + name_of(chosen.table) + ": two tables of at most " + grouped(chosen.buckets) + " rows");
    return chosen;
}

/// Bytes of a table of codes. Each term takes a weight, and a code number of one, two or four bytes.
[[nodiscard]] inline std::size_t bytes_of_codes(const options& chosen, std::size_t codes, std::size_t entities) {
    const auto terms = [](std::size_t rows, std::size_t of_each, std::size_t among) {
        return rows * of_each * (sizeof(float) + pleach::column_bytes(among));
    };
    const std::size_t coarse = codes * chosen.dim * sizeof(float) + terms(entities, chosen.terms, codes);
    if (chosen.table != table_kind::c2f || chosen.fine_codes == 0) return coarse;
    return coarse + chosen.fine_codes * chosen.dim * sizeof(float) + terms(codes, chosen.fine_terms, chosen.fine_codes);
}

/// As within_budget, for tables of codes; --density is a fraction of the bytes of a dense table.
inline options within_codes(options chosen, std::size_t entities) {
    const auto bytes_of = [&](std::size_t codes) { return bytes_of_codes(chosen, codes, entities); };
    if (chosen.bytes > 0 || chosen.density < 1) {
        const auto dense = static_cast<double>(entities * chosen.dim * sizeof(float));
        const auto bytes = chosen.bytes > 0 ? chosen.bytes : static_cast<std::uint64_t>(chosen.density * dense);
        if (bytes < bytes_of(chosen.terms))
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(bytes) + " bytes are too few for " +
                              counted(chosen.terms, "code") + ", which take " + grouped(bytes_of(chosen.terms)) +
                              " bytes, most of them for the terms of " + grouped(entities) +
                              " users and items; give at least that many, or fewer --terms");
        chosen.codes = chosen.terms;
        for (std::size_t most = entities; chosen.codes < most;) {
            const std::size_t middle = most - (most - chosen.codes) / 2;
            if (bytes_of(middle) <= bytes)
                chosen.codes = middle;
            else
                most = middle - 1;
        }
        chosen.density = 1;
    }
    if (chosen.codes == 0) chosen.codes = std::max(chosen.terms, std::min<std::size_t>(300, entities));
    if (chosen.codes > entities)
        throw usage_error("--codes " + std::to_string(chosen.codes) + ": there are " + grouped(entities) +
                          " users and items, which need no more codes than that");
    chosen.notes.push_back("--table " + name_of(chosen.table) + ": " + grouped(chosen.codes) + " codes, " +
                           counted(chosen.terms, "term") + " for each of " + grouped(entities) + " users and items, " +
                           grouped(bytes_of(chosen.codes)) + " bytes; terms " +
                           (reassigns(chosen) ? "solved again once validation stalls" : "do not change"));
    return chosen;
}

/// The options with --dim, --density, --buckets or --codes instead of --bytes. *Throws* usage_error if the table cannot be that small: the
/// sentence names the smallest budget.
inline options within_budget(options chosen, std::size_t entities) {
    if (uses_codes(chosen.table)) return within_codes(std::move(chosen), entities);
    if (chosen.table == table_kind::cerp) return within_searched_rows(std::move(chosen), entities);
    if (is_shared(chosen.table)) return within_shared_rows(std::move(chosen), entities);
    if (chosen.bytes == 0) return chosen;
    if (chosen.table == table_kind::dense) {
        const std::size_t column = entities * sizeof(float);
        chosen.dim = std::min(chosen.dim, static_cast<std::size_t>(chosen.bytes / column));
        if (chosen.dim == 0)
            throw usage_error("--bytes " + std::to_string(chosen.bytes) + ": a dense table of " + grouped(entities) +
                              " rows takes " + grouped(column) +
                              " bytes per column; give at least that, or use --table masked");
        chosen.notes.push_back("--bytes: " + counted(chosen.dim, "column") + ", " + grouped(chosen.dim * column) + " bytes");
        return chosen;
    }
    const pleach::stored_shape shape{entities, chosen.dim};
    try {
        const pleach::value_budget budget = pleach::values_within(chosen.bytes, {&shape, 1});
        const auto all = static_cast<double>(shape.rows * shape.cols);
        // Half a value more, so that rounding does not lose a value.
        chosen.density = std::min(1.0, (static_cast<double>(budget.nonzero) + 0.5) / all);
        chosen.notes.push_back("--bytes: " + grouped(budget.nonzero) + " values (density " + rounded(chosen.density, 4) +
                               "), " + grouped(budget.bytes) + " bytes");
    } catch (const std::invalid_argument& refused) {
        throw usage_error("--bytes " + std::to_string(chosen.bytes) + ": " + refused.what());
    }
    return chosen;
}

}  // namespace support
