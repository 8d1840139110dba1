// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Product quantization: rows as concatenations of codewords, one per group of adjacent columns, by k-means within each
/// group. Source: Jegou et al., "Product quantization for nearest neighbor search", TPAMI 2011.

#include <pleach/compose/coded.hpp>
#include <pleach/quantize/k_means.hpp>
#include <pleach/table/dense_table.hpp>

namespace pleach {
inline namespace PLEACH_ABI {

struct product_options {
    std::size_t terms = 8;    ///< groups of columns: codewords per row
    std::size_t bits = 8;     ///< per code, 4 to 12
    std::size_t rounds = 12;  ///< of k-means
};

namespace detail {

template <class T>
[[nodiscard]] matrix_view<T> columns_of(matrix_view<T> rows, column_group group) {
    return {rows.data() + group.first, rows.rows(), group.count, rows.stride()};
}

}  // namespace detail

/// A table of such rows that approximately minimizes the sum of weights[i] |x_i - row i|^2; `weights` has one weight per row,
/// or is empty. For small tables the books may be larger than the rows: freeze the table to see. *Throws*
/// std::invalid_argument for 0 terms, more terms than columns, bits that are not 4 to 12, and as k_means(). *Complexity:*
/// (rounds + 2) * rows * 2^bits * columns multiply-adds.
template <executor Executor = sequential>
[[nodiscard]] coded<concat, dense_table<float>> fit_product_codes(matrix_view<const float> rows, std::span<const float> weights,
                                                                  const product_options& options, random_stream stream,
                                                                  const Executor& exec = {}) {
    detail::check_code_shape("fit_product_codes", options.terms, options.bits);
    if (options.terms > rows.cols())
        throw std::invalid_argument("pleach::fit_product_codes: there are " + std::to_string(options.terms) + " groups for " +
                                    std::to_string(rows.cols()) + " columns; take at most one for each");
    const std::size_t codewords = std::size_t{1} << options.bits;
    detail::check_rows_to_code("fit_product_codes", rows, weights, codewords);
    dense_table<float> books(options.terms * codewords, (rows.cols() + options.terms - 1) / options.terms);
    matrix<std::uint16_t> ids(rows.rows(), options.terms);
    std::vector<std::uint16_t> of_group(rows.rows());
    for (std::size_t k = 0; k < options.terms; ++k) {
        const column_group group = column_group_of(rows.cols(), options.terms, k);
        const matrix_view<const float> columns = detail::columns_of(rows, group);
        const matrix<float> book = k_means(columns, weights, codewords, options.rounds, stream.fork(k), exec);
        find_nearest(columns, book.view(), of_group, exec);
        for (std::size_t j = 0; j < codewords; ++j)
            detail::copy_values(book.row(j), books.rows().row(k * codewords + j).first(group.count));
        for (std::size_t i = 0; i < of_group.size(); ++i) ids.row(i)[k] = of_group[i];
    }
    return {std::move(books), packed_codes<>(std::as_const(ids).view(), options.bits), rows.cols()};
}

/// The table after `rounds` further rounds of k-means, toward rows that may differ from those it was fitted to: from its own
/// codes and books instead of new ones. No round raises the sum of weights[i] |x_i - row i|^2. A codeword that no row has is
/// unchanged. *Throws* std::invalid_argument for rows of another number or width than those of the table, and values and
/// weights as k_means(). *Complexity:* rounds * rows * 2^bits * columns multiply-adds.
template <executor Executor = sequential>
[[nodiscard]] coded<concat, dense_table<float>> refit_product_codes(const coded<concat, dense_table<float>>& table,
                                                                    matrix_view<const float> rows,
                                                                    std::span<const float> weights, std::size_t rounds,
                                                                    const Executor& exec = {}) {
    detail::check_rows_to_refit("refit_product_codes", rows, weights, table.size(), table.dim());
    const auto& codes = table.codes();
    dense_table<float> books = table.base();
    matrix<std::uint16_t> ids(rows.rows(), codes.terms());
    std::vector<std::uint16_t> of_group(rows.rows());
    for (std::size_t k = 0; k < codes.terms(); ++k) {
        const auto columns = detail::columns_of(rows, table.group(k));
        const auto book = detail::columns_of(books.rows().rows_from(k * codes.codewords(), codes.codewords()),
                                             column_group{0, columns.cols()});
        for (std::size_t i = 0; i < of_group.size(); ++i) of_group[i] = static_cast<std::uint16_t>(codes.id(i, k));
        for (std::size_t round = 0; round < rounds; ++round) {
            detail::set_to_means(book, of_group, weights, [&](std::size_t i) { return columns.row(i); }, exec);
            find_nearest(columns, book, of_group, exec);
        }
        for (std::size_t i = 0; i < of_group.size(); ++i) ids.row(i)[k] = of_group[i];
    }
    return {std::move(books), packed_codes<>(std::as_const(ids).view(), codes.bits()), rows.cols()};
}

}  // namespace PLEACH_ABI
}  // namespace pleach
