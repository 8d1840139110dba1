// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fits a dense table into a number of bytes: chooses the value code, how many values are kept, and the format.
///
/// If some code fits every value in the bytes, the most exact such code is used. Otherwise the values of smallest magnitude in
/// the whole table are removed: packed rows take a certain number of bytes per value and per row, which gives the number of
/// values that may stay, and among the codes that the tolerance allows, the one that keeps the most values wins.

#include "support/program/main.hpp"
#include "support/serve/magnitude_cut.hpp"
#include "support/serve/planned_files.hpp"
#include "support/text/number.hpp"

#include <pleach/frozen/freeze_best.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/io/open.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace support {

/// Stands for the format with the fewest bytes of data, whatever lookups cost.
inline constexpr std::string_view smallest_format = "smallest";

struct shrink_request {
    std::optional<std::uint64_t> bytes;  ///< of the file, including its header
    std::optional<double> density;       ///< fraction of values kept
    std::string kind;                    ///< a format by name, or smallest_format; empty: the best
    double tolerance = 0.004;            ///< largest error of a kept value, relative to the largest in its row
};

struct shrink_plan {
    pleach::value_code code = pleach::value_code::f32;
    std::size_t kept = 0;  ///< values
    double error = 0;      ///< of the code, for these rows
};

/// The bytes left for the data of a file, out of the `--bytes` for the whole file.
inline std::size_t data_budget(std::uint64_t bytes) {
    return bytes < pleach::rows_header_bytes ? 0 : static_cast<std::size_t>(bytes) - pleach::rows_header_bytes;
}

/// The values spread evenly over the rows, with one more in the first rows. Packed rows take the same bytes however values are
/// spread.
inline pleach::frozen::length_histogram spread_evenly(std::size_t rows, std::size_t dim, std::size_t values) {
    pleach::frozen::length_histogram histogram(dim + 1);
    if (rows == 0) return histogram;
    histogram[values / rows] += rows - values % rows;
    if (values % rows != 0) histogram[values / rows + 1] += values % rows;
    return histogram;
}

/// The most values that rows of the format can keep in these bytes of data; 0 if none fit.
template <class Format>
std::size_t most_values(std::size_t rows, std::size_t dim, std::size_t bytes) {
    if (dim > Format::form_type::most_columns) return 0;
    return largest_that_fits(rows * dim,
                             [&](std::size_t values) { return Format::bytes(spread_evenly(rows, dim, values), dim) <= bytes; });
}

/// The number of values that packed rows of this code can keep in these bytes of data.
inline std::size_t values_that_fit(pleach::value_code code, std::size_t rows, std::size_t dim, std::size_t bytes) {
    using namespace pleach::frozen;
    const auto in_code = [&]<pleach::value_code Code>() {
        return std::max({most_values<bitmap_rows<Code>>(rows, dim, bytes), most_values<csr_rows<Code>>(rows, dim, bytes),
                         most_values<csr_rows<Code, std::uint16_t>>(rows, dim, bytes)});
    };
    switch (code) {
        case pleach::value_code::f32:
            return in_code.template operator()<pleach::value_code::f32>();
        case pleach::value_code::f16:
            return in_code.template operator()<pleach::value_code::f16>();
        case pleach::value_code::bf16:
            return in_code.template operator()<pleach::value_code::bf16>();
        case pleach::value_code::i8:
            break;
    }
    return in_code.template operator()<pleach::value_code::i8>();
}

/// Bytes of the data of dense rows of this code.
inline std::size_t dense_bytes(pleach::value_code code, std::size_t rows, std::size_t dim) {
    using namespace pleach;
    return frozen::data_bytes(std::array{frozen::bound_bytes(rows), frozen::guard_bytes,
                                         rows * (dim * size_of(code) + scale_bytes(code)) + frozen::guard_bytes});
}

