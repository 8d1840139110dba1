// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/detail/largest.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <numeric>

TEST_CASE("the largest entries are those of a stable sort, so that ties go to the lower column") {
    for (const std::size_t columns : {1U, 2U, 7U, 40U})
        for (std::size_t kept = 1; kept <= columns; kept += 3) {
            auto row = tests::random_row<float>(columns, columns + kept);
            for (float& x : row) x = static_cast<float>(static_cast<int>(4 * x));  // many are equal
            std::vector<std::uint32_t> expected(columns), found(kept);
            std::iota(expected.begin(), expected.end(), 0U);
            std::ranges::stable_sort(expected, [&](std::uint32_t a, std::uint32_t b) { return row[a] > row[b]; });
            expected.resize(kept);
            pleach::detail::largest_entries(std::span<const float>(row), found);
            REQUIRE(found == expected);
        }
}

TEST_CASE("no term, and more terms than codes, are refused with both numbers") {
    REQUIRE_NOTHROW(pleach::detail::check_terms(3, 3));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::detail::check_terms(0, 3), std::invalid_argument,
                                 "0 terms, but the codebook has 3 rows");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::detail::check_terms(4, 3), std::invalid_argument,
                                 "4 terms, but the codebook has 3 rows");
}
