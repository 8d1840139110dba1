// SPDX-License-Identifier: Apache-2.0

#include <pleach/factor/csr_view.hpp>

#include "support/catch.hpp"

#include <vector>

namespace csr_view_test {

namespace {

// [ . 2 3 ]
// [ . . . ]
// [ 4 . . ]
struct three_rows {
    std::vector<std::uint64_t> offsets{0, 2, 2, 3};
    std::vector<std::uint32_t> columns{1, 2, 0};
    std::vector<float> values{2, 3, 4};

    [[nodiscard]] pleach::csr_view<float> view() const { return {offsets, columns, 3, values}; }
};

}  // namespace

TEST_CASE("a sparse matrix shows the columns and values of each row") {
    const three_rows given;
    const pleach::csr_view<float> matrix = given.view();
    pleach::check_csr(matrix, "test");
    REQUIRE(matrix.rows() == 3);
    REQUIRE(matrix.columns_of(0).size() == 2);
    REQUIRE(matrix.columns_of(0)[1] == 2);
    REQUIRE(matrix.values_of(0)[1] == 3);
    REQUIRE(matrix.columns_of(1).empty());
    REQUIRE(matrix.values_of(2)[0] == 4);
}

TEST_CASE("a sparse matrix without values is one of ones, and has none to show") {
    const three_rows given;
    const pleach::csr_view<float> matrix{given.offsets, given.columns, 3};
    pleach::check_csr(matrix, "test");
    REQUIRE(matrix.values_of(0).empty());
}

TEST_CASE("a sparse matrix that is none is refused by what is wrong with it") {
    const auto require_refused = [](const three_rows& given, const char* expected) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::check_csr(given.view(), "my verb"), std::invalid_argument, expected);
    };
    three_rows wrong;
    wrong.offsets = {};
    require_refused(wrong, "my verb: the offsets of a sparse matrix must be one more than its rows");
    wrong.offsets = {1, 2, 2, 3};
    require_refused(wrong, "go from 0 to its 3 entries");
    wrong.offsets = {0, 2, 2, 2};
    require_refused(wrong, "go from 0 to its 3 entries");
    wrong.offsets = {0, 3, 2, 3};
    require_refused(wrong, "decrease after row 1");
    wrong = {};
    wrong.values = {1, 2};
    require_refused(wrong, "has 3 entries and 2 values");
    wrong = {};
    wrong.columns[1] = 3;
    require_refused(wrong, "has an entry in column 3, but only 3 columns");
}

}  // namespace csr_view_test
