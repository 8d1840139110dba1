// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What --bytes means for the data that was read: the width of a dense table, the density of a masked one, the buckets of one
/// with shared rows, or the codes of one that is made of codes, so that the files that --freeze auto writes of the model, headers
/// and all, never take more. Biases of items come first: the table gets what they leave.

#include "support/data/interactions.hpp"
#include "support/model/level_code.hpp"
#include "support/options/options.hpp"
#include "support/serve/planned_files.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <vector>

namespace support {

/// The bytes of --bytes, or of --density where that is a fraction of the bytes of a dense table.
[[nodiscard]] inline std::uint64_t asked_bytes(const options& chosen, std::size_t entities) {
    const double dense = static_cast<double>(entities * chosen.dim * sizeof(float));
    return chosen.bytes > 0 ? chosen.bytes : static_cast<std::uint64_t>(chosen.density * dense);
}

/// As within_budget, for tables whose entities share rows; --density is of the bytes of a dense table.
inline options within_shared_rows(options chosen, std::size_t entities) {
    const auto bytes_of = [&](std::size_t buckets) {
        // Users and items apart have one each at least.
        const std::size_t rows = chosen.sides == side_sharing::apart ? std::max<std::size_t>(2, buckets) : buckets;
        const std::vector<pleach::stored_shape> parts(chosen.table == table_kind::hash ? 1 : 2, {rows, chosen.dim});
        return pleach::packed_bytes(pleach::packing::dense, parts, 2 * rows * chosen.dim, sizeof(float)) +
               bytes_beside(chosen.table);
    };
    if (chosen.buckets == 0) {
        const std::uint64_t bytes = asked_bytes(chosen, entities);
        chosen.buckets = largest_that_fits(entities, [&](std::size_t buckets) { return bytes_of(buckets) <= bytes; });
        if (chosen.buckets == 0)
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(bytes) +
                              " bytes are too few for one bucket: a file of one takes " + grouped(bytes_of(1)) +
                              " bytes at --dim " + std::to_string(chosen.dim));
    }
    chosen.buckets = std::min(chosen.buckets, entities);
    chosen.density = 1;
    chosen.notes.push_back("--table " + name_of(chosen.table) + ": " + grouped(chosen.buckets) + " buckets, " +
                           grouped(bytes_of(chosen.buckets)) + " bytes at most");
    return chosen;
}

/// The smallest of --density and --densities.
[[nodiscard]] inline double least_density(const options& chosen) {
    return chosen.densities.empty() ? chosen.density : *std::ranges::min_element(chosen.densities);
}

/// As within_budget for cerp, whose --density is of the bytes of a dense table: the buckets are as many as make the smallest budget
/// hold half of their values. The search for tickets counts what else is in the file (search_run.hpp).
inline options within_searched_rows(options chosen, std::size_t entities) {
    const double dense = static_cast<double>(entities * chosen.dim * sizeof(float));
    if (chosen.bytes > 0) chosen.density = std::min(1.0, static_cast<double>(chosen.bytes) / dense);
    if (chosen.buckets == 0) {
        // The bytes of half of a row's values, its mask and its offsets.
        const std::size_t bytes =
            chosen.dim / 2 * sizeof(float) + pleach::bitmap_bytes(chosen.dim, sizeof(float)) + 2 * sizeof(std::uint32_t);
        const auto budget = static_cast<std::uint64_t>(least_density(chosen) * dense);
        const std::uint64_t beside = bytes_beside(chosen.table);
        chosen.buckets = budget < beside ? 0 : static_cast<std::size_t>((budget - beside) / (2 * bytes));
        if (chosen.buckets == 0)
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(budget) +
                              " bytes are too few for one bucket: a file of one, with half of its values, takes " +
                              grouped(2 * bytes + beside) + " bytes");
    }
    chosen.buckets = std::min(chosen.buckets, entities);
    chosen.notes.push_back("--table " + name_of(chosen.table) + ": two tables of at most " + grouped(chosen.buckets) + " rows");
    return chosen;
}

/// Bytes of the file of a table of codes. Terms take a weight and a number each, in one byte, two or four.
[[nodiscard]] inline std::size_t bytes_of_codes(const options& chosen, std::size_t codes, std::size_t entities) {
    using pleach::frozen::aligned;
    const auto table_of = [&](std::size_t rows, std::size_t of_each, std::size_t among) {
        const std::size_t terms = rows * of_each;
        return aligned(terms * sizeof(float)) + aligned(terms * pleach::column_bytes(among)) +
               aligned(pleach::packed_bytes(pleach::packing::dense, {among, chosen.dim}, among * chosen.dim, sizeof(float)));
    };
    const std::size_t coarse = table_of(entities, chosen.terms, codes) + bytes_beside(chosen.table);
    if (chosen.table != table_kind::c2f || chosen.fine_codes == 0) return coarse;
    return coarse + table_of(codes, chosen.fine_terms, chosen.fine_codes);
}

