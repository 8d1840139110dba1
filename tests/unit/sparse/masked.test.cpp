// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/borrowed_table.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace masked_test {

using pleach::bit_mask;
using pleach::masked;

TEMPLATE_TEST_CASE("a masked table reads as its rows times its mask", "", float, double) {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 20, 63, 64, 65, 130);
    const auto rows = tests::normal_table<TestType>(20, dim);
    const bit_mask mask = tests::random_mask(20, dim, 0.5);
    const masked table(rows, mask);
    const auto expected = tests::reference_masked(tests::rows_of(rows), mask);
    const auto found = tests::rows_of(table);
    for (std::size_t r = 0; r < 20; ++r) REQUIRE(tests::same_bits(found[r], expected[r]));
}

TEST_CASE("a new masked table is all alive") {
    const auto rows = tests::normal_table<float>(3, 5);
    const masked table(rows);
    REQUIRE(table.mask().count() == 15);
    REQUIRE(table.base() == rows);
}

TEST_CASE("keep kills and never revives") {
    masked table(tests::normal_table<float>(3, 5));
    bit_mask mask = bit_mask::ones(3, 5);
    mask.reset(1, 2);
    table.keep(mask);
    table.keep(bit_mask::ones(3, 5));
    REQUIRE(table.mask() == mask);
    REQUIRE(table.row(1)[2] == 0);
}

TEST_CASE("masks of another shape are refused and change nothing") {
    masked table(tests::normal_table<float>(3, 5));
    const masked before = table;
    REQUIRE_THROWS_WITH_SENTENCE(table.keep(bit_mask::zeros(5, 3)), std::invalid_argument, "3 x 5 with one of 5 x 3");
    REQUIRE_THROWS_WITH_SENTENCE(table.set_support("weights", bit_mask::zeros(5, 3)), std::invalid_argument, "3 x 5");
    REQUIRE(table == before);
    REQUIRE_THROWS_AS(masked(tests::normal_table<float>(3, 5), bit_mask::ones(3, 4)), std::invalid_argument);
}

TEST_CASE("assign gives live entries the values of another table") {
    const auto first = tests::normal_table<float>(4, 6, 1), second = tests::normal_table<float>(4, 6, 2);
    const bit_mask mask = tests::random_mask(4, 6, 0.5);
    masked table(first, mask);
    table.assign(second);
    REQUIRE(table == masked(second, mask));
    REQUIRE_THROWS_WITH_SENTENCE(table.assign(tests::normal_table<float>(4, 5)), std::invalid_argument,
                                 "cannot take rows of a 4 x 5 table into one of 4 x 6");
}

TEST_CASE("set_support replaces the mask, and what is revived begins at zero") {
    const auto rows = tests::normal_table<float>(4, 6);
    masked table(rows, tests::random_mask(4, 6, 0.5));
    const bit_mask before = table.mask(), next = tests::random_mask(4, 6, 0.5, 2);
    table.set_support("weights", next);
    REQUIRE(table.mask() == next);
    for (std::uint32_t r = 0; r < 4; ++r)
        for (std::size_t c = 0; c < 6; ++c)
            REQUIRE(table.row(r)[c] == (next.test(r, c) && before.test(r, c) ? rows.row(r)[c] : 0));
}

TEST_CASE("dead entries keep gradients but are never stepped") {
    masked table(tests::normal_table<double>(8, 5), tests::random_mask(8, 5, 0.5));
    pleach::optimizer optimizer(table, pleach::adam{.weight_decay = 0.1, .decoupled_weight_decay = 0.1});
    auto gradient = table.make_gradient();
    for (int step = 0; step < 20; ++step) {
        for (std::uint32_t i = 0; i < 8; ++i) table.accumulate(i, tests::random_row<double>(5, i + 1), gradient);
        REQUIRE(std::ranges::none_of(gradient.find(3), [](double x) { return x == 0; }));
        optimizer.step(table, gradient);
        for (std::uint32_t r = 0; r < 8; ++r)
            for (std::size_t c = 0; c < 5; ++c)
                if (!table.mask().test(r, c)) REQUIRE(std::bit_cast<std::uint64_t>(table.row(r)[c]) == 0);
    }
}

TEST_CASE("a mask over borrowed rows writes its zeros into them, and its snapshot owns a copy") {
    std::vector<float> memory = tests::random_row<float>(12);
    bit_mask mask = bit_mask::ones(3, 4);
    mask.reset(2, 3);
    masked table(pleach::borrowed_table<float>(pleach::matrix_view<float>(memory.data(), 3, 4)), mask);
    REQUIRE(memory[11] == 0);
    const masked<pleach::dense_table<float>> snapshot = pleach::snapshot(table);
    const float before = memory[0];
    memory[0] = 17;
    REQUIRE(snapshot.row(0)[0] == before);
    REQUIRE(snapshot.mask() == mask);
}

}  // namespace masked_test
