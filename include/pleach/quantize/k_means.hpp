// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Weighted k-means: centers that approximately minimize the sum of w_i |x_i - c(i)|^2, by Lloyd's algorithm. The start is
/// that of k-means++: each next center is a row, drawn with a probability proportional to its weighted squared distance from
/// the centers so far. Bits depend on the seed alone, not on the executor. Sources: Lloyd, "Least squares quantization in
/// PCM", 1982; Arthur and Vassilvitskii, "k-means++", SODA 2007.

#include <pleach/core/random_stream.hpp>
#include <pleach/quantize/detail/codebook_panels.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

/// Sets ids[i] to the codeword nearest to row i, the first of equal ones. *Precondition:* ids.size() == rows.rows() and
/// rows.cols() == book.cols(). *Complexity:* rows * codewords * columns multiply-adds.
template <executor Executor = sequential>
void find_nearest(matrix_view<const float> rows, matrix_view<const float> book, std::span<std::uint16_t> ids,
                  const Executor& exec = {}) {
    const detail::codebook_panels panels(book);
    for_each_chunk(exec, rows.rows(), detail::vectors_per_task, [&](std::size_t first, std::size_t last) {
        panels.for_each_vector(
            last - first, [&](std::size_t i) { return rows.row(first + i).data(); },
            [&](std::size_t i, std::span<const float> nearness) {
                ids[first + i] = static_cast<std::uint16_t>(std::ranges::max_element(nearness) - nearness.begin());
            });
    });
}

namespace detail {

/// The row at which the running sum of `masses` passes `at`.
[[nodiscard]] inline std::size_t row_at(std::span<const double> masses, double at) noexcept {
    std::size_t last = 0;
    for (std::size_t i = 0; i < masses.size(); ++i) {
        if (!(masses[i] > 0)) continue;
        last = i;
        if ((at -= masses[i]) < 0) break;
    }
    return last;
}

template <class Executor>
[[nodiscard]] matrix<float> first_centers(matrix_view<const float> rows, std::span<const float> weights, std::size_t codewords,
                                          random_stream stream, const Executor& exec) {
    matrix<float> centers(codewords, rows.cols());
    std::vector<double> masses(rows.rows());
    std::vector<float> nearest(rows.rows(), std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < masses.size(); ++i) masses[i] = weight_of(weights, i);
    for (std::size_t j = 0; j < codewords; ++j) {
        double sum = 0;
        for (const double mass : masses) sum += mass;
        // If every row with a weight is a center already, any row will do.
        const std::size_t chosen =
            sum > 0 ? row_at(masses, sum * stream.uniform(j)) : static_cast<std::size_t>(stream.below(rows.rows(), j));
        copy_values(rows.row(chosen), centers.row(j));
        for_each_chunk(exec, rows.rows(), std::size_t{4096}, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
                nearest[i] = (std::min)(nearest[i], squared_distance(rows.row(i), centers.row(j)));
                masses[i] = weight_of(weights, i) * static_cast<double>(nearest[i]);
            }
        });
    }
    return centers;
}

/// Moves each center of weight 0 to a row: the first to the row farthest from its own center, the second to the next
/// farthest, etc.
inline void fill_empty(matrix_view<float> centers, std::span<const double> totals, matrix_view<const float> rows,
                       std::span<const float> weights, std::span<const std::uint16_t> ids) {
    const auto empty = static_cast<std::size_t>(std::ranges::count(totals, 0.0));
    if (empty == 0) return;
    std::vector<std::pair<double, std::size_t>> far(rows.rows());
    for (std::size_t i = 0; i < far.size(); ++i)
        far[i] = {-weight_of(weights, i) * static_cast<double>(squared_distance(rows.row(i), centers.row(ids[i]))), i};
    std::ranges::partial_sort(far, far.begin() + static_cast<std::ptrdiff_t>((std::min)(empty, far.size())));
    std::size_t next = 0;
    for (std::size_t j = 0; j < totals.size() && next < far.size() && far[next].first < 0; ++j)
        if (!(totals[j] > 0)) copy_values(rows.row(far[next++].second), centers.row(j));
}

}  // namespace detail

/// `codewords` centers after `rounds` rounds. `weights` has one weight per row, or is empty. *Throws* std::invalid_argument
/// for 0 codewords or more than 65536, fewer rows than codewords, values that are not finite, or weights that are negative or
/// all zero. *Complexity:* (rounds + 1) * rows * codewords * columns multiply-adds.
template <executor Executor = sequential>
[[nodiscard]] matrix<float> k_means(matrix_view<const float> rows, std::span<const float> weights, std::size_t codewords,
                                    std::size_t rounds, random_stream stream, const Executor& exec = {}) {
    if (codewords == 0 || codewords > 65536)
        throw std::invalid_argument("pleach::k_means: there are " + std::to_string(codewords) +
                                    " codewords to find, but there must be 1 to 65536");
    detail::check_rows_to_code("k_means", rows, weights, codewords);
    matrix<float> centers = detail::first_centers(rows, weights, codewords, stream, exec);
    std::vector<std::uint16_t> ids(rows.rows());
    for (std::size_t round = 0; round < rounds; ++round) {
        find_nearest(rows, std::as_const(centers).view(), ids, exec);
        const auto totals =
            detail::set_to_means(centers.view(), ids, weights, [&](std::size_t i) { return rows.row(i); }, exec);
        if (round + 1 < rounds) detail::fill_empty(centers.view(), totals, rows, weights, ids);
    }
    return centers;
}

}  // namespace PLEACH_ABI
}  // namespace pleach
