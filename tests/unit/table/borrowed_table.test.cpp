// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace borrowed_table_test {

using pleach::borrowed_table;
using pleach::matrix_view;

TEST_CASE("a borrowed table reads and writes rows of any stride in place") {
    std::vector<float> memory{1, 2, 0, 3, 4, 0, 5, 6, 0};
    borrowed_table<float> table(matrix_view<float>(memory.data(), 3, 2, 3));
    std::vector<float> out(2);
    table.lookup(2, out);
    REQUIRE(out == std::vector<float>{5, 6});
    table.row(1)[0] = 30;
    REQUIRE(memory[3] == 30);
    table.add_to(out, 1, 2.f);
    REQUIRE(out == std::vector<float>{65, 14});
}

TEST_CASE("rows that begin at any byte can be borrowed") {
    std::vector<float> memory = tests::random_row<float>(5 * 20 + 3);
    for (std::size_t offset = 0; offset < 4; ++offset) {
        const borrowed_table<float> table(matrix_view<float>(memory.data() + offset, 5, 17, 20));
        std::vector<float> out(17);
        table.lookup(4, out);
        REQUIRE(tests::same_bits(out, std::span(memory).subspan(offset + 80, 17)));
    }
}

TEST_CASE("rows without columns are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(borrowed_table<float>(matrix_view<float>(nullptr, 3, 0)), std::invalid_argument,
                                 "the rows have 0 columns");
}

TEST_CASE("a snapshot of a borrowed table owns its rows") {
    std::vector<float> memory{1, 2, 0, 3, 4, 0};
    borrowed_table<float> table(matrix_view<float>(memory.data(), 2, 2, 3));
    const pleach::dense_table<float> snapshot = pleach::snapshot(table);
    memory[3] = 9;
    REQUIRE(snapshot.row(1)[0] == 3);
    REQUIRE(snapshot.row(1)[1] == 4);
}

}  // namespace borrowed_table_test
