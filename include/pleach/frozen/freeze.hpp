// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Freezes any table: `freeze<frozen::bitmap_records<value_code::f16>>(table)`. Every row is read twice, once to count its
/// values and once to write them, so that only the result and a count per row are held in memory.

#include <pleach/core/matrix.hpp>
#include <pleach/frozen/shared_scale.hpp>
#include <pleach/frozen/stored_rows.hpp>
#include <pleach/frozen/view.hpp>
#include <pleach/table/concepts.hpp>

#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {

namespace frozen::detail {

inline constexpr std::size_t rows_per_task = 4 * rows_per_bound;

/// Calls use(i, row, scale) for every row, rounded as the form stores it, zeros without a sign. *Throws*
/// std::invalid_argument if a value is not finite, or overflows in the value code.
template <class Form, class Table, class Executor, class Use>
void for_each_coded_row(const Table& table, const Executor& exec, Use&& use) {
    using T = typename Table::value_type;
    const auto code_row = [&](std::span<float> row) {
        if constexpr (has_shared_scale<Table> && scales_rows<Form>)
            return Form::code_row(row, table.shared_scale());
        else
            return Form::code_row(row);
    };
    for_each_chunk(exec, table.size(), rows_per_task, [&](std::size_t first, std::size_t last) {
        std::vector<T> found(table.dim());
        std::vector<float> row(table.dim());
        for (std::size_t i = first; i < last; ++i) {
            table.lookup(static_cast<typename Table::id_type>(i), found);
            bool finite = true;
            for (std::size_t c = 0; c < row.size(); ++c) {
                row[c] = static_cast<float>(found[c]);
                finite &= std::isfinite(row[c]);
            }
            const std::uint16_t scale = finite ? code_row(row) : std::uint16_t{0};
            for (std::size_t c = 0; c < row.size(); ++c) {
                if (!std::isfinite(row[c]))
                    throw std::invalid_argument("pleach::freeze: row " + std::to_string(i) + ", column " + std::to_string(c) +
                                                " is " + std::to_string(found[c]) + ", which cannot be stored as " +
                                                Form::code_name() + "; check the training run, or choose another value code");
                row[c] = row[c] == 0 ? 0.0F : row[c];
            }
            use(i, std::span<const float>(row), scale);
        }
    });
}

[[nodiscard]] inline std::uint32_t count_values(std::span<const float> row) noexcept {
    return static_cast<std::uint32_t>(row.size() - static_cast<std::size_t>(std::ranges::count(row, 0.0F)));
}
template <class Form, class Table, class Executor>
[[nodiscard]] std::vector<std::uint32_t> count_values(const Table& table, const Executor& exec) {
    std::vector<std::uint32_t> lengths(table.size());
    for_each_coded_row<Form>(table, exec,
                             [&](std::size_t i, std::span<const float> row, std::uint16_t) { lengths[i] = count_values(row); });
    return lengths;
}

[[nodiscard]] inline length_histogram histogram_of(std::span<const std::uint32_t> lengths, std::size_t dim) {
    length_histogram rows(dim + 1);
    for (const std::uint32_t z : lengths) ++rows[z];
    return rows;
}

using array_sizes = std::map<std::string, std::size_t>;

template <class Placement, class Id>
struct format<stored_rows<Placement, Id>> {
    using table_type = stored_rows<Placement, Id>;

    template <class Table, class Executor>
    static void freeze(const Table& table, image& into, const std::string& prefix, const Executor& exec) {
        using form = typename Placement::form;
        const std::size_t dim = table.dim();
        if (dim == 0 || dim > form::most_columns)
            throw std::invalid_argument("pleach::freeze: rows of " + std::to_string(dim) + " columns do not fit " +
                                        Placement::kind() + ", which holds 1 to " + std::to_string(form::most_columns));
        const std::vector<std::uint32_t> lengths = count_values<form>(table, exec);
        const Placement rows = Placement::make(into, prefix, dim, lengths, histogram_of(lengths, dim));
        const std::span<float> bounds = into.add<float>(prefix + "bounds", bound_bytes(table.size()) / sizeof(float));
        for_each_coded_row<form>(table, exec, [&](std::size_t i, std::span<const float> row, std::uint16_t scale) {
            rows.write(i, row, scale, lengths[i]);
            const float bound = length_bound(squared_length(form::read(rows.row(i), dim), dim));
            bounds[i / rows_per_bound] = (std::max)(bounds[i / rows_per_bound], bound);
        });
        into.describe(prefix + "kind", Placement::kind());
        into.describe(prefix + "entities", std::to_string(table.size()));
        into.describe(prefix + "dim", std::to_string(dim));
    }

    /// As freeze, but only records the size of each array that it would make.
    template <class Table, class Executor>
    static void measure(const Table& table, array_sizes& into, const std::string& prefix, const Executor& exec) {
        const auto lengths = count_values<typename Placement::form>(table, exec);
        for (const auto& [name, bytes] : table_type::array_bytes(histogram_of(lengths, table.dim()), table.dim()))
            into.emplace(prefix + name, bytes);
    }

    template <class Context>
    [[nodiscard]] static table_type read(Context& context, const std::string& prefix) {
        defect wrong;
        auto table = table_type::view(context.from, wrong, prefix, context.owner, context.check, context.exec);
        if (wrong) throw defect(std::move(wrong));
        context.arrays += table_type::array_names().size();
        return table;
    }
};

}  // namespace frozen::detail

/// The table as an image in `Format`, the type of a frozen table. *Throws* std::invalid_argument if a value is not finite or
/// overflows in the format's value code, or if rows are wider than the format allows; std::length_error if the rows need more
/// bytes than its offsets can address. *Complexity:* two passes over the table. The bits do not depend on the executor.
template <class Format, enumerable_table Table, executor Executor = sequential>
[[nodiscard]] frozen::image freeze(const Table& table, const Executor& exec = {}) {
    frozen::image result;
    frozen::detail::format<Format>::freeze(table, result, "", exec);
    result.describe("pleach.frozen", std::string(frozen_version));
    return result;
}

namespace frozen {

/// The exact size of this table's file in that format, without the header. Nothing is written. *Throws* as freeze.
/// *Complexity:* one pass over the table.
template <class Format, enumerable_table Table, executor Executor = sequential>
[[nodiscard]] std::size_t bytes_of(const Table& table, const Executor& exec = {}) {
    detail::array_sizes arrays;
    detail::format<Format>::measure(table, arrays, "", exec);
    std::vector<std::size_t> sizes;
    for (const auto& one : arrays) sizes.push_back(one.second);
    return data_bytes(sizes);
}

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
