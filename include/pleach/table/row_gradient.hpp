// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gradient of the rows touched since the last clear. Memory and clearing cost depend on the touched rows, not on the
/// table: an open-addressing map leads from a row to its slot in a growing block of rows. Graph models, whose gradient touches
/// every row, switch to one dense block with dense(). Of packed rows it holds the live values only, in either way.

#include <pleach/core/matrix.hpp>
#include <pleach/kernel/add_scaled.hpp>

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

template <class T>
class row_gradient {
public:
    using value_type = T;

    row_gradient() = default;
    row_gradient(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols) {}
    /// Of packed rows (parameter_rows.hpp) of a table of `cols` columns. Copies the starts.
    row_gradient(std::span<const std::uint32_t> starts, std::size_t cols)
        : rows_(starts.size() - 1), cols_(cols), starts_(starts.begin(), starts.end()), slot_starts_{0} {}

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] bool is_packed() const noexcept { return !starts_.empty(); }
    /// The number of values of all rows.
    [[nodiscard]] std::size_t count() const noexcept { return is_packed() ? starts_.back() : rows_ * cols_; }

    /// The gradient of a row, zero when first touched. The span is valid until another row is touched.
    /// *Complexity:* amortized O(1), and O(cols) at first touch.
    [[nodiscard]] std::span<T> row(std::size_t r) {
        PLEACH_EXPECTS(r < rows_, "row_gradient::row was given a row beyond the last one");
        if (is_dense()) return dense_row(*this, r);
        return slot_row(*this, find_or_insert(r));
    }

    /// row(r) += weight * x.
    void add(std::size_t r, std::span<const T> x, T weight = T{1}) {
        PLEACH_EXPECTS(x.size() == width(r), "row_gradient::add was given a row of another width");
        add_scaled(weight, x.data(), row(r).data(), x.size());
    }

    /// The gradient of a row, or an empty span if it was not touched.
    [[nodiscard]] std::span<const T> find(std::size_t r) const noexcept {
        if (is_dense()) return dense_row(*this, r);
        if (buckets_.empty()) return {};
        const std::size_t bucket = probe(r);
        return buckets_[bucket] == empty ? std::span<const T>{} : slot_row(*this, buckets_[bucket]);
    }

    /// The touched rows, in the order of their first touch; unspecified while dense.
    [[nodiscard]] std::span<const std::size_t> touched() const noexcept { return touched_; }

    /// Switches to a dense rows x cols gradient (of packed rows, one column of their values) until the next clear() and returns
    /// it. Rows touched before keep their values.
    /// *Complexity:* O(rows * cols) for the first call after a clear.
    [[nodiscard]] matrix_view<T> dense() {
        if (is_dense()) return dense_.view();
        const matrix_view<T> all = overwrite_storage();
        detail::fill_values(dense_.elements(), T{0});
        for (std::size_t slot = 0; slot < touched_.size(); ++slot) {
            const std::span<const T> row = slot_row(std::as_const(*this), slot);
            add_row(row.data(), dense_row(*this, touched_[slot]).data(), row.size());
        }
        forget_touched();
        dense_active_ = true;
        return all;
    }

    /// As dense(), for callers that write every row: values are unspecified and earlier ones are lost.
    [[nodiscard]] matrix_view<T> overwrite() {
        forget_touched();
        dense_active_ = true;
        return overwrite_storage();
    }
    [[nodiscard]] bool is_dense() const noexcept { return dense_active_; }

    /// Adds the rows of another gradient of the same shape, in its order of first touch.
    /// *Throws* std::invalid_argument if the shapes differ.
    void merge(const row_gradient& other) {
        if (other.rows_ != rows_ || other.cols_ != cols_ || other.starts_ != starts_)
            throw std::invalid_argument("pleach::row_gradient: cannot merge a gradient of " + other.shape() + " into one of " +
                                        shape() + "; both must come from the same table");
        if (other.is_dense()) {
            static_cast<void>(dense());
            for (std::size_t r = 0; r < rows_; ++r) {
                const std::span<const T> row = dense_row(other, r);
                add_row(row.data(), dense_row(*this, r).data(), row.size());
            }
            return;
        }
        for (std::size_t slot = 0; slot < other.touched_.size(); ++slot) add(other.touched_[slot], slot_row(other, slot));
    }

    /// Forgets all rows and keeps the memory. *Complexity:* O(rows touched), O(1) while dense.
    void clear() noexcept {
        dense_active_ = false;
        forget_touched();
    }

    /// True if nothing was accumulated since the last clear.
    [[nodiscard]] bool is_empty() const noexcept { return !is_dense() && touched_.empty(); }

    /// Bytes held now, for reports of training memory.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return (buckets_.capacity() + starts_.capacity()) * sizeof(std::uint32_t) +
               (touched_.capacity() + slot_starts_.capacity()) * sizeof(std::size_t) +
               (values_.capacity() + dense_.elements().size()) * sizeof(T);
    }

