// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums of rows of codewords in whole numbers: if all codewords are signed bytes with one scale s, then
///
///     sum_j e_xj = s * sum_j sum_k q_k[code of xj in book k]
///
/// so that a bag adds bytes, 64 columns at a time, and multiplies once. Row sums of at most 512 terms are exact in floats as
/// well (a scale has 8 bits, a sum of bytes 16), so both ways give the same bits for a row.

#include <pleach/compose/detail/code_reader.hpp>
#include <pleach/core/detail/aligned_array.hpp>
#include <pleach/core/entity_id.hpp>
#include <pleach/kernel/packed_row.hpp>
#include <pleach/kernel/sum_bytes.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

/// Books whose rows are signed bytes.
template <class Books>
concept stores_bytes = requires(const Books& books, typename Books::id_type id) {
    { books.reader(id) } -> std::same_as<dense_reader<value_code::i8>>;
};

class byte_books {
public:
    /// Copies the stacked books; nullptr unless all codewords have the same scale and rows can be summed so.
    template <class Coded>
    [[nodiscard]] static std::shared_ptr<const byte_books> of(const Coded& table) {
        const auto& books = table.base();
        const std::size_t terms = table.codes().terms();
        if (books.size() == 0 || terms > byte_sums::most_rows) return nullptr;
        const auto reader = [&](std::size_t j) { return books.reader(static_cast<typename Coded::base_type::id_type>(j)); };
        const float scale = reader(0).scale;
        if (!std::isfinite(scale)) return nullptr;
        for (std::size_t j = 1; j < books.size(); ++j)
            if (reader(j).scale != scale) return nullptr;
        auto made = std::make_shared<byte_books>();
        made->scale_ = scale;
        made->dim_ = table.dim();
        made->is_sum_ = Coded::is_sum;
        made->slots_ = books.size();
        made->slot_ = Coded::is_sum ? columns : (books.dim() + 7) / 8 * 8;
        const std::size_t slices = Coded::is_sum ? (table.dim() + columns - 1) / columns : 1;
        made->bytes_ = aligned_array<std::uint8_t>(slices * made->slots_ * made->slot_);
        for (std::size_t j = 0; j < books.size(); ++j)
            for (std::size_t c = 0; c < table.group(j >> table.codes().bits()).count; ++c)
                made->bytes_.data()[(c / made->slot_ * made->slots_ + j) * made->slot_ + c % made->slot_] =
                    std::to_integer<std::uint8_t>(reader(j).values[c] ^ std::byte{zero});
        for (std::size_t k = 0; !Coded::is_sum && k < terms; ++k) {
            made->starts_.push_back(static_cast<std::uint32_t>(table.group(k).first));
            made->shifts_.push_back(static_cast<std::uint8_t>(8 * (table.group(k).count % 8)));
        }
        return made;
    }

    /// out = sum_j weights.at(j) * row(ids[j]). `ahead` more ids follow, whose codes may be prefetched.
    template <class Codes, class Id, class Weights>
    void sum(const Codes& codes, const Id* ids, std::size_t count, std::size_t ahead, std::span<float> out,
             Weights weights) const {
        for (std::size_t column = 0; column < dim_; column += columns) {
            const auto part = out.subspan(column, (std::min)(columns, dim_ - column));
            const std::size_t known = column == 0 ? count + ahead : 0;
            const std::size_t bytes_per_row = is_sum_ ? codes.terms() : 1;
            if constexpr (std::is_same_v<Weights, unit_weights>)
                sum_slice(codes, ids, count, known, column, bytes_per_row, part);
            else
                sum_weighted(codes, ids, count, known, column, bytes_per_row, weights, part);
        }
    }

private:
    static constexpr std::size_t columns = byte_sums::columns;
    static constexpr std::uint8_t zero = 128;    // bytes are stored without a sign
    static constexpr std::size_t distance = 64;  // of prefetches, in rows

    template <class Codes, class Id>
    void sum_slice(const Codes& codes, const Id* ids, std::size_t count, std::size_t known, std::size_t column,
                   std::size_t bytes_per_row, std::span<float> out) const {
        const std::size_t rows = byte_sums::most_rows / bytes_per_row;
        std::array<std::int32_t, columns> totals{};
        for (std::size_t first = 0; first < count; first += rows) {
            const std::size_t here = (std::min)(rows, count - first);
            byte_sums sums =
                add(codes, ids + first, here, known < first ? 0 : known - first, column, [](std::size_t, byte_sums&) {});
            sums.take(totals.data());
        }
        const auto surplus = static_cast<std::int32_t>(zero * count * bytes_per_row);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = scale_ * static_cast<float>(totals[c] - surplus);
    }
    template <class Codes, class Id, class Weights>
    void sum_weighted(const Codes& codes, const Id* ids, std::size_t count, std::size_t known, std::size_t column,
                      std::size_t bytes_per_row, Weights weights, std::span<float> out) const {
        const auto surplus = static_cast<std::int32_t>(zero * bytes_per_row);
        std::array<one_lane<float>, columns> sums{};
        (void)add(codes, ids, count, known, column, [&](std::size_t j, byte_sums& row) {
            std::array<std::int32_t, columns> totals{};
            row.take(totals.data());
            const one_lane<float> weight(weights.template at<float>(j));
            for (std::size_t c = 0; c < columns; ++c)
                sums[c] = multiply_add(weight, one_lane<float>(scale_ * static_cast<float>(totals[c] - surplus)), sums[c]);
        });
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = sums[c].value;
    }

