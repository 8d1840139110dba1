// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A row stored as column numbers and their values: copied, added, multiplied with a query. The best form for rows of a few
/// values, where a vector would hold mostly zeros.

#include <pleach/core/detail/copy_values.hpp>
#include <pleach/core/value_code.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// *Invariant:* columns are distinct and less than the width of the row.
template <value_code Code, class Column>
struct column_list {
    const std::byte* columns;
    const std::byte* values;
    std::size_t count;
    float scale;

    [[nodiscard]] std::size_t column(std::size_t i) const noexcept {
        Column c;
        std::memcpy(&c, columns + i * sizeof c, sizeof c);
        return c;
    }
    [[nodiscard]] float value(std::size_t i) const noexcept { return decode_value<Code>(values + i * size_of(Code)); }
};

/// out = row. *Complexity:* n + count writes.
template <value_code Code, class Column>
void copy_packed(const column_list<Code, Column>& row, float* out, std::size_t n) noexcept {
    detail::fill_values(std::span<float>(out, n), 0.0F);
    for (std::size_t i = 0; i < row.count; ++i) out[row.column(i)] = row.value(i) * row.scale;
}

/// out += weight * row.
template <value_code Code, class Column>
void add_packed(const column_list<Code, Column>& row, float weight, float* out, std::size_t) noexcept {
    const float factor = weight * row.scale;
    for (std::size_t i = 0; i < row.count; ++i) out[row.column(i)] += factor * row.value(i);
}

/// row . query.
template <value_code Code, class Column>
[[nodiscard]] float dot_packed(const column_list<Code, Column>& row, const float* query, std::size_t) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < row.count; ++i) sum += row.value(i) * query[row.column(i)];
    return sum * row.scale;
}

/// |row|^2, including the scale.
template <value_code Code, class Column>
[[nodiscard]] float squared_length(const column_list<Code, Column>& row, std::size_t) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < row.count; ++i) sum += row.value(i) * row.value(i);
    return sum * row.scale * row.scale;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
