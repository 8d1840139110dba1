// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How large files of trained tables are, before there are any. --bytes, and what a density of shared rows is a share of, are the bytes
/// of whole files (train/freeze_run.hpp): the data, which packed_bytes.hpp gives, plus headers and padding.

#include "support/options/options.hpp"
#include "support/text/number.hpp"

#include <pleach/frozen/any_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/byte_budget.hpp>

#include <cstdint>
#include <span>
#include <stdexcept>

namespace support {

/// The most bytes that the files of such a table take beside its data. A header has rows_header_bytes for each table of rows, each
/// assignment, and the maps of a composition. Users and items that share no rows are two files, which take more than one of all rows.
[[nodiscard]] constexpr std::size_t bytes_beside(table_kind table) noexcept {
    using enum table_kind;
    if (table == c2f) return 4 * pleach::rows_header_bytes;
    if (table == hash || table == legcf) return 2 * pleach::rows_header_bytes;
    if (is_shared(table)) return 3 * pleach::rows_header_bytes;
    // A cache line each for bounds, row starts (or the zeros after them) and the zeros after rows.
    return 2 * pleach::rows_header_bytes + 3 * 64;
}

/// The most values that files of `bytes` bytes can hold, counting their positions and headers. *Throws* std::invalid_argument if that
/// is none.
[[nodiscard]] inline pleach::value_budget values_in_files(std::uint64_t bytes, table_kind table,
                                                          std::span<const pleach::stored_shape> parts) {
    const std::size_t beside = bytes_beside(table);
    try {
        pleach::value_budget found =
            pleach::values_within(bytes < beside ? 0 : static_cast<std::size_t>(bytes) - beside, parts);
        found.bytes += beside;
        return found;
    } catch (const std::invalid_argument& refused) {
        throw std::invalid_argument(std::string(refused.what()) + "; headers of files take " + grouped(beside) + " more");
    }
}

/// The most bytes that the files of users and items take in a format of dense rows, such as dense_rows<n4>.
[[nodiscard]] inline std::size_t bytes_of_dense_rows(std::string_view format, std::size_t rows, std::size_t cols) {
    std::size_t bytes = bytes_beside(table_kind::dense);
    pleach::frozen::with_kind(format, [&]<class Format>(const Format*) {
        pleach::frozen::length_histogram lengths(cols + 1);
        lengths[cols] = rows;
        bytes += Format::bytes(lengths, cols);
    });
    return bytes;
}

/// How many columns biases of items take in the rows of the files themselves: one, in files of scored rows.
[[nodiscard]] inline std::size_t bias_columns(const options& chosen) {
    return chosen.item_biases && chosen.program == "train_mf" && !is_shared(chosen.table) && !uses_codes(chosen.table) ? 1 : 0;
}

/// The most bytes of biases.frozen, where biases are a file of their own; otherwise 0.
[[nodiscard]] inline std::size_t bytes_of_bias_file(const options& chosen, std::size_t items) {
    if (!chosen.item_biases || bias_columns(chosen) > 0) return 0;
    return pleach::rows_header_bytes + pleach::packed_bytes(pleach::packing::dense, {items, 1}, items, sizeof(float));
}

/// The share of `all` that is `values` of them when it is rounded down.
[[nodiscard]] constexpr double share_of(std::size_t values, std::size_t all) noexcept {
    // Half a value more, so that rounding cannot take one less.
    return values >= all ? 1.0 : (static_cast<double>(values) + 0.5) / static_cast<double>(all);
}

/// The largest number up to `most` that fits, if all smaller ones do as well; 0 where none does.
template <class Fits>
[[nodiscard]] std::size_t largest_that_fits(std::size_t most, Fits&& fits) {
    std::size_t least = 0;
    while (least < most) {
        const std::size_t middle = most - (most - least) / 2;
        if (fits(middle))
            least = middle;
        else
            most = middle - 1;
    }
    return least;
}

}  // namespace support
