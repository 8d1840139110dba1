// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/matrix_view.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"

#include <vector>

namespace matrix_view_test {

using pleach::matrix_view;

TEST_CASE("a view shows rows that begin every stride elements") {
    std::vector<int> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const matrix_view<int> view(values.data(), 3, 2, 4);
    REQUIRE(view.row(2)[1] == 9);
    REQUIRE(view.row(0).size() == 2);
    view.row(1)[0] = 40;
    REQUIRE(values[4] == 40);
    const matrix_view<const int> read_only = view;
    REQUIRE(read_only.row(1)[0] == 40);
    REQUIRE(read_only.stride() == 4);
}

TEST_CASE("rows_from shows a run of rows with the same stride") {
    std::vector<int> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const matrix_view<int> view = matrix_view<int>(values.data(), 3, 2, 4).rows_from(1, 2);
    REQUIRE(view.rows() == 2);
    REQUIRE(view.row(1)[0] == 8);
}

TEST_CASE("a stride under the width is refused") {
    std::vector<int> values(12);
    REQUIRE_THROWS_WITH_SENTENCE(matrix_view<int>(values.data(), 3, 4, 3), std::invalid_argument,
                                 "the stride is 3, but rows have 4 columns");
}

#if PLEACH_HARDENED
TEST_CASE("hardened builds refuse rows beyond the last one") {
    const tests::throwing_contracts contracts;
    std::vector<int> values(12);
    const matrix_view<int> view(values.data(), 3, 4);
    REQUIRE_THROWS_AS(view.row(3), tests::contract_failed);
    REQUIRE_THROWS_AS(view.rows_from(2, 2), tests::contract_failed);
}
#endif

}  // namespace matrix_view_test
