// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Chooses the format for a table: of those within a limit of bytes and a tolerance of values, the one whose lookups touch
/// the fewest cache lines, which is what a lookup in a large table costs. The comparison of all formats is returned with the
/// choice.

#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/freeze.hpp>

#include <cstdio>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

struct freeze_request {
    std::size_t bytes = SIZE_MAX;  ///< the largest allowed image::bytes(): a file's data, without its header
    double tolerance = 0;          ///< the largest allowed error of a value, relative to the largest magnitude of its row
};

/// A format, what the table would cost in it, and whether it meets the request.
struct format_choice {
    std::string kind;
    std::size_t bytes;
    double lines;  ///< cost of a lookup in cache lines, by the placement's cost model: see placements/records.hpp
    double error;  ///< of a value, relative to the largest magnitude of its row
    bool fits;     ///< within the bytes, the tolerance, and the format's number of columns
};

/// What compare_formats needs to know of a table: a histogram of values per row, and the range of the rows' largest
/// magnitudes.
struct row_survey {
    length_histogram lengths;
    magnitude_range largest;
};

/// Reads every row once. *Throws* std::invalid_argument if a value is not finite.
template <enumerable_table Table, executor Executor = sequential>
[[nodiscard]] row_survey survey_rows(const Table& table, const Executor& exec = {}) {
    constexpr float none = std::numeric_limits<float>::infinity();
    std::vector<std::uint32_t> lengths(table.size());
    std::vector<magnitude_range> found((table.size() + detail::rows_per_task - 1) / detail::rows_per_task, {none, 0});
    detail::for_each_coded_row<dense_form<value_code::f32>>(
        table, exec, [&](std::size_t i, std::span<const float> row, std::uint16_t) {
            lengths[i] = detail::count_values(row);
            if (lengths[i] == 0) return;
            float largest = 0;
            for (const float x : row) largest = (std::max)(largest, std::abs(x));
            magnitude_range& here = found[i / detail::rows_per_task];
            here = {(std::min)(here.least, largest), (std::max)(here.most, largest)};
        });
    magnitude_range all{none, 0};
    for (const magnitude_range& here : found) all = {(std::min)(all.least, here.least), (std::max)(all.most, here.most)};
    return {detail::histogram_of(lengths, table.dim()), all.most == 0 ? magnitude_range{} : all};
}

/// All formats: those that fit first, then by cost of a lookup, then by bytes. *Throws* std::invalid_argument if rows are too
/// wide for every format, or if the tolerance is negative or NaN. *Complexity:* O(dim).
[[nodiscard]] inline std::vector<format_choice> compare_formats(const row_survey& table, std::size_t dim,
                                                                const freeze_request& asked) {
    constexpr std::size_t most = dense_form<value_code::f32>::most_columns;
    if (dim == 0 || dim > most)
        throw std::invalid_argument("pleach::freeze_best: rows of " + std::to_string(dim) +
                                    " columns fit no format; formats hold 1 to " + std::to_string(most));
    if (!(asked.tolerance >= 0))
        throw std::invalid_argument("pleach::freeze_best: the tolerance is " + std::to_string(asked.tolerance) +
                                    ", but it must be at least 0, which asks for exact floats");
    std::vector<format_choice> all;
    const length_histogram& rows = table.lengths;
    for_each_kind([&]<class Table>(const Table*) {
        using placement = typename Table::placement_type;
        const std::size_t bytes = Table::bytes(rows, dim);
        const double error = error_of<typename placement::form>(table.largest);
        all.push_back({Table::kind(), bytes, placement::lines(rows, dim), error,
                       bytes <= asked.bytes && error <= asked.tolerance && dim <= placement::form::most_columns});
    });
    std::ranges::stable_sort(all, [](const format_choice& a, const format_choice& b) {
        if (a.fits != b.fits) return a.fits;
        return a.lines != b.lines ? a.lines < b.lines : a.bytes < b.bytes;
    });
    return all;
}

/// The comparison as text, one line per format.
[[nodiscard]] inline std::string explain(const std::vector<format_choice>& all, std::size_t entities) {
    std::string text;
    for (const format_choice& one : all) {
        char line[256];
        std::snprintf(
            line, sizeof line,
            "%c %-22s %12zu bytes %7.1f per row %6.2f lines per lookup, values within %.2g of their row's largest%s\n",
            &one == &all.front() && one.fits ? '*' : ' ', one.kind.c_str(), one.bytes,
            entities == 0 ? 0.0 : static_cast<double>(one.bytes) / static_cast<double>(entities), one.lines, one.error,
            one.fits ? "" : "; does not fit");
        text += line;
    }
    return text;
}

struct best_image {
    image frozen;
    std::vector<format_choice> formats;  ///< as compare_formats returns them; the first is the image's
};

}  // namespace frozen

/// The table in the format with the cheapest lookups that meets the request. *Throws* as freeze, and std::invalid_argument if
/// no format fits; the message names the smallest one within the tolerance.
template <enumerable_table Table, executor Executor = sequential>
[[nodiscard]] frozen::best_image freeze_best(const Table& table, const frozen::freeze_request& asked = {},
                                             const Executor& exec = {}) {
    auto formats = frozen::compare_formats(frozen::survey_rows(table, exec), table.dim(), asked);
    if (!formats.front().fits) {
        const frozen::format_choice* smallest = nullptr;
        for (const auto& one : formats)
            if (one.error <= asked.tolerance && (smallest == nullptr || one.bytes < smallest->bytes)) smallest = &one;
        throw std::invalid_argument("pleach::freeze_best: no format holds these rows in " + std::to_string(asked.bytes) +
                                    " bytes; the smallest within the tolerance is " + smallest->kind + " of " +
                                    std::to_string(smallest->bytes) + " bytes: prune more, or allow a larger tolerance");
    }
    frozen::best_image best;
    frozen::with_kind(formats.front().kind, [&]<class Format>(const Format*) { best.frozen = freeze<Format>(table, exec); });
    best.formats = std::move(formats);
    return best;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