    /// The sum of columns column .. column + 63 of `count` rows; `known` ids may be read. After row j, calls use(j, sum).
    template <class Codes, class Id, class Use>
    [[nodiscard]] byte_sums add(const Codes& codes, const Id* ids, std::size_t count, std::size_t known, std::size_t column,
                                Use use) const {
        if (is_sum_)
            return with_code_reader(
                codes, [&](auto code, auto terms) { return add_sums(codes, code, terms, ids, count, known, column, use); });
        return with_code_reader(codes, [&](auto code, auto) {
            if (dim_ <= 4 * codes.terms()) return add_groups<2>(codes, code, ids, count, known, column, use);
            return add_groups<1>(codes, code, ids, count, known, column, use);
        });
    }

    template <class Codes, class CodeOf, class Terms, class Id, class Use>
    [[nodiscard]] byte_sums add_sums(const Codes& codes, CodeOf code, Terms terms, const Id* ids, std::size_t count,
                                     std::size_t known, std::size_t column, Use use) const {
        const std::size_t book = columns << codes.bits();
        const std::uint8_t* const books = bytes_.data() + column * slots_;
        byte_sums sums;
        for (std::size_t j = 0; j < count; ++j) {
            if (j + distance < known) codes.prefetch(to_index(ids[j + distance]));
            const std::size_t x = to_index(ids[j]);
            const std::uint8_t* from = books;
            for (std::size_t k = 0; k < terms; ++k, from += book) sums.add(from + code(x, k) * columns);
            use(j, sums);
        }
        return sums;
    }

    /// Codewords side by side, two in each store if they have at most 4 columns. What a store writes beyond its codewords, the
    /// next one replaces.
    template <std::size_t Together, class Codes, class CodeOf, class Id, class Use>
    [[nodiscard]] byte_sums add_groups(const Codes& codes, CodeOf code, const Id* ids, std::size_t count, std::size_t known,
                                       std::size_t column, Use use) const {
        const std::size_t terms = codes.terms(), slot = slot_, book = slot << codes.bits();
        const std::uint32_t* const starts = starts_.data();
        const std::uint8_t* const books = bytes_.data();
        byte_sums sums;
        const auto with_room = [&](std::uint8_t* room) {
            for (std::size_t j = 0; j < count; ++j) {
                if (j + distance < known) codes.prefetch(to_index(ids[j + distance]));
                const std::size_t x = to_index(ids[j]);
                const std::uint8_t* from = books;
                std::size_t k = 0;
                if constexpr (Together == 2 && std::endian::native == std::endian::little)
                    for (; k + 2 <= terms; k += 2, from += 2 * book) {
                        const auto both = load_vector<std::uint64_t>(from + code(x, k) * 8) |
                                          load_vector<std::uint64_t>(from + book + code(x, k + 1) * 8) << shifts_[k];
                        std::memcpy(room + starts[k], &both, 8);
                    }
                for (; k < terms; ++k, from += book)
                    for (std::size_t i = 0; i < slot; i += 8)
                        std::memcpy(room + starts[k] + i, from + code(x, k) * slot + i, 8);
                sums.add(room + column);
                use(j, sums);
            }
        };
        constexpr std::size_t near_columns = 256;
        if (dim_ <= near_columns) {
            alignas(64) std::uint8_t near[near_columns + columns];  // columns beyond the last one may have any value
            std::memset(near + dim_, 0, columns);
            with_room(near);
        } else {
            std::vector<std::uint8_t> far(dim_ + columns);
            with_room(far.data());
        }
        return sums;
    }

    aligned_array<std::uint8_t> bytes_;  // a slot per codeword; of sums, all those of columns 0 .. 63, then 64 .. 127, ...
    std::vector<std::uint32_t> starts_;  // of groups of columns
    std::vector<std::uint8_t> shifts_;   // bits of their codewords, modulo 64
    std::size_t dim_ = 0, slots_ = 0, slot_ = 0;
    float scale_ = 0;
    bool is_sum_ = true;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
