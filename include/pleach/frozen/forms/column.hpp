// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as a scale, the columns of their values in ascending order, and the values. A row with bytes to spare is padded with
/// pairs of value 0 at columns that it does not use, so that every record of a table is read in the same number of steps.

#include <pleach/frozen/form.hpp>
#include <pleach/kernel/column_list.hpp>

#include <bit>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// *Precondition:* dim is at most 2^(8 sizeof(Column)).
template <value_code Code, class Column = std::uint8_t>
struct column_form : coded_values<Code> {
    static constexpr std::size_t pair_bytes = sizeof(Column) + size_of(Code);
    static constexpr std::size_t most_columns = std::size_t{1} << (8 * sizeof(Column));
    [[nodiscard]] static constexpr std::size_t smallest_step() noexcept { return pair_bytes; }
    [[nodiscard]] static std::string name() { return "columns" + std::to_string(8 * sizeof(Column)); }
    [[nodiscard]] static constexpr std::size_t prefix_bytes(std::size_t) noexcept {
        return scale_bytes(Code) + 2 * sizeof(Column);
    }
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t, std::size_t nonzero) noexcept {
        return scale_bytes(Code) + nonzero * pair_bytes;
    }

    /// In the record of an overflow row the first two columns are equal. A row of a table with one column always fits.
    [[nodiscard]] static bool marks_overflow(const std::byte* row, std::size_t dim, std::size_t) noexcept {
        return dim > 1 && std::memcmp(row + scale_bytes(Code), row + scale_bytes(Code) + sizeof(Column), sizeof(Column)) == 0;
    }
    static void mark_overflow(std::span<const float>, std::byte*) noexcept {}  // in zeroed bytes the columns are equal

    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) noexcept {
        const std::size_t pairs = count(out.size(), row.size());
        std::byte* columns = column_form::write_scale(scale, out.data());
        std::byte* values = columns + pairs * sizeof(Column);
        const auto put = [&](std::size_t c) {
            const auto column = static_cast<Column>(c);
            std::memcpy(columns, &column, sizeof column);
            encode_value<Code>(row[c], from_bfloat(scale), values);
            columns += sizeof(Column);
            values += size_of(Code);
        };
        std::size_t used = 0;
        for (std::size_t c = 0; c < row.size(); ++c)
            if (row[c] != 0) {
                put(c);
                ++used;
            }
        for (std::size_t c = 0; c < row.size() && used < pairs; ++c)
            if (row[c] == 0) {
                put(c);
                ++used;
            }
    }
    [[nodiscard]] static column_list<Code, Column> read(std::span<const std::byte> row, std::size_t dim) noexcept {
        const std::size_t pairs = count(row.size(), dim);
        const std::byte* columns = row.data() + scale_bytes(Code);
        return {columns, columns + pairs * sizeof(Column), pairs, decode_scale<Code>(row.data())};
    }
    [[nodiscard]] static const char* defect(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < bytes(dim, 0)) return "it is too short for its scale";
        const auto list = read(row, dim);
        std::uint64_t seen[most_columns / 64 < 4 ? 1 : most_columns / 64];
        const std::size_t words = (dim + 63) / 64;
        for (std::size_t w = 0; w < words; ++w) seen[w] = 0;
        for (std::size_t i = 0; i < list.count; ++i) {
            const std::size_t c = list.column(i);
            if (c >= dim) return "it has a value in a column beyond the last one";
            if ((seen[c / 64] >> (c % 64) & 1) != 0) return "it has two values in one column";
            seen[c / 64] |= std::uint64_t{1} << (c % 64);
        }
        return nullptr;
    }
    [[nodiscard]] static float checked_square(std::span<const std::byte> row, std::size_t dim) noexcept {
        if (row.size() < bytes(dim, 0) || dim > 256) return NAN;
        const auto list = read(row, dim);
        const std::size_t different = dim <= 64 ? columns_below<1>(list, dim) : columns_below<4>(list, dim);
        if (different != list.count) return NAN;
        return squared_length(value_run<Code>{list.values, list.count, list.scale});
    }

private:
    /// The number of different columns below dim. *Precondition:* dim <= 64 * Words.
    template <std::size_t Words>
    [[nodiscard]] static std::size_t columns_below(const column_list<Code, Column>& list, std::size_t dim) noexcept {
        std::uint64_t seen[Words]{};
        for (std::size_t i = 0; i < list.count; ++i) {
            const std::size_t c = list.column(i);
            seen[c / 64 % Words] |= std::uint64_t{c < dim} << (c % 64);
        }
        std::size_t different = 0;
        for (const std::uint64_t word : seen) different += static_cast<std::size_t>(std::popcount(word));
        return different;
    }
    /// The number of pairs that fit in `bytes` bytes.
    [[nodiscard]] static std::size_t count(std::size_t bytes, std::size_t dim) noexcept {
        const std::size_t pairs = (bytes - scale_bytes(Code)) / pair_bytes;
        return pairs < dim ? pairs : dim;
    }
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
