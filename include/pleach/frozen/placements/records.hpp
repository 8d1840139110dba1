// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as records: every row has the same number of bytes, the *stride*, so that its address is a product and a lookup
/// touches a single cache line in the best case. The few rows that need more are *overflow rows*: they are in a second array,
/// and their record has the offset and length.

#include <pleach/frozen/placement.hpp>

#include <numeric>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

template <class Form>
class records {
    static_assert(row_form<Form>,
                  "pleach::frozen::records needs a row_form: see frozen/form.hpp for the members that a form has, and "
                  "testing/check_row_form.hpp for a check that names the missing one");

public:
    using form = Form;
    static constexpr bool is_dense = is_dense_form<Form>;
    [[nodiscard]] static std::string kind() {
        return Form::name() + (is_dense ? "_rows<" : "_records<") + Form::code_name() + ">";
    }

    /// The stride with the cheapest lookups: 16, 32, or a multiple of 64 bytes; for dense forms, the bytes of a row.
    [[nodiscard]] static std::size_t choose_stride(const length_histogram& rows, std::size_t dim) noexcept {
        if constexpr (is_dense) {
            return Form::bytes(dim, dim);
        } else {
            const std::size_t all = std::accumulate(rows.begin(), rows.end(), std::size_t{0});
            std::size_t fitting = 0, z = 0;  // the rows of fewer than z values fit, `fitting` in all
            std::size_t best = 0;
            double least = 0;
            for (std::size_t stride = 16; best == 0 || stride < 2 * Form::bytes(dim, dim);
                 stride += stride < 64 ? stride : 64) {
                while (z < rows.size() && Form::bytes(dim, z) <= stride) fitting += rows[z++];
                if (stride < Form::prefix_bytes(dim) + place_bytes) continue;
                const double cost = lines_at(stride, all, all - fitting);
                if (best == 0 || cost < least) {
                    best = stride;
                    least = cost;
                }
            }
            return best;
        }
    }
    /// Cost model: one per cache line touched; 15 for an overflow row (an unprefetched miss is about 15 times slower); 1/256
    /// per byte of a record, because more of a smaller table stays in the caches.
    [[nodiscard]] static double lines(const length_histogram& rows, std::size_t dim) noexcept {
        const std::size_t stride = choose_stride(rows, dim);
        std::size_t all = 0, overflow = 0;
        for (std::size_t z = 0; z < rows.size(); ++z) {
            all += rows[z];
            if (!is_dense && Form::bytes(dim, z) > stride) overflow += rows[z];
        }
        return lines_at(stride, all, overflow);
    }
    [[nodiscard]] static std::array<std::size_t, 2> array_bytes(const length_histogram& rows, std::size_t dim) noexcept {
        const std::size_t stride = choose_stride(rows, dim);
        std::array<std::size_t, 2> bytes{guard_bytes, guard_bytes};
        for (std::size_t z = 0; z < rows.size(); ++z) {
            bytes[0] += rows[z] * stride;
            bytes[1] += rows[z] * (Form::bytes(dim, z) > stride ? Form::bytes(dim, z) : 0);
        }
        return bytes;
    }

