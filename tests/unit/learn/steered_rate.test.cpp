// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/steered_rate.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include "support/catch.hpp"

#include <cmath>

namespace steered_rate_test {

namespace {

const pleach::steering_goal goal{.values = 100'000, .budget = 10'000, .steps = 1'000, .initial = 0.02};

// Values of evenly spread size under one threshold that rises by `speed` times the rate: counts every `apart` steps.
std::size_t left_after_search(double speed, std::uint64_t apart) {
    pleach::steered_rate steered(goal);
    double threshold = 0;
    std::size_t live = goal.values, met = goal.values;
    for (std::uint64_t step = 1; step <= goal.steps; ++step) {
        threshold += speed * steered.rate();
        live = threshold < 1 ? static_cast<std::size_t>((1 - threshold) * static_cast<double>(goal.values)) : 0;
        if (step % apart == 0) steered.next(step, live);
        if (live <= goal.budget + goal.budget / 50) met = std::min(met, live);
    }
    return met;
}

}  // namespace

TEST_CASE("Values train at the initial rate first, then are asked to die along a cubic, down to the budget") {
    pleach::steered_rate steered(goal);
    CHECK(steered.rate() == 0.02);
    CHECK(steered.next(100, goal.values) == 0.02);
    CHECK(steered.next(499, 90'000) == 0.02);  // whatever died meanwhile
    CHECK(steered.wanted(0) == 100'000);
    CHECK(steered.wanted(500) == 100'000);
    CHECK(steered.wanted(725) == 10'000 + 90'000 / 8);
    CHECK(steered.wanted(950) == 10'000);
    CHECK(steered.wanted(5'000) == 10'000);
}

TEST_CASE("A search follows its schedule, however much a rate does") {
    for (const double speed : {0.02, 0.1, 0.5})
        for (const std::uint64_t apart : {1U, 3U}) {
            CAPTURE(speed, apart);
            const std::size_t left = left_after_search(speed, apart);
            CHECK(left <= 10'200);
            CHECK(left >= 9'800);
        }
}

TEST_CASE("The rate falls in time and rises slowly, within its bounds") {
    pleach::steered_rate steered(goal);
    steered.next(600, 100'000);
    const double before = steered.rate();
    CHECK(steered.next(601, 100'000) == before * 1.25);     // none died
    CHECK(steered.next(602, 20'000) == before * 1.25 / 8);  // below what is wanted
    for (std::uint64_t step = 603; step < 700; ++step) steered.next(step, 9'000);
    CHECK(steered.rate() == 0.02 * 1e-4);
    for (std::uint64_t step = 700; step < 900; ++step) steered.next(step, 90'000);
    CHECK(steered.rate() == 0.02 * 8);
}

TEST_CASE("Steering goes on from its state") {
    pleach::steered_rate whole(goal), first(goal);
    for (std::uint64_t step = 1; step <= 700; ++step) {
        whole.next(step, 100'000 - 100 * step);
        if (step <= 600) first.next(step, 100'000 - 100 * step);
    }
    pleach::steered_rate second(goal);
    second.restore(first.state());
    for (std::uint64_t step = 601; step <= 700; ++step) second.next(step, 100'000 - 100 * step);
    CHECK(second.state() == whole.state());
}

TEST_CASE("Goals that make no sense are refused with what is wrong") {
    const auto with = [](auto&& change) {
        pleach::steering_goal wrong = goal;
        change(wrong);
        return wrong;
    };
    const auto refuses = [](const pleach::steering_goal& wrong, const char* words) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::steered_rate(wrong), std::invalid_argument, words);
    };
    refuses(with([](auto& g) { g.budget = 200'000; }), "must be at most the number of values, 100000");
    refuses(with([](auto& g) { g.initial = 0; }), "initial is 0.000000, but must be finite and above 0");
    refuses(with([](auto& g) { g.initial = std::nan(""); }), "initial is nan");
    refuses(with([](auto& g) { g.largest = 0.5; }), "largest is 0.500000");
    refuses(with([](auto& g) { g.begin = 1; }), "begin is 1.000000, but must be in [0, 1)");
    refuses(with([](auto& g) { g.end = 0.5; }), "end is 0.500000, but must be above begin");
}

// The point of it all: 200 planted values among 3,200 small ones, under a gradient with noise. A budget is met without a cut, the
// planted values survive, and thresholds are learned, where a large decay makes one of them.
TEST_CASE("A steered search meets its budget by thresholds that differ, and keeps planted values") {
    constexpr std::size_t rows = 200, dim = 16, budget = 400;
    constexpr std::uint64_t steps = 4'000;
    const pleach::random_stream seed(4);
    pleach::dense_table<float> target(rows, dim, pleach::normal{.deviation = 0.05}, seed.fork("target"));
    for (std::uint32_t r = 0; r < rows; ++r) target.row(r)[r % dim] = r % 2 == 0 ? 1.0F : -1.0F;
    auto search =
        pleach::make_pep<float>({.rows = rows, .dim = dim, .first_slot = -12.0F}, pleach::normal{.deviation = 0.1}, seed);
    search.thresholds().set_gain(8);
    pleach::steered_rate steered(
        {.values = rows * dim, .budget = budget, .steps = steps, .initial = 24.0 / static_cast<double>(steps)});
    pleach::per_role<pleach::adam> rules{.weights = {.learning_rate = 0.02},
                                         .thresholds = {.learning_rate = steered.rate(), .weight_decay = 1e-5}};
    pleach::optimizer optimizer(search, rules);
    auto gradient = search.make_gradient();
    pleach::matrix<float> difference(rows, dim);
    std::size_t live = rows * dim;
    for (std::uint64_t step = 1; step <= steps && live > budget + budget / 50; ++step) {
        pleach::gather_all(search, difference.view());
        const pleach::random_stream noise = seed.fork(step);
        for (std::uint32_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < dim; ++c)
                difference.row(r)[c] += static_cast<float>(0.5 * noise.normal(r, c)) - target.row(r)[c];
        pleach::accumulate_all(search, std::as_const(difference).view(), gradient);
        optimizer.step(search, gradient);
        if (step % 4 != 0) continue;
        live = pleach::footprint(search).nonzero;
        rules.thresholds.learning_rate = steered.next(step, live);
        optimizer.set_rules(rules);
    }
    CHECK(live <= budget + budget / 50);
    CHECK(live >= budget - budget / 50);
    const auto ticket = pleach::draw_ticket(search, search);
    std::size_t survivors = 0;
    for (std::uint32_t r = 0; r < rows; ++r) survivors += ticket.mask().test(r, r % dim) ? 1U : 0U;
    CHECK(survivors == rows);
    double sum = 0, squares = 0;
    for (std::uint32_t r = 0; r < rows; ++r)
        for (const float s : search.thresholds().slots().row(r)) {
            sum += s;
            squares += static_cast<double>(s) * s;
        }
    const double mean = sum / (rows * dim);
    CHECK(std::sqrt(squares / (rows * dim) - mean * mean) > 0.1);
}

}  // namespace steered_rate_test