/// For rows whose largest magnitudes are in the range. *Throws:* usage_error if the bytes hold next to nothing.
inline shrink_plan plan_shrink(std::size_t rows, std::size_t dim, const shrink_request& asked,
                               pleach::magnitude_range largest = {}) {
    constexpr pleach::value_code codes[] = {pleach::value_code::f32, pleach::value_code::f16, pleach::value_code::bf16,
                                            pleach::value_code::i8};
    const std::size_t all = rows * dim;
    if (asked.density) {
        shrink_plan plan{.kept = static_cast<std::size_t>(*asked.density * static_cast<double>(all))};
        for (const auto code : codes)
            if (const double error = pleach::relative_error(code, largest);
                error <= asked.tolerance && size_of(code) < size_of(plan.code))
                plan = {.code = code, .kept = plan.kept, .error = error};
        return plan;
    }
    shrink_plan best;
    for (const auto code : codes) {
        const double error = pleach::relative_error(code, largest);
        if (error > asked.tolerance) continue;
        if (dense_bytes(code, rows, dim) <= data_budget(*asked.bytes)) return {.code = code, .kept = all, .error = error};
        const std::size_t kept = values_that_fit(code, rows, dim, data_budget(*asked.bytes));
        if (kept > best.kept) best = {.code = code, .kept = kept, .error = error};
    }
    if (best.kept < rows / 64)
        throw usage_error("--bytes " + grouped(*asked.bytes) + ": " + grouped(rows) + " rows need " + grouped(4 * rows) +
                          " bytes just to say where each row begins; give more bytes");
    return best;
}

/// *Throws:* usage_error that lists the formats, if there is none of that name.
inline void require_format(const std::string& kind) {
    std::string kinds;
    bool known = kind == smallest_format;
    pleach::frozen::for_each_kind([&]<class Format>(const Format*) {
        known = known || kind == Format::kind();
        kinds.append(" ").append(Format::kind());
    });
    if (!known) throw usage_error("there is no format " + printable(kind) + "; there are" + kinds);
}

/// The table in the format of that name. *Throws:* usage_error that lists the formats.
template <pleach::enumerable_table Table>
pleach::frozen::best_image freeze_as(const Table& table, const std::string& kind, const pleach::openmp& exec) {
    pleach::frozen::best_image result;
    require_format(kind);
    pleach::frozen::with_kind(kind, [&]<class Format>(const Format*) { result.frozen = pleach::freeze<Format>(table, exec); });
    result.formats.push_back({kind, result.frozen.bytes(), 0, 0, true});
    return result;
}

/// The format with the fewest bytes of data that the tolerance allows.
template <pleach::enumerable_table Table>
std::string smallest_kind(const Table& table, const pleach::frozen::freeze_request& request, const pleach::openmp& exec) {
    const pleach::frozen::format_choice* smallest = nullptr;
    const auto formats = pleach::frozen::compare_formats(pleach::frozen::survey_rows(table, exec), table.dim(), request);
    for (const auto& one : formats)
        if (one.error <= request.tolerance && (smallest == nullptr || one.bytes < smallest->bytes)) smallest = &one;
    return smallest->kind;  // floats are within any tolerance
}

/// The table, cut and frozen as planned, in the format with the cheapest lookups that the bytes and the code allow.
template <pleach::enumerable_table Table>
pleach::frozen::best_image shrink(const Table& table, const shrink_plan& plan, const shrink_request& asked,
                                  const std::string& name, const pleach::openmp& exec) {
    pleach::frozen::freeze_request request{.tolerance = plan.error};
    if (asked.bytes) request.bytes = data_budget(*asked.bytes);
    const auto freeze = [&](const auto& kept) {
        if (asked.kind.empty()) return pleach::freeze_best(kept, request, exec);
        return freeze_as(kept, asked.kind == smallest_format ? smallest_kind(kept, request, exec) : asked.kind, exec);
    };
    if (plan.kept >= table.size() * table.dim()) return freeze(table);
    return freeze(cut_table<Table>(table, keep_largest(table, plan.kept, name, exec)));
}

}  // namespace support
