// SPDX-License-Identifier: Apache-2.0
#include "support/train/coded_table.hpp"

#include "support/serve/coded_format.hpp"
#include "support/serve/planned_files.hpp"

#include <pleach/quantize/residual_codes.hpp>

namespace support {

namespace {

// Bytes of the file of one side: a header for the codes and one for the books.
std::size_t bytes_of_side(std::size_t rows, std::size_t dim, codewords_per_row codes) {
    return coded_format{true, codes.terms, codes.bits}.bytes(rows, dim) + 2 * pleach::rows_header_bytes;
}

}  // namespace

options within_codewords(options chosen, const interactions& data) {
    if (chosen.table != table_kind::coded) return chosen;
    const auto bytes_of = [&](std::size_t of_users, std::size_t of_items) {
        return bytes_of_side(data.users, chosen.dim, {of_users, chosen.user_codewords.bits}) +
               bytes_of_side(data.items, chosen.dim, {of_items, chosen.item_codewords.bits});
    };
    std::size_t users = chosen.user_codewords.terms, items = chosen.item_codewords.terms;
    if (users == 0) {
        users = items =
            largest_that_fits(chosen.dim, [&](std::size_t terms) { return bytes_of(terms, terms) <= chosen.bytes; });
        if (users == 0)
            throw usage_error("--table coded: " + grouped(chosen.bytes) +
                              " bytes are too few for one codeword per row, with books of 256 codewords, which take " +
                              grouped(bytes_of(1, 1)) + " bytes at --dim " + std::to_string(chosen.dim));
        if (bytes_of(users, items + 1) <= chosen.bytes)
            ++items;
        else if (bytes_of(users + 1, items) <= chosen.bytes)
            ++users;
    }
    chosen.user_codewords.terms = users;
    chosen.item_codewords.terms = items;
    chosen.notes.push_back("--table coded: " + counted(users, "codeword") + " per user and " + std::to_string(items) +
                           " per item, " + grouped(bytes_of(users, items)) + " bytes at most");
    return chosen;
}

coded_sides fit_coded_table(const options& chosen, pleach::matrix_view<const float> rows, std::size_t users,
                            const pleach::openmp& exec) {
    const auto fit = [&](const char* side, std::size_t first, std::size_t count, codewords_per_row codes) {
        if (count < std::size_t{1} << codes.bits)
            throw usage_error("--codewords: books of " + grouped(std::size_t{1} << codes.bits) + " codewords for " +
                              grouped(count) + " " + side + "; give codes of fewer bits, such as " +
                              std::to_string(codes.terms) + "x4");
        return pleach::fit_residual_codes(rows.rows_from(first, count), {}, {.terms = codes.terms, .bits = codes.bits},
                                          pleach::random_stream(chosen.seed).fork("codes").fork(side), exec);
    };
    return {fit("users", 0, users, chosen.user_codewords), fit("items", users, rows.rows() - users, chosen.item_codewords)};
}

refreshed_sides fit_refreshed_table(const options& chosen, pleach::matrix_view<const float> rows, std::size_t users,
                                    const pleach::openmp& exec) {
    const coded_sides fitted = fit_coded_table(chosen, rows, users, exec);
    const auto with_rows = [&](const auto& codes, std::size_t first) {
        return pleach::trained_codes<pleach::sum>(pleach::dense_table<float>(rows.rows_from(first, codes.size())), codes,
                                                  {.books_take_loss = true});
    };
    return {with_rows(fitted.users(), 0), with_rows(fitted.items(), users)};
}

}  // namespace support