    /// Allocates the arrays for rows of these lengths in the image, and writes the offsets of overflow rows into their
    /// records. *Throws* std::length_error if overflow rows need more than 4 GiB.
    [[nodiscard]] static records make(image& into, const std::string& prefix, std::size_t dim,
                                      std::span<const std::uint32_t> lengths, const length_histogram& histogram) {
        records made;
        made.dim_ = dim;
        made.stride_ = choose_stride(histogram, dim);
        std::size_t over = 0;
        for (const std::uint32_t z : lengths)
            if (Form::bytes(dim, z) > made.stride_) over += Form::bytes(dim, z);
        if (over > UINT32_MAX)
            throw std::length_error(
                "pleach::freeze: the rows that do not fit their records need " + std::to_string(over) +
                " bytes, more than 4 GiB; split the table, or use a format without padding, such as bitmap_rows");
        made.room_ = into.add<std::byte>(prefix + "records", lengths.size() * made.stride_ + guard_bytes);
        made.over_room_ = into.add<std::byte>(prefix + "overflow", over + guard_bytes);
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            const auto need = static_cast<std::uint32_t>(Form::bytes(dim, lengths[i]));
            if (need <= made.stride_) continue;
            if constexpr (!is_dense) {
                const std::array<std::uint32_t, 2> place{next, need};
                std::memcpy(made.room_.data() + i * made.stride_ + Form::prefix_bytes(dim), place.data(), place_bytes);
                next += need;
            }
        }
        made.rows_ = made.room_.data();
        made.overflow_ = made.over_room_.first(over);
        into.describe(prefix + "stride", std::to_string(made.stride_));
        return made;
    }
    /// Writes row i, which has `length` values. *Precondition:* this is the result of make(), and lengths[i] was `length`.
    void write(std::size_t i, std::span<const float> row, std::uint16_t scale, std::size_t length) const noexcept {
        std::byte* const record = room_.data() + i * stride_;
        if (Form::bytes(dim_, length) <= stride_) {
            Form::write(row, scale, {record, stride_});
            return;
        }
        if constexpr (!is_dense) {
            const auto place = place_of(record);
            Form::mark_overflow(row, record);
            Form::write(row, scale, over_room_.subspan(place[0], place[1]));
        }
    }

    /// Takes the arrays and the stride. Rows themselves are checked by row_defect().
    [[nodiscard]] defect read(const sections& from, const std::string& prefix, std::size_t rows, std::size_t dim) {
        dim_ = dim;
        const auto stride = from.number(prefix + "stride", std::uint64_t{1} << 32);
        if (!stride || *stride < least_stride(dim))
            return {frozen_errc::bad_metadata, pleach::detail::in_quotes(prefix + "stride")};
        stride_ = static_cast<std::size_t>(*stride);
        std::span<const std::byte> all;
        if (auto wrong = detail::take_blob(from, prefix + "records", all)) return wrong;
        if (all.size() / stride_ != rows || all.size() % stride_ != 0)
            return {frozen_errc::wrong_size, "array " + pleach::detail::in_quotes(prefix + "records")};
        rows_ = all.data();
        return detail::take_blob(from, prefix + "overflow", overflow_);
    }
    [[nodiscard]] static std::vector<std::string> array_names() { return {"records", "overflow"}; }

    /// The bytes of row i. *Complexity:* constant.
    [[nodiscard]] padded_row row(std::size_t i) const noexcept {
        const std::byte* record = rows_ + i * stride_;
        if constexpr (!is_dense)
            if (Form::marks_overflow(record, dim_, stride_)) [[unlikely]] {
                const auto place = place_of(record);
                return {overflow_.data() + place[0], place[1]};
            }
        return {record, stride_};
    }
    void prefetch(std::size_t i) const noexcept { pleach::detail::prefetch_bytes(rows_ + i * stride_, stride_); }

    /// Whether row(i) is within the arrays.
    [[nodiscard]] bool is_inside([[maybe_unused]] std::size_t i) const noexcept {
        if constexpr (is_dense) {
            return true;
        } else {
            const std::byte* record = rows_ + i * stride_;
            if (!Form::marks_overflow(record, dim_, stride_)) return true;
            const auto place = place_of(record);
            return place[0] <= overflow_.size() && place[1] <= overflow_.size() - place[0];
        }
    }
    [[nodiscard]] defect row_defect(std::size_t i) const {
        if (!is_inside(i)) return {frozen_errc::bad_overflow, detail::row_name(i)};
        const char* wrong = defect_of<Form>(row(i), dim_);
        return wrong == nullptr ? defect{} : defect{frozen_errc::bad_row, detail::row_name(i) + ": " + wrong};
    }
    [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

private:
    [[nodiscard]] static std::size_t least_stride(std::size_t dim) noexcept {
        if constexpr (is_dense)
            return Form::bytes(dim, dim);
        else
            return Form::prefix_bytes(dim) + place_bytes;
    }
    [[nodiscard]] static double lines_at(std::size_t stride, std::size_t all, std::size_t overflow) noexcept {
        // A record whose stride neither divides a line nor is a multiple of one may straddle one line more.
        const double touched = 64 % stride == 0 || stride % 64 == 0 ? static_cast<double>((stride + 63) / 64)
                                                                    : 1 + static_cast<double>(stride - 1) / 64;
        return touched + static_cast<double>(stride) / 256 +
               (all == 0 ? 0 : 15 * static_cast<double>(overflow) / static_cast<double>(all));
    }
    [[nodiscard]] std::array<std::uint32_t, 2> place_of(const std::byte* record) const noexcept {
        std::array<std::uint32_t, 2> place;
        std::memcpy(place.data(), record + Form::prefix_bytes(dim_), place_bytes);
        return place;
    }

    const std::byte* rows_ = nullptr;
    std::span<const std::byte> overflow_;
    std::size_t stride_ = 0;
    std::size_t dim_ = 0;
    std::span<std::byte> room_;       // the records, for write()
    std::span<std::byte> over_room_;  // the overflow rows, for write()
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
