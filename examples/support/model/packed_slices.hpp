// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of a packed table and of its gradient, as propagation.hpp reads and writes them: a slice of columns at a time, so that
/// there is no array of all rows and columns.

#include "support/model/batch.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/kernel/spread_row.hpp>
#include <pleach/sparse/packed.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace support {

/// The live values among some columns of a packed row.
struct packed_slice {
    std::uint64_t bits;  ///< of the columns
    std::size_t first;   ///< of the values of the row

    /// *Precondition:* the columns lie in one word of the mask.
    packed_slice(const pleach::packed<float>& table, std::size_t n, std::size_t c, std::size_t columns) {
        const auto words = table.mask().row_words(n);
        first = 0;
        for (std::size_t w = 0; w < c / 64; ++w) first += static_cast<std::size_t>(std::popcount(words[w]));
        const std::uint64_t word = words[c / 64];
        first += static_cast<std::size_t>(std::popcount(word & ((std::uint64_t{1} << c % 64) - 1)));
        bits = word >> c % 64;
        if (columns < 64) bits &= (std::uint64_t{1} << columns) - 1;
    }
};

/// Where propagation reads.
struct packed_rows_in {
    const pleach::packed<float>& table;
    void prefetch(std::uint32_t n, std::uint32_t later) const noexcept {
        table.prefetch_start(later);
        table.prefetch(n);
    }
    void read(std::size_t n, std::size_t c, std::span<float> to) const noexcept {
        const packed_slice slice(table, n, c, to.size());
        const auto values = table.live_values(static_cast<std::uint32_t>(n));
        pleach::spread_row(&slice.bits, values.data() + slice.first, to.data(), to.size());
    }
};

/// Where propagation writes: rows of the batch go to `of_batch`, whole; live values of the others to the gradient. `all`, if not
/// null, gets every value.
struct packed_rows_out {
    const pleach::packed<float>& table;
    float* gradient;  // of all live values
    const batch_numbering& local;
    pleach::matrix_view<float> of_batch;
    pleach::matrix<float>* all;
    void prefetch(std::uint32_t n, std::uint32_t later) const noexcept {
        table.prefetch_start(later);
        pleach::detail::prefetch_bytes(row(n), table.live_values(n).size_bytes());
    }
    void write(std::size_t n, std::size_t c, std::span<const float> from) const noexcept {
        if (all != nullptr) std::ranges::copy(from, all->row(n).begin() + static_cast<std::ptrdiff_t>(c));
        if (local.has(n)) {
            std::ranges::copy(from, of_batch.row(local[n]).begin() + static_cast<std::ptrdiff_t>(c));
            return;
        }
        const packed_slice slice(table, n, c, from.size());
        pleach::pick_row(&slice.bits, from.data(), row(n) + slice.first, from.size());
    }

private:
    [[nodiscard]] float* row(std::size_t n) const noexcept {
        return gradient + (table.live_values(static_cast<std::uint32_t>(n)).data() - table.values().data());
    }
};

}  // namespace support
