// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows without gaps: they follow each other, and a second array has the offset of each. This takes the fewest bytes, but a
/// lookup accesses memory twice, the second time at an address that depends on the first.

#include <pleach/frozen/placement.hpp>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

template <class Form>
class compact {
    static_assert(
        row_form<Form> && has_overflow<Form>,
        "pleach::frozen::compact needs a row_form without is_dense, whose rows have as many bytes as their values need: see "
        "frozen/form.hpp; use records for dense rows: they have no gaps either");

public:
    using form = Form;
    [[nodiscard]] static std::string kind() { return Form::name() + "_rows<" + Form::code_name() + ">"; }

    [[nodiscard]] static std::array<std::size_t, 2> array_bytes(const length_histogram& rows, std::size_t dim) noexcept {
        const unsigned shift = choose_shift(rows, dim);
        std::array<std::size_t, 2> bytes{guard_bytes, sizeof(std::uint32_t)};
        for (std::size_t z = 0; z < rows.size(); ++z) {
            bytes[0] += rows[z] * (units(Form::bytes(dim, z), shift) << shift);
            bytes[1] += rows[z] * sizeof(std::uint32_t);
        }
        return bytes;
    }

    /// A cost model: one line for the offset, then one or more for the row, which may straddle lines; 1/256 per byte as for
    /// records.
    [[nodiscard]] static double lines(const length_histogram& rows, std::size_t dim) noexcept {
        double all = 0, sum = 0;
        for (std::size_t z = 0; z < rows.size(); ++z) {
            all += static_cast<double>(rows[z]);
            sum += static_cast<double>(rows[z] * Form::bytes(dim, z));
        }
        return 2 + (all == 0 ? 0 : sum / all / 64 + (sum / all + sizeof(std::uint32_t)) / 256);
    }

    [[nodiscard]] static compact make(image& into, const std::string& prefix, std::size_t dim,
                                      std::span<const std::uint32_t> lengths, const length_histogram& histogram) {
        compact made;
        made.dim_ = dim;
        made.shift_ = choose_shift(histogram, dim);
        const std::span<std::uint32_t> offsets = into.add<std::uint32_t>(prefix + "offsets", lengths.size() + 1);
        std::uint64_t next = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            offsets[i] = static_cast<std::uint32_t>(next);
            next += units(Form::bytes(dim, lengths[i]), made.shift_);
        }
        if (next > UINT32_MAX)
            throw std::length_error("pleach::freeze: the packed rows need " + std::to_string(next << made.shift_) +
                                    " bytes, more than this format can count; split the table");
        offsets[lengths.size()] = static_cast<std::uint32_t>(next);
        made.room_ = into.add<std::byte>(prefix + "rows", (next << made.shift_) + guard_bytes);
        made.rows_ = made.room_.first(made.room_.size() - guard_bytes);
        made.offsets_ = offsets;
        into.describe(prefix + "shift", std::to_string(made.shift_));
        return made;
    }
    void write(std::size_t i, std::span<const float> row, std::uint16_t scale, std::size_t length) const noexcept {
        Form::write(row, scale, room_.subspan(std::size_t{offsets_[i]} << shift_, Form::bytes(dim_, length)));
    }

    [[nodiscard]] defect read(const sections& from, const std::string& prefix, std::size_t rows, std::size_t dim) {
        dim_ = dim;
        const auto shift = from.number(prefix + "shift", 3);
        if (!shift) return {frozen_errc::bad_metadata, pleach::detail::in_quotes(prefix + "shift")};
        shift_ = static_cast<unsigned>(*shift);
        if (auto wrong = detail::take_blob(from, prefix + "rows", rows_)) return wrong;
        if (auto wrong = detail::take(from, prefix + "offsets", rows + 1, offsets_)) return wrong;
        if (offsets_[0] != 0 || std::size_t{offsets_[rows]} << shift_ != rows_.size())
            return {frozen_errc::bad_offsets, "array " + pleach::detail::in_quotes(prefix + "offsets")};
        return {};
    }
    [[nodiscard]] static std::vector<std::string> array_names() { return {"rows", "offsets"}; }

    [[nodiscard]] std::span<const std::byte> row(std::size_t i) const noexcept {
        const std::size_t first = std::size_t{offsets_[i]} << shift_, last = std::size_t{offsets_[i + 1]} << shift_;
        return {rows_.data() + first, last - first};
    }
    /// Prefetches the first and the last cache line of the row; most rows have no others.
    void prefetch(std::size_t i) const noexcept {
        pleach::detail::prefetch_bytes(rows_.data() + (std::size_t{offsets_[i]} << shift_), 1);
        pleach::detail::prefetch_bytes(rows_.data() + (std::size_t{offsets_[i + 1]} << shift_) - 1, 1);
    }
    /// Prefetches the offset that prefetch() reads.
    void prefetch_start(std::size_t i) const noexcept { pleach::detail::prefetch_bytes(&offsets_[i], 1); }

    [[nodiscard]] bool is_inside(std::size_t i) const noexcept {
        return offsets_[i + 1] >= offsets_[i] && std::size_t{offsets_[i + 1]} << shift_ <= rows_.size();
    }
    [[nodiscard]] defect row_defect(std::size_t i) const {
        if (!is_inside(i)) return {frozen_errc::bad_offsets, detail::row_name(i)};
        const char* wrong = defect_of<Form>(row(i), dim_);
        return wrong == nullptr ? defect{} : defect{frozen_errc::bad_row, detail::row_name(i) + ": " + wrong};
    }

private:
    /// Offsets count units of 2^shift bytes: 1 byte below 4 GiB, else 2 or 4. A unit never exceeds smallest_step(), so that
    /// padding cannot be read as a value.
    [[nodiscard]] static unsigned choose_shift(const length_histogram& rows, std::size_t dim) noexcept {
        constexpr unsigned most = Form::smallest_step() >= 4 ? 2 : Form::smallest_step() >= 2 ? 1 : 0;
        std::size_t count = 0, sum = guard_bytes + sizeof(std::uint32_t);
        for (std::size_t z = 0; z < rows.size(); ++z) {
            count += rows[z];
            sum += rows[z] * (Form::bytes(dim, z) + sizeof(std::uint32_t));
        }
        unsigned shift = 0;
        while (shift < most && (sum + (count << shift)) >> (32 + shift) != 0) ++shift;
        return shift;
    }
    [[nodiscard]] static std::size_t units(std::size_t bytes, unsigned shift) noexcept {
        return (bytes + (std::size_t{1} << shift) - 1) >> shift;
    }

    std::span<const std::byte> rows_;
    std::span<const std::uint32_t> offsets_;
    unsigned shift_ = 0;
    std::size_t dim_ = 0;
    std::span<std::byte> room_;  // the rows, for write()
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