/// As within_budget, for tables of codes; --density is a fraction of the bytes of a dense table.
inline options within_codes(options chosen, std::size_t entities) {
    const auto bytes_of = [&](std::size_t codes) { return bytes_of_codes(chosen, codes, entities); };
    if (chosen.bytes > 0 || chosen.density < 1) {
        const std::uint64_t bytes = asked_bytes(chosen, entities);
        if (bytes < bytes_of(chosen.terms))
            throw usage_error("--table " + name_of(chosen.table) + ": " + grouped(bytes) + " bytes are too few for " +
                              counted(chosen.terms, "code") + ", which take " + grouped(bytes_of(chosen.terms)) +
                              " bytes, most of them for the terms of " + grouped(entities) +
                              " users and items; give at least that many, or fewer --terms");
        chosen.codes = largest_that_fits(entities, [&](std::size_t codes) { return bytes_of(codes) <= bytes; });
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

/// As within_budget for rows in few bits: as many columns, up to --dim, as the files of such rows hold.
inline options within_few_bits(options chosen, std::size_t entities) {
    const std::string format = format_of(chosen.code);
    const auto bytes_of = [&](std::size_t columns) { return bytes_of_dense_rows(format, entities, columns); };
    chosen.dim = largest_that_fits(chosen.dim, [&](std::size_t columns) { return bytes_of(columns) <= chosen.bytes; });
    if (chosen.dim == 0)
        throw usage_error("--bytes " + std::to_string(chosen.bytes) + ": files of " + grouped(entities) +
                          " rows of one column in " + name_of(chosen.code) + " take " + grouped(bytes_of(1)) +
                          " bytes; give at least that");
    chosen.notes.push_back("--bytes: " + counted(chosen.dim, "column") + " in " + name_of(chosen.code) + ", " +
                           grouped(bytes_of(chosen.dim)) + " bytes at most");
    return chosen;
}

namespace detail {

/// Where the only bytes are those of the table and of `beside` columns of each row.
inline options table_within_budget(options chosen, std::size_t entities, std::size_t beside) {
    if (uses_codes(chosen.table)) return within_codes(std::move(chosen), entities);
    if (chosen.table == table_kind::cerp) return within_searched_rows(std::move(chosen), entities);
    if (is_shared(chosen.table)) return within_shared_rows(std::move(chosen), entities);
    if (chosen.bytes == 0 || chosen.table == table_kind::coded) return chosen;
    if (chosen.table == table_kind::quantized) return within_few_bits(std::move(chosen), entities);
    const auto all_of = [&](std::size_t columns) {
        const std::size_t all = columns + beside;
        return pleach::packed_bytes(pleach::packing::dense, {entities, all}, entities * all, sizeof(float)) +
               bytes_beside(chosen.table);
    };
    if (chosen.table == table_kind::dense) {
        chosen.dim = largest_that_fits(chosen.dim, [&](std::size_t columns) { return all_of(columns) <= chosen.bytes; });
        if (chosen.dim == 0)
            throw usage_error("--bytes " + std::to_string(chosen.bytes) + ": files of a dense table of " + grouped(entities) +
                              " rows and one column" + (beside > 0 ? " and one of biases take " : " take ") +
                              grouped(all_of(1)) + " bytes; give at least that, or use --table masked");
        chosen.notes.push_back("--bytes: " + counted(chosen.dim, "column") + ", " + grouped(all_of(chosen.dim)) +
                               " bytes at most");
        return chosen;
    }
    const pleach::stored_shape shape{entities, chosen.dim + beside};
    try {
        const pleach::value_budget budget = values_in_files(chosen.bytes, chosen.table, {&shape, 1});
        if (budget.nonzero <= beside * entities)
            throw std::invalid_argument("the biases of items leave no bytes for values; take more bytes");
        const std::size_t values = budget.nonzero - beside * entities;
        chosen.density = share_of(values, entities * chosen.dim);
        chosen.notes.push_back("--bytes: " + grouped(values) + " values (density " + rounded(chosen.density, 4) + "), " +
                               grouped(budget.bytes) + " bytes at most");
    } catch (const std::invalid_argument& refused) {
        throw usage_error("--bytes " + std::to_string(chosen.bytes) + ": " + refused.what());
    }
    return chosen;
}

}  // namespace detail

/// The options with --dim, --density, --buckets or --codes instead of --bytes. *Throws* usage_error if the table cannot be that small: the
/// sentence names the smallest budget.
inline options within_budget(options chosen, entity_counts counts) {
    const std::uint64_t all = chosen.bytes, of_biases = bytes_of_bias_file(chosen, counts.items);
    const std::size_t columns = bias_columns(chosen);
    if (all == 0 || of_biases == 0) return detail::table_within_budget(std::move(chosen), counts.all(), columns);
    if (all <= of_biases)
        throw usage_error("--bytes " + std::to_string(all) + ": the biases of " + grouped(counts.items) + " items take " +
                          grouped(of_biases) + " bytes; give more, or leave out --item-biases");
    chosen.bytes = all - of_biases;
    try {
        chosen = detail::table_within_budget(std::move(chosen), counts.all(), 0);
    } catch (const usage_error& refused) {
        throw usage_error(std::string(refused.what()) + "; the biases of items take " + grouped(of_biases) + " bytes more");
    }
    chosen.bytes = all;
    chosen.notes.push_back("--item-biases: " + grouped(of_biases) + " bytes of --bytes");
    return chosen;
}

}  // namespace support
