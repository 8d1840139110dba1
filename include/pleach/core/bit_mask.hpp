// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A rows x cols matrix of bits, packed by row into 64-bit words; each row starts at a new word. Bits beyond the last column
/// are always 0, so whole words can be counted and compared. A regular type.

#include <pleach/core/contract.hpp>
#include <pleach/core/detail/copy_values.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

class bit_mask {
public:
    bit_mask() = default;

    [[nodiscard]] static bit_mask zeros(std::size_t rows, std::size_t cols) { return {rows, cols, 0}; }
    [[nodiscard]] static bit_mask ones(std::size_t rows, std::size_t cols) { return {rows, cols, ~std::uint64_t{0}}; }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] std::size_t words_per_row() const noexcept { return words_per_row_; }

    [[nodiscard]] bool test(std::size_t r, std::size_t c) const noexcept(!hardened) {
        expect_inside(r, c);
        return (words_[r * words_per_row_ + c / 64] >> (c % 64) & 1) != 0;
    }
    void set(std::size_t r, std::size_t c) noexcept(!hardened) {
        expect_inside(r, c);
        words_[r * words_per_row_ + c / 64] |= std::uint64_t{1} << (c % 64);
    }
    void reset(std::size_t r, std::size_t c) noexcept(!hardened) {
        expect_inside(r, c);
        words_[r * words_per_row_ + c / 64] &= ~(std::uint64_t{1} << (c % 64));
    }

    /// The words of row r: bit c % 64 of word c / 64 stands for column c.
    [[nodiscard]] std::span<const std::uint64_t> row_words(std::size_t r) const noexcept(!hardened) {
        PLEACH_EXPECTS(r < rows_, "bit_mask::row_words was given a row beyond the last one");
        return {words_.data() + r * words_per_row_, words_per_row_};
    }

    [[nodiscard]] std::size_t count_row(std::size_t r) const noexcept(!hardened) { return count_words(row_words(r)); }
    [[nodiscard]] std::size_t count() const noexcept { return count_words(words_); }

    /// Keeps the bits that are set in both. *Throws* std::invalid_argument if the shapes differ.
    bit_mask& operator&=(const bit_mask& other) {
        if (rows_ != other.rows_ || cols_ != other.cols_)
            throw std::invalid_argument("pleach::bit_mask: cannot intersect a mask of " + shape() + " with one of " +
                                        other.shape());
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
        return *this;
    }

    /// True if every bit of this is also in `other`. *Precondition:* equal shapes.
    [[nodiscard]] bool is_subset_of(const bit_mask& other) const noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i)
            if ((words_[i] & ~other.words_[i]) != 0) return false;
        return true;
    }

    /// Size of the words in bytes.
    [[nodiscard]] std::size_t bytes() const noexcept { return words_.size() * sizeof(std::uint64_t); }
    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }

    /// A mask from words in the layout of words(). *Throws* std::invalid_argument if their count does not fit the shape or a
    /// bit beyond the last column is set.
    [[nodiscard]] static bit_mask from_words(std::size_t rows, std::size_t cols, std::span<const std::uint64_t> words) {
        bit_mask result = zeros(rows, cols);
        const bit_mask allowed = ones(rows, cols);
        if (words.size() != result.words_.size())
            throw std::invalid_argument("pleach::bit_mask: a mask of " + result.shape() + " has " +
                                        std::to_string(result.words_.size()) + " words, but " + std::to_string(words.size()) +
                                        " were given");
        detail::copy_values(words, std::span(result.words_));
        if (!result.is_subset_of(allowed))
            throw std::invalid_argument("pleach::bit_mask: a bit beyond column " + std::to_string(cols) + " is set");
        return result;
    }

    friend bool operator==(const bit_mask&, const bit_mask&) = default;

private:
    bit_mask(std::size_t rows, std::size_t cols, std::uint64_t word)
        : rows_(rows), cols_(cols), words_per_row_((cols + 63) / 64), words_(rows * words_per_row_, word) {
        if (cols % 64 == 0) return;
        const std::uint64_t tail = (std::uint64_t{1} << (cols % 64)) - 1;
        for (std::size_t r = 1; r <= rows; ++r) words_[r * words_per_row_ - 1] &= tail;
    }

    static std::size_t count_words(std::span<const std::uint64_t> words) noexcept {
        std::size_t sum = 0;
        for (const std::uint64_t word : words) sum += static_cast<std::size_t>(std::popcount(word));
        return sum;
    }
    void expect_inside([[maybe_unused]] std::size_t r, [[maybe_unused]] std::size_t c) const noexcept(!hardened) {
        PLEACH_EXPECTS(r < rows_ && c < cols_, "bit_mask was given an element outside its shape");
    }
    [[nodiscard]] std::string shape() const { return std::to_string(rows_) + " x " + std::to_string(cols_); }

    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    std::size_t words_per_row_ = 0;
    std::vector<std::uint64_t> words_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
