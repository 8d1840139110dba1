// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/dense_table.hpp>
#include <pleach/table/panels.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"

TEMPLATE_TEST_CASE("panels give the products of their rows with every query, from any first row", "", float, double) {
    using T = TestType;
    constexpr std::size_t dim = 5;
    for (const std::size_t rows : {std::size_t{1}, pleach::row_panels<T>::width, 3 * pleach::row_panels<T>::width + 1}) {
        const pleach::dense_table<T> table(tests::small_numbers<T>(rows + 9, dim, 1).view());
        const auto queries = tests::small_numbers<T>(2 * pleach::row_panels<T>::height + 1, dim, 2);
        pleach::row_panels<T> panels(rows, dim);
        panels.read(table, 0, rows);
        panels.read(table, 9, rows);
        REQUIRE(panels.first() == 9);
        REQUIRE(panels.count() == rows);
        std::size_t seen = 0, wrong = 0;
        panels.score(
            queries.rows(), [&](std::size_t q) { return queries.row(q).data(); },
            [&](std::size_t q, std::size_t row, const T* scores) {
                for (std::size_t j = 0; j < pleach::row_panels<T>::width && row + j < rows; ++j, ++seen) {
                    T product = 0;
                    for (std::size_t c = 0; c < dim; ++c)
                        product += queries.row(q)[c] * table.row(static_cast<std::uint32_t>(9 + row + j))[c];
                    wrong += scores[j] != product;
                }
            });
        REQUIRE(seen == rows * queries.rows());
        REQUIRE(wrong == 0);
    }
}