private:
    static constexpr std::uint32_t empty = ~std::uint32_t{0};

    [[nodiscard]] std::size_t width(std::size_t r) const noexcept {
        return is_packed() ? std::size_t{starts_[r + 1]} - starts_[r] : cols_;
    }
    [[nodiscard]] std::string shape() const {
        return std::to_string(rows_) + " x " + std::to_string(cols_) +
               (is_packed() ? " with " + std::to_string(count()) + " values" : "");
    }

    // Of a const or a mutable gradient.
    template <class Self>
    [[nodiscard]] static auto slot_row(Self& self, std::size_t slot) noexcept {
        if (self.is_packed()) {
            const std::size_t first = self.slot_starts_[slot];
            return std::span(self.values_.data() + first, self.slot_starts_[slot + 1] - first);
        }
        return std::span(self.values_.data() + slot * self.cols_, self.cols_);
    }
    template <class Self>
    [[nodiscard]] static auto dense_row(Self& self, std::size_t r) noexcept {
        if (self.is_packed()) return std::span(self.dense_.data() + self.starts_[r], self.width(r));
        return std::span(self.dense_.data() + r * self.cols_, self.cols_);
    }

    [[nodiscard]] std::size_t home(std::size_t r) const noexcept {
        return static_cast<std::size_t>((static_cast<std::uint64_t>(r) * 0x9E3779B97F4A7C15u) >> shift_);
    }

    matrix_view<T> overwrite_storage() {
        const std::size_t rows = is_packed() ? count() : rows_, cols = is_packed() ? 1 : cols_;
        if (dense_.rows() != rows || dense_.cols() != cols) dense_ = matrix<T>(rows, cols);
        return dense_.view();
    }

    void forget_touched() noexcept {
        for (const std::size_t r : touched_) buckets_[probe_from_touched(r)] = empty;
        touched_.clear();
        values_.clear();
        if (is_packed()) slot_starts_.resize(1);
    }

    // The bucket of a row, or the empty bucket to insert it into.
    [[nodiscard]] std::size_t probe(std::size_t r) const noexcept {
        std::size_t bucket = home(r);
        while (buckets_[bucket] != empty && touched_[buckets_[bucket]] != r) bucket = (bucket + 1) & (buckets_.size() - 1);
        return bucket;
    }

    // As probe, while buckets are being emptied: skips empty buckets up to the row's own.
    [[nodiscard]] std::size_t probe_from_touched(std::size_t r) const noexcept {
        std::size_t bucket = home(r);
        while (buckets_[bucket] == empty || touched_[buckets_[bucket]] != r) bucket = (bucket + 1) & (buckets_.size() - 1);
        return bucket;
    }

    std::size_t find_or_insert(std::size_t r) {
        // Touched rows are found before anything grows, so threads may access touched rows concurrently.
        if (!buckets_.empty())
            if (const std::size_t known = probe(r); buckets_[known] != empty) return buckets_[known];
        if ((touched_.size() + 1) * 2 > buckets_.size()) grow();
        const std::size_t bucket = probe(r);
        if (touched_.size() >= empty)
            throw std::length_error("pleach::row_gradient: more than 4294967294 rows were touched in one step");
        const std::size_t slot = touched_.size();
        values_.resize(values_.size() + width(r), T{0});
        touched_.push_back(r);
        if (is_packed()) slot_starts_.push_back(values_.size());
        buckets_[bucket] = static_cast<std::uint32_t>(slot);
        return slot;
    }

    void grow() {
        buckets_.assign(buckets_.empty() ? 64 : buckets_.size() * 2, empty);
        shift_ = 64 - static_cast<int>(std::bit_width(buckets_.size() - 1));
        for (std::size_t slot = 0; slot < touched_.size(); ++slot)
            buckets_[probe(touched_[slot])] = static_cast<std::uint32_t>(slot);
    }

    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    std::vector<std::uint32_t> buckets_;  // slots by hash of the row; the size is a power of two
    int shift_ = 64;
    std::vector<std::size_t> touched_;      // row of a slot
    std::vector<T> values_;                 // slot after slot
    std::vector<std::uint32_t> starts_;     // of packed rows; empty: all rows have cols_ values
    std::vector<std::size_t> slot_starts_;  // of packed rows
    matrix<T> dense_;
    bool dense_active_ = false;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
