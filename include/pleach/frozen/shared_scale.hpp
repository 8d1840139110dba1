// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One scale for all rows of signed bytes, for tables whose rows are added to each other, such as codewords: with it, their
/// sums are whole numbers times the scale. The scale is the power of 2^(-1/2) times that of the largest value with which the
/// values lose the least when rounded; values beyond 127 scales are cut off. On codewords of real rows that costs next to
/// nothing: see docs/results.md.

#include <pleach/core/value_code.hpp>
#include <pleach/table/concepts.hpp>

#include <limits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen::detail {

/// The parts of T are rows that are added to each other.
template <class T>
concept adds_rows = requires { requires T::adds_rows; };

/// Rows of Form have a scale that can be given: code_row(row, scale).
template <class Form>
concept scales_rows = requires(std::span<float> row, std::uint16_t scale) { Form::code_row(row, scale); };

template <class T>
concept has_shared_scale = requires(const T& table) {
    { table.shared_scale() } -> std::same_as<std::uint16_t>;
};

/// The sum of squared differences between the values and their bytes at that scale.
[[nodiscard]] inline double squared_rounding(std::span<const float> values, float scale) noexcept {
    double sum = 0;
    for (const float x : values) {
        const float levels = std::nearbyint(x / scale), cut = levels > 127 ? 127 : levels < -127 ? -127 : levels;
        const auto error = static_cast<double>(x) - static_cast<double>(cut) * static_cast<double>(scale);
        sum += error * error;
    }
    return sum;
}

/// A bf16. *Complexity:* five passes over the values.
[[nodiscard]] inline std::uint16_t choose_shared_scale(std::span<const float> values) noexcept {
    std::uint16_t best = row_scale(values);
    if (!std::isfinite(from_bfloat(best)) || from_bfloat(best) == 0) return best;
    double least = squared_rounding(values, from_bfloat(best));
    for (float wide = from_bfloat(best) * 0.70710678F; wide > std::numeric_limits<float>::min(); wide *= 0.70710678F) {
        const std::uint16_t scale = to_bfloat(wide);
        const double error = squared_rounding(values, from_bfloat(scale));
        if (!(error < least)) break;
        best = scale;
        least = error;
    }
    return best;
}

/// The same rows, frozen with one scale.
template <enumerable_table Table>
class with_shared_scale {
public:
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;

    explicit with_shared_scale(const Table& rows) : rows_(&rows) {
        std::vector<value_type> row(rows.dim());
        std::vector<float> values;
        values.reserve(rows.size() * rows.dim());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows.lookup(static_cast<id_type>(i), row);
            for (const value_type x : row) values.push_back(std::isfinite(x) ? static_cast<float>(x) : 0.0F);
        }
        scale_ = choose_shared_scale(values);
    }
    [[nodiscard]] std::size_t size() const noexcept { return rows_->size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return rows_->dim(); }
    void lookup(id_type id, std::span<value_type> out) const { rows_->lookup(id, out); }
    [[nodiscard]] std::uint16_t shared_scale() const noexcept { return scale_; }

private:
    const Table* rows_;
    std::uint16_t scale_ = 0;
};

}  // namespace frozen::detail
}  // namespace PLEACH_ABI
}  // namespace pleach
