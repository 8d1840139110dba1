// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which format for this table? What decides is how many values the rows have, how many bytes there may be, and how exact values
/// must stay; the format is then the one whose lookups touch the fewest cache lines, which is what a lookup in a large table
/// costs. The choice comes with its reasons, as a table of all formats.

#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/freeze.hpp>

#include <cstdio>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

struct freeze_request {
    std::size_t bytes = SIZE_MAX;  ///< the most there may be, of the data of a file: image::bytes()
    double tolerance = 0;          ///< the most by which a value may be off, over the largest magnitude of its row
};

/// A format, what the table would take in it, and what keeps it from being chosen.
struct format_choice {
    std::string kind;
    std::size_t bytes;
    double lines;  ///< cache lines a lookup costs; waiting for memory, and the size of the table, counted as lines
    double error;  ///< of a value, over the largest magnitude of its row
    bool fits;     ///< the bytes, the tolerance, and the number of columns
};

/// What decides about formats: how many rows have how many values, and how large the largest of rows are.
struct row_survey {
    length_histogram lengths;
    magnitude_range largest;
};

/// Looks at every row. *Throws* std::invalid_argument where a value is not finite.
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

/// All formats, those that fit first, and of these the cheapest lookups, then the fewest bytes. *Throws* std::invalid_argument
/// for rows that fit no format whatever the bytes, and a tolerance that is no number from 0. *Complexity:* O(dim).
[[nodiscard]] inline std::vector<format_choice> compare_formats(const row_survey& table, std::size_t dim,
                                                                const freeze_request& asked) {
    constexpr std::size_t most = dense_form<value_code::f32>::most_columns;
    if (dim == 0 || dim > most)
        throw std::invalid_argument("pleach::freeze_best: rows of " + std::to_string(dim) +
                                    " columns fit no format; formats hold 1 to " + std::to_string(most));
    if (!(asked.tolerance >= 0))
        throw std::invalid_argument("pleach::freeze_best: the tolerance is " + std::to_string(asked.tolerance) +
                                    ", but it must be 0, for floats, or more");
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

/// The comparison as text, a line each.
[[nodiscard]] inline std::string explain(const std::vector<format_choice>& all, std::size_t entities) {
    std::string text;
    for (const format_choice& one : all) {
        char line[256];
        std::snprintf(line, sizeof line,
                      "%c %-22s %12zu bytes %7.1f a row %6.2f lines a lookup, values within %.2g of their row's largest%s\n",
                      &one == &all.front() && one.fits ? '*' : ' ', one.kind.c_str(), one.bytes,
                      entities == 0 ? 0.0 : static_cast<double>(one.bytes) / static_cast<double>(entities), one.lines,
                      one.error, one.fits ? "" : "; does not fit");
        text += line;
    }
    return text;
}

struct best_image {
    image frozen;
    std::vector<format_choice> formats;  ///< the first is the image's
};

}  // namespace frozen

/// The table in the format of the cheapest lookups that the request allows. *Throws* as freeze, and std::invalid_argument that
/// says how many bytes would do where no format fits.
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
