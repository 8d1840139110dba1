// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a table stores, as raw counts. Papers divide by different numbers (some by stored values, some by entities times
/// width), so nothing here is called "sparsity": take the counts and say what was divided by what.
///
/// Bytes are those of the data in a frozen file, in three formats: see packed_bytes.hpp. For several parts they are summed,
/// each part aligned to 64 bytes. Of what an adaptor stores beside its parts, only assignments count: b + w bytes per term,
/// where w depends on the number of codes.

#include <pleach/table/packed_bytes.hpp>
#include <pleach/table/parts.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace pleach {
inline namespace PLEACH_ABI {

/// Counts of one table or, with +=, of several.
struct footprint_counts {
    std::size_t entries = 0;        ///< rows x columns of weights: what a dense table stores
    std::size_t stored = 0;         ///< weights in memory, including masked ones; fewer than entries if rows are packed
    std::size_t nonzero = 0;        ///< unmasked weights that are nonzero in a lookup
    std::size_t auxiliary = 0;      ///< bits of masks
    std::size_t assigned = 0;       ///< terms of assignments (an id and a weight each)
    std::size_t training_only = 0;  ///< thresholds and gates, which a ticket does not need
    std::size_t bytes_now = 0;      ///< weights, masks, starts of packed rows, thresholds, gates and assignments in memory
    std::size_t bytes_dense = 0;
    std::size_t bytes_bitmap = 0;
    std::size_t bytes_csr = 0;

    footprint_counts& operator+=(const footprint_counts& other) noexcept {
        entries += other.entries;
        stored += other.stored;
        nonzero += other.nonzero;
        auxiliary += other.auxiliary;
        assigned += other.assigned;
        training_only += other.training_only;
        bytes_now += other.bytes_now;
        bytes_dense += other.bytes_dense;
        bytes_bitmap += other.bytes_bitmap;
        bytes_csr += other.bytes_csr;
        return *this;
    }

    /// nonzero / entries; 0 for an empty table.
    [[nodiscard]] double density() const noexcept {
        return entries == 0 ? 0 : static_cast<double>(nonzero) / static_cast<double>(entries);
    }

    friend bool operator==(const footprint_counts&, const footprint_counts&) = default;
};

namespace detail {

template <class T>
[[nodiscard]] std::size_t count_nonzero(const stored_parameter<T>& p) {
    std::size_t count = 0;
    for (std::size_t r = 0; r < p.values.rows(); ++r) {
        const std::span<const T> row = p.values.row(r);
        if (p.mask() == nullptr) {
            for (const T x : row)
                if (x != T{0}) ++count;
            continue;
        }
        const std::span<const std::uint64_t> words = p.mask()->row_words(r);
        for (std::size_t w = 0; w < words.size(); ++w)
            for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1)
                if (row[64 * w + static_cast<std::size_t>(std::countr_zero(bits))] != T{0}) ++count;
    }
    return count;
}

}  // namespace detail

/// Counts what a table stores. *Complexity:* O(stored values).
template <class Table>
    requires requires(const Table& table) { table.for_each_parameter([](const auto&) {}); }
[[nodiscard]] footprint_counts footprint(const Table& table) {
    using T = typename Table::value_type;
    footprint_counts total;
    table.for_each_parameter([&](const stored_parameter<T>& p) {
        const std::size_t rows = p.values.rows();
        const std::size_t cols = p.values.cols();
        total.bytes_now += p.values.count() * sizeof(T) + (p.support == nullptr ? 0 : p.support->bytes()) +
                           (p.values.is_packed() ? (rows + 1) * sizeof(std::uint32_t) : 0);
        if (p.support != nullptr) total.auxiliary += rows * cols;
        if (p.role != role::weights && p.role != role::constants) {
            total.training_only += p.values.count();
            return;
        }
        const std::size_t nonzero = p.live ? p.live() : detail::count_nonzero(p);
        total.entries += rows * cols;
        total.stored += p.values.count();
        total.nonzero += nonzero;
        const stored_shape shape{rows, cols};
        total.bytes_dense = frozen::aligned(total.bytes_dense) + packed_bytes(packing::dense, shape, nonzero, sizeof(T));
        total.bytes_bitmap = frozen::aligned(total.bytes_bitmap) + packed_bytes(packing::bitmap, shape, nonzero, sizeof(T));
        total.bytes_csr = frozen::aligned(total.bytes_csr) + packed_bytes(packing::csr, shape, nonzero, sizeof(T));
    });
    for_each_assignment(table, [&](const stored_assignment<T>& a) {
        const std::size_t terms = a.ids.rows() * a.ids.cols();
        total.assigned += terms;
        total.bytes_now += terms * (sizeof(T) + sizeof(std::uint32_t));
        for (std::size_t* bytes : {&total.bytes_dense, &total.bytes_bitmap, &total.bytes_csr})
            *bytes = frozen::data_bytes(std::array{*bytes, terms * column_bytes(a.codes), terms * sizeof(T)});
    });
    return total;
}

/// Nonzero weights divided by the entries of the table. *Complexity:* O(stored values).
template <class Table>
[[nodiscard]] double density(const Table& table) {
    return footprint(table).density();
}

}  // namespace PLEACH_ABI
}  // namespace pleach
