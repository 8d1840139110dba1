// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/schedule.hpp>
#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/detail/move_state.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/grow.hpp>
#include <pleach/sparse/packed.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

namespace grow_test {

using pleach::bit_mask;
using pleach::magnitude;
using pleach::row_range;

using masked = pleach::masked<pleach::dense_table<double>>;

namespace {

constexpr std::size_t rows = 12, dim = 66;

masked half_alive() { return {tests::normal_table<double>(rows, dim), tests::random_mask(rows, dim, 0.5)}; }

std::vector<double> gradient_of(std::size_t batch, std::size_t row) {
    return tests::random_row<double>(dim, 100 * batch + row);
}

// The rows of a batch.
std::vector<std::size_t> rows_of(std::size_t batch) { return {batch % rows, (7 * batch + 3) % rows}; }

template <class Growth>
void observe(Growth& growth, std::size_t batches) {
    for (std::size_t batch = 0; batch < batches; ++batch) {
        growth.begin_batch();
        for (const std::size_t r : rows_of(batch)) growth.add(r, gradient_of(batch, r));
    }
}

// The `count` dead entries with the largest scores, ties by row and column, by sorting.
bit_mask revived(bit_mask mask, std::size_t count, const std::function<double(std::size_t, std::size_t)>& score) {
    std::vector<std::tuple<double, std::size_t, std::size_t>> dead;
    for (std::size_t r = 0; r < mask.rows(); ++r)
        for (std::size_t c = 0; c < mask.cols(); ++c)
            if (!mask.test(r, c)) dead.emplace_back(-score(r, c), r, c);
    std::ranges::sort(dead);
    for (std::size_t i = 0; i < count; ++i) mask.set(std::get<1>(dead[i]), std::get<2>(dead[i]));
    return mask;
}

}  // namespace

TEST_CASE("the entries with the largest summed gradients grow, exactly so many, and zeros by row and column") {
    pleach::gradient_growth<double> growth(rows, dim);
    observe(growth, 3);
    const auto score = [&](std::size_t r, std::size_t c) {
        double sum = 0;
        for (std::size_t batch = 0; batch < 3; ++batch)
            for (const std::size_t row : rows_of(batch))
                if (row == r) sum += gradient_of(batch, r)[c];
        return std::abs(sum);
    };
    const bit_mask before = tests::random_mask(rows, dim, 0.5);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{50}, rows * dim - before.count()}) {
        bit_mask mask = before;
        growth.revive({0, rows}, count, mask);
        REQUIRE(mask == revived(before, count, score));
    }
    growth.clear();
    bit_mask mask = bit_mask::zeros(rows, dim);
    growth.revive({2, 5}, dim + 3, mask);
    REQUIRE(mask.count() == dim + 3);
    REQUIRE(mask.count_row(2) == dim);
    REQUIRE(mask.test(3, 2));
}

TEST_CASE("the last batch alone counts where that is chosen") {
    pleach::gradient_growth<double> growth(rows, dim, pleach::growth_window::last_batch), only(rows, dim);
    observe(growth, 4);
    for (const std::size_t r : rows_of(3)) only.add(r, gradient_of(3, r));
    bit_mask mask = tests::random_mask(rows, dim, 0.5), expected = mask;
    growth.revive({0, rows}, 80, mask);
    only.revive({0, rows}, 80, expected);
    REQUIRE(mask == expected);
}

TEST_CASE("growth by momentum ranks by moments that decay in every batch") {
    const std::size_t batches = GENERATE(2U, 5U, 9U);  // after the first two, some rows were in no batch
    pleach::momentum_growth<double> growth(rows, dim);
    REQUIRE(growth.batches() == 0);
    observe(growth, batches);
    const auto score = [&](std::size_t r, std::size_t c) {
        double m = 0, v = 0;
        for (std::size_t batch = 0; batch < batches; ++batch) {
            double g = 0;
            for (const std::size_t row : rows_of(batch))
                if (row == r) g = gradient_of(batch, r)[c];
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
        }
        return std::abs(m) / (std::sqrt(v) + 1e-8);
    };
    const bit_mask before = tests::random_mask(rows, dim, 0.5);
    for (const std::size_t count : {std::size_t{1}, std::size_t{60}, std::size_t{200}, rows * dim - before.count() - 5}) {
        bit_mask mask = before;
        growth.revive({0, rows}, count, mask);
        REQUIRE(mask == revived(before, count, score));
    }
}

TEST_CASE("rows beyond the range that grows may have diverged") {
    pleach::gradient_growth<double> growth(4, 5);
    growth.begin_batch();
    growth.add(3, std::vector<double>(5, std::numeric_limits<double>::quiet_NaN()));
    bit_mask mask = bit_mask::zeros(4, 5);
    growth.revive({0, 3}, 7, mask);
    REQUIRE(mask.count() == 7);
}

TEST_CASE("random growth depends on its stream alone, and is exact") {
    bit_mask mask = tests::random_mask(rows, dim, 0.5), other = mask;
    const std::size_t live = mask.count();
    const pleach::random_growth growth{pleach::random_stream(3)};
    growth.revive({0, rows}, 100, mask);
    growth.revive({0, rows}, 100, other);
    REQUIRE(mask == other);
    REQUIRE(mask.count() == live + 100);
}

