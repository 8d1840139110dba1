// SPDX-License-Identifier: Apache-2.0
#pragma once

/// --table coded: rows as sums of codewords, users and items with books of their own. Codes and books are first fitted to the
/// rows of --init; codes then stay, and the books train by the loss. With --init svd these are codes from singular vectors, as
/// in RecJPQ (Petrov and Macdonald, WSDM 2024), but residual; with --init rows those of a finished run.

#include "support/data/interactions.hpp"
#include "support/model/two_sides.hpp"
#include "support/options/options.hpp"

#include <pleach/compose/coded.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/quantize/trained_codes.hpp>
#include <pleach/table/dense_table.hpp>

#include <string_view>

namespace support {

using coded_sides = two_sides<pleach::coded<pleach::sum, pleach::dense_table<float>>>;

/// The same with --refresh-codes: the rows that codes were fitted to train along.
using refreshed_sides = two_sides<pleach::trained_codes<pleach::sum>>;

/// Books are rounded to this in files.
inline constexpr std::string_view format_of_books = "dense_rows<i8>";

/// The options with --codewords instead of --bytes: as many codewords per row as the files of both sides hold, one more for
/// items, or else for users, where that fits. *Throws* usage_error if the bytes are too few for one codeword per row.
options within_codewords(options chosen, const interactions& data);

/// Codes and books for the first rows. The same rows and seed give the same codes, so that checkpoints have books alone.
/// *Throws* usage_error, naming the side, if there are fewer rows than codewords in a book.
coded_sides fit_coded_table(const options& chosen, pleach::matrix_view<const float> rows, std::size_t users,
                            const pleach::openmp& exec);
/// As above, with the rows. Codewords have the gradient of the loss as well.
refreshed_sides fit_refreshed_table(const options& chosen, pleach::matrix_view<const float> rows, std::size_t users,
                                    const pleach::openmp& exec);

/// What is stored of a table: without the rows that only train.
template <class Table>
[[nodiscard]] const Table& stored_part(const Table& table) noexcept {
    return table;
}
[[nodiscard]] inline coded_sides stored_part(const refreshed_sides& table) {
    return {table.users().coded(), table.items().coded()};
}

}  // namespace support
