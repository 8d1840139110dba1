// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the bytes of many rows lie together, for rows of any form.
///
/// - `records`: every row has the same number of bytes, the *stride*, so that its address is a product and one cache line, in
///   the best case, is all a lookup touches. The few rows that need more lie in a second array, and their record says where.
/// - `packed`: rows follow each other, and a third array says where each begins. The fewest bytes; two touches a lookup.

#include <pleach/frozen/frozen_error.hpp>
#include <pleach/frozen/image.hpp>
#include <pleach/frozen/row_forms.hpp>
#include <pleach/kernel/prefetch.hpp>

#include <array>
#include <stdexcept>

namespace pleach {
inline namespace PLEACH_ABI {
namespace frozen {

/// How many rows have z values, for z = 0 .. dim.
using length_histogram = std::vector<std::size_t>;

namespace detail {

[[nodiscard]] inline bool is_zero(std::span<const std::byte> bytes) noexcept {
    for (const std::byte b : bytes)
        if (b != std::byte{0}) return false;
    return true;
}

[[nodiscard]] inline std::string row_name(std::size_t row) { return "row " + std::to_string(row); }

/// Elements of an array that must be there, `count` of them.
template <class T>
[[nodiscard]] defect take(const parts& from, const std::string& name, std::size_t count, std::span<const T>& out) {
    const auto found = from.find<T>(name);
    if (!found) return {frozen_errc::missing_array, "array \"" + name + "\""};
    if (found->size() != count)
        return {frozen_errc::wrong_size, "array \"" + name + "\", found " + std::to_string(found->size()) +
                                             " elements, needed " + std::to_string(count)};
    out = *found;
    return {};
}

/// A blob of any length and the zeros behind it.
[[nodiscard]] inline defect take_blob(const parts& from, const std::string& name, std::span<const std::byte>& out) {
    const auto found = from.find<std::byte>(name);
    if (!found) return {frozen_errc::missing_array, "array \"" + name + "\""};
    if (found->size() < guard_bytes) return {frozen_errc::wrong_size, "array \"" + name + "\", which must end with 64 zeros"};
    out = found->first(found->size() - guard_bytes);
    return is_zero(found->last(guard_bytes)) ? defect{} : defect{frozen_errc::guard_not_zero, "array \"" + name + "\""};
}

}  // namespace detail

template <class Form>
class records {
public:
    using form = Form;
    static constexpr bool is_dense = requires { Form::is_dense; };
    static constexpr bool is_padded = true;
    [[nodiscard]] static std::string kind() {
        return Form::name() + (is_dense ? "_rows<" : "_records<") + Form::code_name() + ">";
    }

    /// The stride, of 16, 32, 64 or a multiple of 64 bytes, at which lookups cost least.
    [[nodiscard]] static std::size_t choose_stride(const length_histogram& rows, std::size_t dim) noexcept {
        if (is_dense) return Form::bytes(dim, dim);
        std::size_t best = 0;
        double least = 0;
        for (std::size_t stride = 16; best == 0 || stride < 2 * Form::bytes(dim, dim); stride += stride < 64 ? stride : 64) {
            if (stride < Form::prefix_bytes(dim) + place_bytes) continue;
            const double cost = lines_at(stride, rows, dim);
            if (best == 0 || cost < least) {
                best = stride;
                least = cost;
            }
        }
        return best;
    }
    /// Cache lines a lookup touches. Waiting for a row that lies elsewhere counts as 15 of them, as lines that were asked for in
    /// time come about so much faster; and 256 bytes a row as one, as lines of a smaller table come faster.
    [[nodiscard]] static double lines(const length_histogram& rows, std::size_t dim) noexcept {
        return lines_at(choose_stride(rows, dim), rows, dim);
    }
    /// Bytes of all rows.
    [[nodiscard]] static std::size_t bytes(const length_histogram& rows, std::size_t dim) noexcept {
        const std::size_t stride = choose_stride(rows, dim);
        std::size_t sum = 2 * guard_bytes;
        for (std::size_t z = 0; z < rows.size(); ++z)
            sum += rows[z] * (stride + (Form::bytes(dim, z) > stride ? Form::bytes(dim, z) : 0));
        return sum;
    }

    /// Makes room for rows of these numbers of values in the image, and writes where those lie that lie elsewhere.
    [[nodiscard]] static records make(image& into, const std::string& prefix, std::size_t dim,
                                      std::span<const std::uint32_t> lengths, const length_histogram& histogram) {
        records made;
        made.dim_ = dim;
        made.stride_ = choose_stride(histogram, dim);
        std::size_t over = 0;
        for (const std::uint32_t z : lengths)
            if (Form::bytes(dim, z) > made.stride_) over += Form::bytes(dim, z);
        if (over > UINT32_MAX)
            throw std::length_error("pleach::freeze: the rows that do not fit their records need " + std::to_string(over) +
                                    " bytes, more than 4 GiB; split the table, or take a packed format");
        made.room_ = into.add<std::byte>(prefix + "records", lengths.size() * made.stride_ + guard_bytes);
        made.over_room_ = into.add<std::byte>(prefix + "overflow", over + guard_bytes);
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            const auto need = static_cast<std::uint32_t>(Form::bytes(dim, lengths[i]));
            if (need <= made.stride_) continue;
            const std::array<std::uint32_t, 2> place{next, need};
            std::memcpy(made.room_.data() + i * made.stride_ + Form::prefix_bytes(dim), place.data(), place_bytes);
            next += need;
        }
        made.rows_ = made.room_.data();
        made.overflow_ = made.over_room_.first(over);
        into.describe(prefix + "stride", std::to_string(made.stride_));
        return made;
    }
    /// Writes row i, which has `length` values. *Precondition:* made by make(), from lengths among which this one was.
    void write(std::size_t i, std::span<const float> row, std::uint16_t scale, std::size_t length) const noexcept {
        std::byte* const record = room_.data() + i * stride_;
        if (Form::bytes(dim_, length) <= stride_) {
            Form::write(row, scale, {record, stride_});
            return;
        }
        std::array<std::uint32_t, 2> place;
        std::memcpy(place.data(), record + Form::prefix_bytes(dim_), place_bytes);
        Form::mark_overflow(row, record);
        Form::write(row, scale, over_room_.subspan(place[0], place[1]));
    }

    /// Reads what make() described. Rows themselves are checked by row_defect().
    [[nodiscard]] defect read(const parts& from, const std::string& prefix, std::size_t rows, std::size_t dim) {
        dim_ = dim;
        const auto stride = from.number(prefix + "stride", std::uint64_t{1} << 32);
        const std::size_t least = is_dense ? Form::bytes(dim, dim) : Form::prefix_bytes(dim) + place_bytes;
        if (!stride || *stride < least) return {frozen_errc::bad_word, "\"" + prefix + "stride\""};
        stride_ = static_cast<std::size_t>(*stride);
        std::span<const std::byte> all;
        if (auto wrong = detail::take_blob(from, prefix + "records", all)) return wrong;
        if (all.size() / stride_ != rows || all.size() % stride_ != 0)
            return {frozen_errc::wrong_size, "array \"" + prefix + "records\""};
        rows_ = all.data();
        return detail::take_blob(from, prefix + "overflow", overflow_);
    }
    [[nodiscard]] static std::vector<std::string> array_names() { return {"records", "overflow"}; }

    /// The bytes of row i. *Complexity:* constant.
    [[nodiscard]] std::span<const std::byte> row(std::size_t i) const noexcept {
        const std::byte* record = rows_ + i * stride_;
        if (Form::marks_overflow(record, dim_, stride_)) [[unlikely]] {
            const auto place = place_of(record);
            return {overflow_.data() + place[0], place[1]};
        }
        return {record, stride_};
    }
    void prefetch(std::size_t i) const noexcept { pleach::detail::prefetch_bytes(rows_ + i * stride_, stride_); }

    /// Whether row(i) lies in the arrays.
    [[nodiscard]] bool is_inside(std::size_t i) const noexcept {
        const std::byte* record = rows_ + i * stride_;
        if (!Form::marks_overflow(record, dim_, stride_)) return true;
        const auto place = place_of(record);
        return place[0] <= overflow_.size() && place[1] <= overflow_.size() - place[0];
    }
    [[nodiscard]] defect row_defect(std::size_t i) const {
        if (!is_inside(i)) return {frozen_errc::bad_overflow, detail::row_name(i)};
        const char* wrong = Form::defect(row(i), dim_);
        return wrong == nullptr ? defect{} : defect{frozen_errc::bad_row, detail::row_name(i) + ": " + wrong};
    }
    [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

private:
    [[nodiscard]] static double lines_at(std::size_t stride, const length_histogram& rows, std::size_t dim) noexcept {
        double all = 0, elsewhere = 0;
        for (std::size_t z = 0; z < rows.size(); ++z) {
            all += static_cast<double>(rows[z]);
            if (!is_dense && Form::bytes(dim, z) > stride) elsewhere += static_cast<double>(rows[z]);
        }
        // Records that do not divide a line straddle two of them now and then.
        const double touched = 64 % stride == 0 || stride % 64 == 0 ? static_cast<double>((stride + 63) / 64)
                                                                    : 1 + static_cast<double>(stride - 1) / 64;
        return touched + static_cast<double>(stride) / 256 + (all == 0 ? 0 : 15 * elsewhere / all);
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
    std::span<std::byte> room_;       // while it is written
    std::span<std::byte> over_room_;  // while it is written
};

template <class Form>
class packed {
public:
    using form = Form;
    static constexpr bool is_padded = false;
    [[nodiscard]] static std::string kind() { return Form::name() + "_rows<" + Form::code_name() + ">"; }

    [[nodiscard]] static std::size_t bytes(const length_histogram& rows, std::size_t dim) noexcept {
        std::size_t sum = guard_bytes + sizeof(std::uint32_t);
        for (std::size_t z = 0; z < rows.size(); ++z) sum += rows[z] * (Form::bytes(dim, z) + sizeof(std::uint32_t));
        return sum;
    }

    /// Cache lines a lookup touches: where the row begins, and, a step later and at any place, the row; bytes count as for records.
    [[nodiscard]] static double lines(const length_histogram& rows, std::size_t dim) noexcept {
        double all = 0, sum = 0;
        for (std::size_t z = 0; z < rows.size(); ++z) {
            all += static_cast<double>(rows[z]);
            sum += static_cast<double>(rows[z] * Form::bytes(dim, z));
        }
        return 2 + (all == 0 ? 0 : sum / all / 64 + (sum / all + sizeof(std::uint32_t)) / 256);
    }

    [[nodiscard]] static packed make(image& into, const std::string& prefix, std::size_t dim,
                                     std::span<const std::uint32_t> lengths, const length_histogram& histogram) {
        packed made;
        made.dim_ = dim;
        // Beyond 4 GiB rows begin at multiples of 2 or 4 bytes, whichever is enough: padding must be too short for a pair.
        constexpr std::size_t most_shift = Form::smallest_step() >= 4 ? 2 : Form::smallest_step() >= 2 ? 1 : 0;
        while (made.shift_ < most_shift && (bytes(histogram, dim) + (lengths.size() << made.shift_)) >> (32 + made.shift_) != 0)
            ++made.shift_;
        const std::span<std::uint32_t> offsets = into.add<std::uint32_t>(prefix + "offsets", lengths.size() + 1);
        std::uint64_t units = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            offsets[i] = static_cast<std::uint32_t>(units);
            units += (Form::bytes(dim, lengths[i]) + (std::size_t{1} << made.shift_) - 1) >> made.shift_;
        }
        if (units > UINT32_MAX)
            throw std::length_error("pleach::freeze: the packed rows need " + std::to_string(units << made.shift_) +
                                    " bytes, more than this format can count; split the table");
        offsets[lengths.size()] = static_cast<std::uint32_t>(units);
        made.room_ = into.add<std::byte>(prefix + "rows", (units << made.shift_) + guard_bytes);
        made.rows_ = made.room_.first(made.room_.size() - guard_bytes);
        made.offsets_ = offsets;
        into.describe(prefix + "shift", std::to_string(made.shift_));
        return made;
    }
    void write(std::size_t i, std::span<const float> row, std::uint16_t scale, std::size_t length) const noexcept {
        Form::write(row, scale, room_.subspan(std::size_t{offsets_[i]} << shift_, Form::bytes(dim_, length)));
    }

    [[nodiscard]] defect read(const parts& from, const std::string& prefix, std::size_t rows, std::size_t dim) {
        dim_ = dim;
        const auto shift = from.number(prefix + "shift", 3);
        if (!shift) return {frozen_errc::bad_word, "\"" + prefix + "shift\""};
        shift_ = static_cast<unsigned>(*shift);
        if (auto wrong = detail::take_blob(from, prefix + "rows", rows_)) return wrong;
        if (auto wrong = detail::take(from, prefix + "offsets", rows + 1, offsets_)) return wrong;
        if (offsets_[0] != 0 || std::size_t{offsets_[rows]} << shift_ != rows_.size())
            return {frozen_errc::bad_offsets, "array \"" + prefix + "offsets\""};
        return {};
    }
    [[nodiscard]] static std::vector<std::string> array_names() { return {"rows", "offsets"}; }

    [[nodiscard]] std::span<const std::byte> row(std::size_t i) const noexcept {
        const std::size_t first = std::size_t{offsets_[i]} << shift_, last = std::size_t{offsets_[i + 1]} << shift_;
        return {rows_.data() + first, last - first};
    }
    /// The first and the last line of the row, which are all of most rows.
    void prefetch(std::size_t i) const noexcept {
        pleach::detail::prefetch_bytes(rows_.data() + (std::size_t{offsets_[i]} << shift_), 1);
        pleach::detail::prefetch_bytes(rows_.data() + (std::size_t{offsets_[i + 1]} << shift_) - 1, 1);
    }
    /// Asks for what prefetch() reads.
    void prefetch_start(std::size_t i) const noexcept { pleach::detail::prefetch_bytes(&offsets_[i], 1); }

    [[nodiscard]] bool is_inside(std::size_t i) const noexcept {
        return offsets_[i + 1] >= offsets_[i] && std::size_t{offsets_[i + 1]} << shift_ <= rows_.size();
    }
    [[nodiscard]] defect row_defect(std::size_t i) const {
        if (!is_inside(i)) return {frozen_errc::bad_offsets, detail::row_name(i)};
        const char* wrong = Form::defect(row(i), dim_);
        return wrong == nullptr ? defect{} : defect{frozen_errc::bad_row, detail::row_name(i) + ": " + wrong};
    }

private:
    std::span<const std::byte> rows_;
    std::span<const std::uint32_t> offsets_;
    unsigned shift_ = 0;
    std::size_t dim_ = 0;
    std::span<std::byte> room_;  // while it is written
};

}  // namespace frozen
}  // namespace PLEACH_ABI
}  // namespace pleach
