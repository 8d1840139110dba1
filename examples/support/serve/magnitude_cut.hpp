// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exact magnitude pruning of a table that is too large to copy: finds which of n values are among the k largest, with ties
/// broken by position, in at most three passes over the rows, and gives the table without the others.
///
/// The bits of a float without its sign are ordered like its magnitude. The first pass counts their upper 16 bits; the second
/// counts the lower 16 bits of the values whose upper bits equal those of the cut; a third finds which of several equal values
/// are kept. Counts are added in the order of the rows, so the result does not depend on the number of threads.

#include <pleach/core/executor.hpp>
#include <pleach/table/concepts.hpp>

#include "support/text/error.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace support {

/// Keeps the values of larger magnitude than the cut and, among those of exactly its magnitude, the ones before (row, column)
/// in reading order.
struct magnitude_threshold {
    std::uint32_t bits = 0;  ///< of the magnitude
    std::size_t row = 0;
    std::size_t column = 0;

    [[nodiscard]] bool keeps(float value, std::size_t r, std::size_t c) const noexcept {
        const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(value) & 0x7fffffffU;
        return magnitude > bits || (magnitude == bits && (r < row || (r == row && c < column)));
    }
};

namespace detail {

inline constexpr std::size_t counting_tasks = 16;

/// Calls `see(task, row, column, bits of the magnitude)` for every value, rows in ascending order within a task.
template <class Table, class See, class Executor>
void for_each_magnitude(const Table& table, See&& see, const Executor& exec) {
    const std::size_t grain = (table.size() + counting_tasks - 1) / counting_tasks;
    pleach::for_each_chunk(exec, table.size(), grain, [&](std::size_t first, std::size_t last) {
        std::vector<float> row(table.dim());
        for (std::size_t r = first; r < last; ++r) {
            table.lookup(static_cast<typename Table::id_type>(r), row);
            for (std::size_t c = 0; c < row.size(); ++c)
                see(first / grain, r, c, std::bit_cast<std::uint32_t>(row[c]) & 0x7fffffffU);
        }
    });
}

/// The bucket of the `left`-th largest value; `left` becomes its rank within the bucket, from 1.
inline std::size_t bucket_from_above(const std::vector<std::uint64_t>& counts, std::size_t& left) {
    std::size_t bucket = counts.size() - 1;
    for (; left > counts[bucket]; --bucket) left -= counts[bucket];
    return bucket;
}

inline std::vector<std::uint64_t> sum_of(const std::vector<std::vector<std::uint64_t>>& parts) {
    std::vector<std::uint64_t> sum(parts[0].size());
    for (const auto& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i) sum[i] += part[i];
    return sum;
}

}  // namespace detail

inline void require_finite_bits(std::uint32_t magnitude, const std::string& name, std::size_t r, std::size_t c) {
    constexpr std::uint32_t infinity = 0x7f800000U;
    if (magnitude >= infinity)
        fail_input(
            {name},
            (magnitude > infinity ? "NaN in row " : "infinity in row ") + std::to_string(r) + ", column " + std::to_string(c),
            "finite numbers", "check the training run that produced it");
}

/// *Throws:* input_error that gives the position of a value that is not finite. *Complexity:* one pass over the table.
template <pleach::enumerable_table Table, pleach::executor Executor = pleach::sequential>
void require_finite(const Table& table, const std::string& name, const Executor& exec = {}) {
    detail::for_each_magnitude(
        table, [&](std::size_t, std::size_t r, std::size_t c, std::uint32_t bits) { require_finite_bits(bits, name, r, c); },
        exec);
}

/// The threshold that keeps exactly k values. *Throws:* input_error that gives the position of a value that is not finite,
/// std::invalid_argument if there are fewer than k. *Complexity:* three passes over the table, 8 MiB.
template <pleach::enumerable_table Table, pleach::executor Executor = pleach::sequential>
magnitude_threshold keep_largest(const Table& table, std::size_t k, const std::string& name, const Executor& exec = {}) {
    constexpr std::size_t buckets = std::size_t{1} << 16;
    constexpr std::uint32_t infinity = 0x7f800000U;
    if (k > table.size() * table.dim())
        throw std::invalid_argument("keep_largest: " + std::to_string(k) + " values are to be kept, but there are only " +
                                    std::to_string(table.size() * table.dim()));
    std::vector<std::vector<std::uint64_t>> counts(detail::counting_tasks, std::vector<std::uint64_t>(buckets));
    detail::for_each_magnitude(
        table,
        [&](std::size_t task, std::size_t r, std::size_t c, std::uint32_t bits) {
            require_finite_bits(bits, name, r, c);
            ++counts[task][bits >> 16];
        },
        exec);
    if (k == 0) return {.bits = infinity};
    std::size_t left = k;
    const std::size_t upper = detail::bucket_from_above(detail::sum_of(counts), left);

    for (auto& part : counts) part.assign(buckets, 0);
    detail::for_each_magnitude(
        table,
        [&](std::size_t task, std::size_t, std::size_t, std::uint32_t bits) {
            if (bits >> 16 == upper) ++counts[task][bits & 0xffffU];
        },
        exec);
    magnitude_threshold cut;
    const auto sums = detail::sum_of(counts);
    const std::size_t lower = detail::bucket_from_above(sums, left);
    cut.bits = static_cast<std::uint32_t>(upper << 16 | lower);
    cut.row = table.size();
    if (left == sums[lower]) return cut;  // all of the equal ones stay

    // The first `left` of the equal ones stay: the position after the last of them completes the cut.
    std::vector<float> row(table.dim());
    for (std::size_t r = 0; r < table.size(); ++r) {
        table.lookup(static_cast<typename Table::id_type>(r), row);
        for (std::size_t c = 0; c < row.size(); ++c)
            if ((std::bit_cast<std::uint32_t>(row[c]) & 0x7fffffffU) == cut.bits && --left == 0) {
                cut.row = r;
                cut.column = c + 1;
                return cut;
            }
    }
    throw std::logic_error("keep_largest: the table changed while it was read; copy the file first");
}

/// A view of a table in which values that a threshold does not keep are +0. Copies nothing.
template <pleach::enumerable_table Table>
class cut_table {
public:
    using value_type = typename Table::value_type;
    using id_type = typename Table::id_type;

    cut_table(const Table& table, magnitude_threshold threshold) : table_(&table), threshold_(threshold) {}

    [[nodiscard]] std::size_t size() const noexcept { return table_->size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return table_->dim(); }

    void lookup(id_type id, std::span<value_type> out) const {
        table_->lookup(id, out);
        for (std::size_t c = 0; c < out.size(); ++c)
            if (!threshold_.keeps(out[c], pleach::to_index(id), c)) out[c] = 0;
    }

private:
    const Table* table_;
    magnitude_threshold threshold_;
};

}  // namespace support
