// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/clip.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>

namespace clip_test {

using tests::approx;

TEST_CASE("a norm over the limit is scaled to it, one below stays to the bit") {
    auto table = tests::normal_table<double>(10, 4);
    auto gradient = table.make_gradient();
    table.accumulate(7, std::vector<double>{3, 0, 0, 0}, gradient);
    table.accumulate(2, std::vector<double>{0, -4, 0, 0}, gradient);
    REQUIRE(pleach::clip_by_norm(table, gradient, 6) == 5);
    REQUIRE(gradient.find(7)[0] == 3);
    REQUIRE(pleach::clip_by_norm(table, gradient, 1) == 5);
    REQUIRE(gradient.find(7)[0] == approx(0.6).epsilon(1e-15));
    REQUIRE(gradient.find(2)[1] == approx(-0.8).epsilon(1e-15));
    REQUIRE(pleach::gradient_norm(table, gradient) == approx(1.0).epsilon(1e-14));
    REQUIRE(gradient.touched().size() == 2);
}

TEST_CASE("gradients of dead entries neither count nor change") {
    pleach::bit_mask mask = pleach::bit_mask::ones(3, 2);
    mask.reset(1, 0);
    pleach::masked table(tests::normal_table<double>(3, 2), mask);
    auto gradient = table.make_gradient();
    table.accumulate(1, std::vector<double>{100, 2}, gradient);
    REQUIRE(pleach::clip_by_norm(table, gradient, 1) == 2);
    REQUIRE(tests::same_bits(gradient.find(1), std::vector<double>{100, 1}));
    pleach::clip_by_value(table, gradient, 0.5);
    REQUIRE(tests::same_bits(gradient.find(1), std::vector<double>{100, 0.5}));
}

TEST_CASE("the norm depends on no order of touch, nor on the form of the gradient") {
    auto table = tests::normal_table<float>(50, 9);
    auto forward = table.make_gradient(), backward = table.make_gradient(), dense = table.make_gradient();
    static_cast<void>(dense.dense());
    for (std::uint32_t i = 0; i < 50; ++i) {
        table.accumulate(i, tests::random_row<float>(9, i + 1), forward);
        table.accumulate(49 - i, tests::random_row<float>(9, 50 - i), backward);
        table.accumulate(i, tests::random_row<float>(9, i + 1), dense);
    }
    const double norm = pleach::gradient_norm(table, forward);
    REQUIRE(norm > 1);
    REQUIRE(norm == pleach::gradient_norm(table, backward));
    REQUIRE(norm == pleach::gradient_norm(table, dense));
}

TEST_CASE("clip_by_value moves each element into the limits") {
    auto table = tests::normal_table<float>(2, 3);
    auto gradient = table.make_gradient();
    table.accumulate(1, std::vector<float>{-3, 0.25f, 7}, gradient);
    pleach::clip_by_value(table, gradient, 0.5);
    REQUIRE(tests::same_bits(gradient.find(1), std::vector<float>{-0.5f, 0.25f, 0.5f}));
}

TEST_CASE("norms of huge and tiny gradients neither overflow nor vanish") {
    auto table = tests::normal_table<double>(1, 2);
    for (const double scale : {1e200, 1e-200}) {
        auto gradient = table.make_gradient();
        table.accumulate(0, std::vector<double>{3 * scale, 4 * scale}, gradient);
        REQUIRE(pleach::clip_by_norm(table, gradient, scale) / scale == approx(5.0).epsilon(1e-14));
        REQUIRE(gradient.find(0)[0] / scale == approx(0.6).epsilon(1e-14));
    }
}

TEST_CASE("a gradient that is not finite is reported by its norm and left alone") {
    auto table = tests::normal_table<float>(1, 2);
    auto gradient = table.make_gradient();
    table.accumulate(0, std::vector<float>{1, std::numeric_limits<float>::infinity()}, gradient);
    REQUIRE(std::isnan(pleach::clip_by_norm(table, gradient, 1)));
    REQUIRE(gradient.find(0)[0] == 1);
}

TEST_CASE("an empty gradient has norm 0") {
    auto table = tests::normal_table<float>(1, 2);
    auto gradient = table.make_gradient();
    REQUIRE(pleach::clip_by_norm(table, gradient, 1) == 0);
}

TEST_CASE("a limit that is not above zero is refused") {
    auto table = tests::normal_table<float>(1, 2);
    auto gradient = table.make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::clip_by_norm(table, gradient, 0), std::invalid_argument,
                                 "clip_by_norm: the limit is 0.000000, but must be above 0");
    REQUIRE_THROWS_AS(pleach::clip_by_norm(table, gradient, std::nan("")), std::invalid_argument);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::clip_by_value(table, gradient, -1), std::invalid_argument, "clip_by_value");
}

}  // namespace clip_test
