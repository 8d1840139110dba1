// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A dense table made to fit a number of bytes: which value code, how many values are kept, and in which format.
///
/// A code that holds every value in the bytes is taken as it is, the most exact one first. Where none does, values of least
/// magnitude go, over the whole table: packed rows take so many bytes for each value and so many for each row, which says how
/// many may stay, and of the codes that the tolerance allows the one that keeps the most values wins.

#include "support/program/main.hpp"
#include "support/serve/magnitude_cut.hpp"
#include "support/text/number.hpp"

#include <pleach/frozen/freeze_best.hpp>
#include <pleach/interop/openmp.hpp>

#include <optional>

namespace support {

struct shrink_request {
    std::optional<std::uint64_t> bytes;  ///< of the arrays of the frozen table
    std::optional<double> density;       ///< kept over all values
    std::string kind;                    ///< a format by name; empty: the best
    double tolerance = 0.004;            ///< the most by which a kept value may be off, over its row's largest
};

struct shrink_plan {
    pleach::value_code code = pleach::value_code::f32;
    std::size_t kept = 0;  ///< values
    double error = 0;      ///< of the code, for these rows
};

/// Values that packed rows of this code may keep in these bytes. *Throws:* usage_error if not one for each 64 rows.
inline std::size_t values_that_fit(pleach::value_code code, std::size_t rows, std::size_t dim, std::uint64_t bytes) {
    using namespace pleach;
    const std::uint64_t bounds = 4 * ((rows + frozen::rows_per_bound - 1) / frozen::rows_per_bound);
    const std::uint64_t fixed = bounds + frozen::guard_bytes + 4 * (rows + 1) + rows * scale_bytes(code);
    const std::size_t unit = size_of(code), bits = ((dim + 7) / 8 + unit - 1) / unit * unit;
    const auto fit = [&](std::uint64_t more, std::uint64_t a_value) {
        return bytes < fixed + more ? 0 : static_cast<std::size_t>((bytes - fixed - more) / a_value);
    };
    const std::size_t by_columns = fit(0, unit + (dim <= 256 ? 1 : 2));
    return std::min(rows * dim, std::max(by_columns, fit(rows * bits, unit)));
}

/// For rows whose largest magnitudes are in the range. *Throws:* usage_error where the bytes hold nearly nothing.
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
        const std::uint64_t dense = rows * (dim * size_of(code) + scale_bytes(code)) +
                                    4 * (rows / pleach::frozen::rows_per_bound + 1) + 2 * pleach::frozen::guard_bytes;
        if (dense <= *asked.bytes) return {.code = code, .kept = all, .error = error};
        const std::size_t kept = values_that_fit(code, rows, dim, *asked.bytes);
        if (kept > best.kept) best = {.code = code, .kept = kept, .error = error};
    }
    if (best.kept < rows / 64)
        throw usage_error("--bytes " + grouped(*asked.bytes) + ": " + grouped(rows) + " rows need " + grouped(4 * rows) +
                          " bytes to say where each begins, before any value; give more bytes");
    return best;
}

/// The table in the format of that name. *Throws:* usage_error naming the formats there are.
template <pleach::enumerable_table Table>
pleach::frozen::best_image freeze_as(const Table& table, const std::string& kind, const pleach::openmp& exec) {
    pleach::frozen::best_image result;
    std::string kinds;
    const bool known = pleach::frozen::with_kind(
        kind, [&]<class Format>(const Format*) { result.frozen = pleach::freeze<Format>(table, exec); });
    pleach::frozen::for_each_kind([&]<class Format>(const Format*) { kinds += " " + Format::kind(); });
    if (!known) throw usage_error("there is no format " + printable(kind) + "; there are" + kinds);
    result.formats.push_back({kind, result.frozen.bytes(), 0, 0, true});
    return result;
}

/// The table, cut and frozen as planned, in the format of the cheapest lookups that the bytes and the code allow.
template <pleach::enumerable_table Table>
pleach::frozen::best_image shrink(const Table& table, const shrink_plan& plan, const shrink_request& asked,
                                  const std::string& name, const pleach::openmp& exec) {
    pleach::frozen::freeze_request request{.tolerance = plan.error};
    if (asked.bytes) request.bytes = static_cast<std::size_t>(*asked.bytes);
    const auto freeze = [&](const auto& kept) {
        return asked.kind.empty() ? pleach::freeze_best(kept, request, exec) : freeze_as(kept, asked.kind, exec);
    };
    if (plan.kept >= table.size() * table.dim()) return freeze(table);
    return freeze(cut_table<Table>(table, keep_largest(table, plan.kept, name, exec)));
}

}  // namespace support
