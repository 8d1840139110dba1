// SPDX-License-Identifier: Apache-2.0
#include "support/model/solve_books.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace support {

void detail::check_books(const char* verb, pleach::matrix_view<const float> trained, std::span<const std::uint32_t> kept,
                         std::size_t rows, pleach::matrix_view<const float> books, std::size_t dim) {
    const auto refuse = [verb](const std::string& sentence) { throw std::invalid_argument(verb + (": " + sentence)); };
    if (rows != kept.size())
        refuse("there are codes for " + std::to_string(rows) + " rows, but " + std::to_string(kept.size()) +
               " rows are kept: fit the codes to the kept rows");
    if (dim != trained.cols())
        refuse("the codewords make rows of " + std::to_string(dim) + " columns, but the table has " +
               std::to_string(trained.cols()) + ": fit the codes to rows of the table");
    for (std::size_t r = 0; r < books.rows(); ++r)
        for (std::size_t c = 0; c < books.cols(); ++c)
            if (!std::isfinite(books.row(r)[c]))
                refuse("codeword " + std::to_string(r) + ", column " + std::to_string(c) + " is " +
                       std::to_string(books.row(r)[c]) + ", so there is no solution; fit the codes to finite rows");
}

}  // namespace support
