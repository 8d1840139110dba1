// SPDX-License-Identifier: Apache-2.0
#include <pleach/sparse/soft_thresholded.hpp>

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <numeric>

namespace soft_thresholded_test {

namespace {

using pleach::learned_thresholds;
using pleach::soft_thresholded;
using rows_type = pleach::dense_table<double>;

constexpr std::size_t rows = 7, dim = 5;

pleach::row_groups three_groups() { return pleach::row_groups({0, 2, 1, 0, 2, 2, 1}); }

// No value within .05 of its threshold, where differences would straddle the kink.
template <class T, class Thresholds>
pleach::dense_table<T> off_the_kink(pleach::dense_table<T> values, const Thresholds& thresholds) {
    for (std::uint32_t r = 0; r < values.size(); ++r)
        for (std::size_t c = 0; c < values.dim(); ++c) {
            T& v = values.row(r)[c];
            T tau = 0;
            thresholds.fill(r, c, std::span<T>(&tau, 1));
            if (std::abs(std::abs(v) - tau) < T(0.05)) v = tau + T(0.1);
        }
    return values;
}

template <class T>
auto shrunk(std::size_t size, std::size_t width, T tau) {
    const pleach::fixed_threshold<T> threshold(tau);
    return soft_thresholded(off_the_kink(tests::normal_table<T>(size, width), threshold), threshold);
}

// Slots around 0.
template <class Squash = pleach::sigmoid, class Layout>
auto searching(Layout layout) {
    learned_thresholds<double, Layout, Squash> thresholds(rows, dim, -1.0, layout);
    for (std::size_t r = 0; r < thresholds.slots().rows(); ++r)
        for (double& s : thresholds.slots().row(r)) s += 0.3 * static_cast<double>((&s - thresholds.slots().data()) % 5);
    return soft_thresholded(off_the_kink(tests::normal_table<double>(rows, dim), thresholds), thresholds);
}

template <class Table>
void require_conformance(Table table) {
    const auto report = pleach::testing::check(std::move(table));
    CAPTURE(report.text());
    REQUIRE(report.passed());
}

// The gradient of the slots for some upstream rows.
template <class Table>
pleach::matrix<double> slot_gradient(const Table& table) {
    auto gradient = table.make_gradient();
    std::vector<double> upstream(dim);
    for (std::uint32_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < dim; ++c) upstream[c] = static_cast<double>(3 * r + c) - 8;
        table.accumulate(r, upstream, gradient);
    }
    return pleach::matrix<double>(pleach::matrix_view<const double>(gradient.thresholds.dense()));
}

}  // namespace

TEST_CASE("the soft threshold is its formula, and plus zero for dead values of either sign") {
    for (const double v : {-2.0, -0.5, -0.2, -0.0, 0.0, 0.1, 0.2, 3.0}) {
        const double s = pleach::soft_threshold(v, 0.2);
        REQUIRE(s == (v > 0 ? 1 : -1) * std::max(std::abs(v) - 0.2, 0.0));
        if (std::abs(v) <= 0.2) REQUIRE_FALSE(std::signbit(s));
    }
}

TEST_CASE("thresholded tables conform in every granularity and squashing") {
    require_conformance(searching(pleach::per_table{}));
    require_conformance(searching(pleach::per_dim{}));
    require_conformance(searching(pleach::per_row{}));
    require_conformance(searching(pleach::per_element{}));
    require_conformance(searching(pleach::per_group{three_groups()}));
    require_conformance(searching(pleach::per_group_and_dim{three_groups()}));
    require_conformance(searching<pleach::softplus>(pleach::per_row{}));
    require_conformance(searching<pleach::absolute_value>(pleach::per_dim{}));
    require_conformance(shrunk<double>(6, 130, 0.5));
    require_conformance(shrunk<float>(6, 65, 0.5F));
    require_conformance(shrunk<double>(4, 3, 99));
}

TEST_CASE("the gradient of a coarse slot is the sum of the elements' that share it") {
    const auto with_equal_slots = [](auto layout) {
        using layout_type = decltype(layout);
        return soft_thresholded(tests::normal_table<double>(rows, dim),
                                learned_thresholds<double, layout_type>(rows, dim, -0.5, layout));
    };
    const pleach::matrix<double> fine = slot_gradient(with_equal_slots(pleach::per_element{}));
    const auto require_sums = [&](auto layout) {
        const pleach::matrix<double> coarse = slot_gradient(with_equal_slots(layout));
        pleach::matrix<double> sums(coarse.rows(), coarse.cols());
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < dim; ++c) sums.row(layout.row(r))[layout.col(c)] += fine.row(r)[c];
        for (std::size_t i = 0; i < sums.elements().size(); ++i)
            REQUIRE(coarse.elements()[i] == tests::approx(sums.elements()[i]).epsilon(1e-12));
    };
    require_sums(pleach::per_table{});
    require_sums(pleach::per_dim{});
    require_sums(pleach::per_row{});
    require_sums(pleach::per_group{three_groups()});
    require_sums(pleach::per_group_and_dim{three_groups()});
}