TEST_CASE("a swap keeps the budget, starts what grows at zero, and leaves the rest and its moments alone") {
    masked reference = half_alive();
    pleach::packed<double> table = pleach::pack(reference);
    const auto which = GENERATE(pleach::moving_rows::touched, pleach::moving_rows::deferred);
    const pleach::adam rule{.learning_rate = 0.05, .which = which};
    pleach::optimizer of_masked(reference, rule);
    pleach::optimizer of_packed(table, rule);
    pleach::gradient_growth<double> growth(rows, dim);
    const pleach::cosine_schedule share{.initial = 0.5, .final = 0.005, .steps = 60};
    const auto scope = pleach::scope::row_groups({5});
    auto gradient = table.make_gradient();
    auto gradient_of_masked = reference.make_gradient();
    const std::size_t live = table.values().size();
    for (std::size_t step = 0; step < 60; ++step) {
        for (const std::size_t r : rows_of(step)) {
            growth.add(r, gradient_of(step, r));
            table.accumulate(static_cast<std::uint32_t>(r), gradient_of(step, r), gradient);
            reference.accumulate(static_cast<std::uint32_t>(r), gradient_of(step, r), gradient_of_masked);
        }
        of_packed.step(table, gradient);
        of_masked.step(reference, gradient_of_masked);
        if (step % 10 != 9) continue;
        of_packed.catch_up(table);
        const bit_mask before = table.mask();
        const magnitude drop{.fraction = share.at(step), .where = scope};
        const std::size_t swapped = pleach::regrow(table, of_packed, drop, growth);
        REQUIRE(pleach::regrow(reference, of_masked, drop, growth) == swapped);
        REQUIRE(swapped > 0);
        REQUIRE(table.values().size() == live);
        REQUIRE(table.mask() == reference.mask());
        for (std::uint32_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < dim; ++c)
                if (table.mask().test(r, c) && !before.test(r, c)) REQUIRE(reference.row(r)[c] == 0);
        growth.clear();
        gradient = table.make_gradient();
    }
    of_packed.catch_up(table);
    of_masked.catch_up(reference);
    REQUIRE(pleach::unpack(table) == reference);
}

TEST_CASE("what grows again begins anew, with fresh moments") {
    masked reference(pleach::dense_table<double>(1, 3), bit_mask::from_words(1, 3, std::vector<std::uint64_t>{0b011}));
    pleach::packed<double> table = pleach::pack(reference);
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.1});
    auto gradient = table.make_gradient();
    table.accumulate(0, std::vector<double>{1, 5, 0}, gradient);
    optimizer.step(table, gradient);
    pleach::gradient_growth<double> growth(1, 3);
    growth.add(0, std::vector<double>{9, 0, 0});  // the first column is dropped, of equal ones, and grows again
    REQUIRE(pleach::regrow(table, optimizer, magnitude{.fraction = 0.5}, growth) == 1);
    REQUIRE(table.mask() == reference.mask());
    REQUIRE(table.values()[0] == 0);
    REQUIRE(table.values()[1] != 0);
    optimizer.for_each_array(table, [&](std::string_view, std::string_view name, auto values) {
        if (name == "steps") return;
        REQUIRE(values[0] == 0);
        REQUIRE(values[1] != 0);
    });
}

TEST_CASE("state by rows stays with its rows") {
    pleach::packed<double> table = pleach::pack(half_alive());
    pleach::optimizer optimizer(table, pleach::row_wise_adagrad{});
    auto gradient = table.make_gradient();
    table.accumulate(3, gradient_of(0, 3), gradient);
    optimizer.step(table, gradient);
    const auto squares = [&] {
        std::vector<double> all;
        optimizer.for_each_array(table, [&](std::string_view, std::string_view name, auto values) {
            if (name == "squares") all.assign(values.begin(), values.end());
        });
        return all;
    };
    const std::vector<double> before = squares();
    pleach::regrow(table, optimizer, magnitude{.fraction = 0.3}, pleach::random_growth{});
    REQUIRE(squares() == before);
    gradient = table.make_gradient();
    table.accumulate(3, gradient_of(0, 3), gradient);
    optimizer.step(table, gradient);
}

TEST_CASE("a swap of nothing changes nothing") {
    pleach::packed<double> table = pleach::pack(half_alive());
    const auto before = table;
    pleach::optimizer optimizer(table, pleach::adam{});
    REQUIRE(pleach::regrow(table, optimizer, magnitude{.fraction = 0}, pleach::random_growth{}) == 0);
    REQUIRE(table == before);
}

TEST_CASE("swaps that cannot be are refused, with nothing changed") {
    pleach::packed<double> table = pleach::pack(masked(tests::normal_table<double>(4, 5), tests::random_mask(4, 5, 0.9)));
    const auto before = table;
    pleach::optimizer optimizer(table, pleach::adam{});
    const std::size_t live = table.values().size();
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::regrow(table, optimizer, magnitude{.fraction = 0.5}, pleach::random_growth{}), std::invalid_argument,
        "pleach::regrow: " + std::to_string(live / 2) + " entries of rows 0 to 4 - 1 are to be swapped, but only " +
            std::to_string(20 - live) + " are dead; drop a smaller fraction");
    pleach::gradient_growth<double> growth(4, 5);
    growth.add(2, std::vector<double>(5, std::numeric_limits<double>::quiet_NaN()));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::regrow(table, optimizer, magnitude{.fraction = 0.1}, growth), std::invalid_argument,
                                 "pleach::gradient_growth: the score of row 2 is not a number");
    REQUIRE(table == before);
}

}  // namespace grow_test
