// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/table/batch.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace mask_overlay_test {

using pleach::bit_mask;
using pleach::mask_overlay;

TEMPLATE_TEST_CASE("an overlay reads as the shared rows times its mask", "", float, double) {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 20, 64, 65, 130);
    const auto rows = tests::normal_table<TestType>(20, dim);
    const bit_mask mask = tests::random_mask(20, dim, 0.5);
    const mask_overlay overlay(rows, mask);
    const auto expected = tests::reference_masked(tests::rows_of(rows), mask);
    for (std::uint32_t i = 0; i < 20; ++i) {
        std::vector<TestType> out(dim), sum(dim, TestType(1));
        overlay.lookup(i, out);
        overlay.add_to(sum, i, TestType(2));
        REQUIRE(tests::same_bits(out, expected[i]));
        for (std::size_t c = 0; c < dim; ++c) REQUIRE(sum[c] == tests::approx(1 + 2 * expected[i][c]));
    }
}

TEST_CASE("two tasks train their parts of one table, and entries of neither stay") {
    auto rows = tests::normal_table<double>(10, 6);
    const auto before = rows;
    const bit_mask one = tests::random_mask(10, 6, 0.4, 1), two = tests::random_mask(10, 6, 0.4, 2);
    for (const bit_mask* mask : {&one, &two}) {
        mask_overlay overlay(rows, *mask);
        pleach::optimizer optimizer(overlay, pleach::sgd{.learning_rate = 1});
        auto gradient = overlay.make_gradient();
        for (std::uint32_t i = 0; i < 10; ++i) overlay.accumulate(i, std::vector<double>(6, 1.0), gradient);
        optimizer.step(overlay, gradient);
    }
    for (std::uint32_t r = 0; r < 10; ++r)
        for (std::size_t c = 0; c < 6; ++c) {
            const double steps = (one.test(r, c) ? 1 : 0) + (two.test(r, c) ? 1 : 0);
            REQUIRE(rows.row(r)[c] == tests::approx(before.row(r)[c] - steps).margin(1e-14));
        }
}

TEST_CASE("an overlay sees changes of the rows and of the mask") {
    auto rows = tests::normal_table<float>(2, 3);
    bit_mask mask = bit_mask::ones(2, 3);
    const mask_overlay overlay(rows, mask);
    mask.reset(0, 0);
    rows.row(0)[1] = 8;
    std::vector<float> out(3);
    overlay.lookup(0, out);
    REQUIRE(out == std::vector<float>{0, 8, rows.row(0)[2]});
}

TEST_CASE("a mask that does not fit the table is refused with both shapes") {
    const auto rows = tests::normal_table<float>(2, 3);
    const bit_mask mask = bit_mask::ones(3, 3);
    REQUIRE_THROWS_WITH_SENTENCE(mask_overlay(rows, mask), std::invalid_argument, "the mask is 3 x 3, but the table is 2 x 3");
}

TEST_CASE("a snapshot of an overlay owns rows and mask") {
    auto rows = tests::normal_table<float>(4, 5);
    const bit_mask mask = tests::random_mask(4, 5, 0.5);
    const auto snapshot = pleach::snapshot(mask_overlay(rows, mask));
    const auto first = rows;
    rows.row(0)[0] += 1;
    REQUIRE(snapshot == pleach::masked(first, mask));
}

}  // namespace mask_overlay_test
