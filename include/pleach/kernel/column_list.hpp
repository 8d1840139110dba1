// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A row stored as column numbers and their values: copied, added, multiplied with a query. The best form for rows of a few
/// values, where a vector would hold mostly zeros.

#include <pleach/core/detail/copy_values.hpp>
#include <pleach/kernel/expand_bits.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// *Invariant:* columns are distinct and less than the width of the row. 64 bytes after the values are readable.
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

/// out += weight * row. Values are decoded and multiplied a vector at a time.
template <class Arch = default_arch, value_code Code, class Column>
void add_packed(const column_list<Code, Column>& row, float weight, float* out, std::size_t) noexcept {
    constexpr std::size_t lanes = lane_count<Arch>;
    const float_lanes<Arch> factor(weight * row.scale);
    std::array<float, lanes> products;
    for (std::size_t i = 0; i < row.count; i += lanes) {
        (factor * decode_lanes<Arch, Code>(row.values + i * size_of(Code))).store_unaligned(products.data());
        const std::size_t here = row.count - i < lanes ? row.count - i : lanes;
        for (std::size_t j = 0; j < here; ++j) out[row.column(i + j)] += products[j];
    }
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
