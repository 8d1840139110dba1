// SPDX-License-Identifier: Apache-2.0

#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace rewind_test {

using pleach::masked;

TEST_CASE("a rewound table has the first values under the current mask, to the bit") {
    const auto first = tests::normal_table<float>(30, 12);
    masked table(first);
    const auto snapshot = pleach::snapshot(table);
    table.assign(tests::normal_table<float>(30, 12, 2));
    pleach::prune(table, pleach::magnitude{.fraction = 0.6});
    const auto mask = table.mask();
    pleach::rewind(table, snapshot);
    REQUIRE(table.mask() == mask);
    for (std::uint32_t r = 0; r < 30; ++r)
        for (std::size_t c = 0; c < 12; ++c)
            REQUIRE(std::bit_cast<std::uint32_t>(table.row(r)[c]) ==
                    (mask.test(r, c) ? std::bit_cast<std::uint32_t>(first.row(r)[c]) : 0u));
}

TEST_CASE("borrowed rows rewind to a snapshot of their values") {
    std::vector<float> memory = tests::random_row<float>(12);
    const std::vector<float> first = memory;
    masked table(pleach::borrowed_table<float>(pleach::matrix_view<float>(memory.data(), 3, 4)));
    const auto snapshot = pleach::snapshot(table);
    for (float& x : memory) x += 1;
    pleach::rewind(table, snapshot);
    REQUIRE(tests::same_bits(memory, first));
}

TEST_CASE("a snapshot of another shape is refused") {
    masked table(tests::normal_table<float>(30, 12));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::rewind(table, tests::normal_table<float>(31, 12)), std::invalid_argument,
                                 "cannot take rows of a 31 x 12 table into one of 30 x 12");
}

}  // namespace rewind_test