TEST_CASE("a footprint counts values as looked up, and thresholds as training only") {
    auto table = searching(pleach::per_element{});
    std::size_t nonzero = 0;
    std::vector<double> row(dim);
    for (std::uint32_t r = 0; r < rows; ++r) {
        table.lookup(r, row);
        nonzero += dim - static_cast<std::size_t>(std::ranges::count(row, 0.0));
    }
    const pleach::footprint_counts counts = pleach::footprint(table);
    REQUIRE(counts.nonzero == nonzero);
    REQUIRE(nonzero < rows * dim);
    REQUIRE(counts.stored == rows * dim);
    REQUIRE(counts.training_only == rows * dim);
    table.thresholds().set_gain(0);
    REQUIRE(pleach::footprint(table).nonzero == rows * dim);
}

// methods of PEP and CERP: the data gradient of a slot far below 0 is 0, so coupled decay alone moves it, about the learning
// rate a step. The numbers of steps were computed independently, in double, from Adam's formulas.
TEST_CASE("coupled decay alone raises thresholds, about a learning rate a step") {
    const auto steps_until_minus_8 = [](double initial) {
        soft_thresholded<rows_type, learned_thresholds<double, pleach::per_table>> table(
            rows_type(1, 1), learned_thresholds<double, pleach::per_table>(1, 1, initial));
        pleach::optimizer<decltype(table), pleach::adam> optimizer(
            table, pleach::per_role<pleach::adam>{.weights = {}, .thresholds = {.learning_rate = 1e-3, .weight_decay = 1e-5}});
        auto gradient = table.make_gradient();
        std::size_t steps = 0;
        for (; table.thresholds().slots().row(0)[0] < -8; ++steps) optimizer.step(table, gradient);
        return steps;
    };
    REQUIRE(std::abs(static_cast<double>(steps_until_minus_8(-15)) - 7487) <= 2);
    REQUIRE(std::abs(static_cast<double>(steps_until_minus_8(-100)) - 94437) <= 10);
    REQUIRE(std::abs(static_cast<double>(steps_until_minus_8(-150)) - 144842) <= 10);
}

TEST_CASE("without decay and far below zero nothing is ever pruned") {
    soft_thresholded<rows_type> table(tests::normal_table<double>(rows, dim), learned_thresholds<double>(rows, dim, -100));
    pleach::optimizer<decltype(table), pleach::adam> optimizer(table, pleach::adam{.learning_rate = 0.01});
    auto gradient = table.make_gradient();
    for (int step = 0; step < 50; ++step) {
        std::vector<double> upstream(dim, 0.1 * step - 2);
        table.accumulate(static_cast<std::uint32_t>(static_cast<std::size_t>(step) % rows), upstream, gradient);
        optimizer.step(table, gradient);
        REQUIRE(pleach::footprint(table).nonzero == rows * dim);
    }
}

TEST_CASE("thresholds refuse what makes no sense") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::fixed_threshold<double>(-0.1), std::invalid_argument, "must be at least 0");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::fixed_threshold<double>(nan), std::invalid_argument, "the threshold is nan");
    REQUIRE_THROWS_WITH_SENTENCE((learned_thresholds<double>(2, 2, nan)), std::invalid_argument, "the slots start at nan");
    REQUIRE_THROWS_WITH_SENTENCE((soft_thresholded<rows_type>(rows_type(3, 2), learned_thresholds<double>(2, 3, -1))),
                                 std::invalid_argument, "made for a table of 2 x 3, but given one of 3 x 2");
    REQUIRE_THROWS_WITH_SENTENCE((learned_thresholds<double, pleach::per_group>(3, 2, -1, pleach::per_group{three_groups()})),
                                 std::invalid_argument, "7 rows have a group, but the table has 3 rows");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::row_groups({}), std::invalid_argument, "give one group for each row");
    learned_thresholds<double> thresholds(2, 2, -1);
    REQUIRE_THROWS_WITH_SENTENCE(thresholds.set_gain(nan), std::invalid_argument, "the gain is nan");
}

}  // namespace soft_thresholded_test
