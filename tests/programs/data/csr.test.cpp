// SPDX-License-Identifier: Apache-2.0
#include "support/data/csr.hpp"

#include "support/catch.hpp"

#include <set>

namespace csr_test {

namespace {

using pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Pairs in no order, with repetitions.
pairs scrambled_pairs(std::uint32_t rows, std::uint32_t columns, std::uint32_t count) {
    pairs result;
    for (std::uint32_t i = 0; i < count; ++i) result.emplace_back(i * 7919 % rows, i * i * 104729 % columns);
    return result;
}

}  // namespace

TEST_CASE("make_csr sorts pairs and keeps each once") {
    const support::csr matrix = support::make_csr(3, pairs{{2, 5}, {0, 9}, {2, 1}, {2, 5}, {0, 0}, {2, 5}});
    CHECK(matrix.offsets == std::vector<std::uint64_t>{0, 2, 2, 4});
    CHECK(matrix.columns == std::vector<std::uint32_t>{0, 9, 1, 5});
    CHECK(matrix.rows() == 3);
    CHECK(matrix.size() == 4);
}

TEST_CASE("make_csr agrees with an ordered set of pairs") {
    const pairs given = scrambled_pairs(13, 29, 500);
    const std::set<std::pair<std::uint32_t, std::uint32_t>> expected(given.begin(), given.end());
    const support::csr matrix = support::make_csr(13, given);
    std::set<std::pair<std::uint32_t, std::uint32_t>> found;
    for (std::uint32_t r = 0; r < 13; ++r)
        for (const std::uint32_t c : matrix.row(r)) found.emplace(r, c);
    CHECK(found == expected);
    CHECK(matrix.size() == expected.size());
    for (std::uint32_t r = 0; r < 13; ++r)
        for (std::uint32_t c = 0; c < 29; ++c) CHECK(matrix.contains(r, c) == (expected.count({r, c}) == 1));
}

TEST_CASE("make_csr refuses a row beyond the last") {
    REQUIRE_THROWS_WITH_SENTENCE(support::make_csr(2, pairs{{2, 0}}), std::out_of_range, "row 2, but there are 2 rows");
}

TEST_CASE("An empty csr has no rows and no pairs") {
    CHECK(support::csr().rows() == 0);
    CHECK(support::csr().size() == 0);
    CHECK(support::make_csr(4, {}).rows() == 4);
    CHECK(support::make_csr(4, {}).row(3).empty());
}

TEST_CASE("transpose exchanges rows and columns, and twice gives the same") {
    const support::csr matrix = support::make_csr(13, scrambled_pairs(13, 29, 200));
    const support::csr flipped = support::transpose(matrix, 29);
    REQUIRE(flipped.rows() == 29);
    CHECK(flipped.size() == matrix.size());
    for (std::uint32_t r = 0; r < 13; ++r)
        for (std::uint32_t c = 0; c < 29; ++c) CHECK(matrix.contains(r, c) == flipped.contains(c, r));
    CHECK(support::transpose(flipped, 13) == matrix);
}

TEST_CASE("transpose refuses a column beyond the last") {
    const support::csr matrix = support::make_csr(1, pairs{{0, 3}});
    REQUIRE_THROWS_WITH_SENTENCE(support::transpose(matrix, 3), std::out_of_range, "column 3 is not below 3");
}

}  // namespace csr_test
