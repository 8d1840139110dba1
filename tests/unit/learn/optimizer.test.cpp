// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/sparse/masked.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace optimizer_test {

using pleach::masked;
using pleach::moving_rows;

namespace {

constexpr std::size_t size = 40, dim = 19;

// Adds gradients to a few rows, other ones at every step.
template <class Table>
void accumulate_batch(const Table& table, std::uint64_t step, typename Table::gradient_type& gradient) {
    for (std::uint64_t j = 0; j < 5; ++j) {
        const auto id = static_cast<std::uint32_t>(pleach::random_stream(step).below(size, j));
        table.accumulate(id, tests::random_row<typename Table::value_type>(dim, 10 * step + j), gradient);
    }
}

template <class Table, class Rule>
Table trained(Table table, const Rule& rule, std::uint64_t steps, bool caught_up = true) {
    pleach::optimizer optimizer(table, rule);
    auto gradient = table.make_gradient();
    for (std::uint64_t step = 1; step <= steps; ++step) {
        accumulate_batch(table, step, gradient);
        optimizer.step(table, gradient);
        REQUIRE(gradient.is_empty());
    }
    if (caught_up) optimizer.catch_up(table);
    return table;
}

const pleach::adam both_decays{.learning_rate = 0.01, .weight_decay = 0.03, .decoupled_weight_decay = 0.02};

pleach::adam with(pleach::adam rule, moving_rows which) {
    rule.which = which;
    return rule;
}

}  // namespace

TEMPLATE_TEST_CASE("deferred rows, caught up, equal dense steps bit for bit, with and without a mask", "", float, double) {
    const auto dense = tests::normal_table<TestType>(size, dim);
    const masked table(dense, tests::random_mask(size, dim, 0.6));
    const std::uint64_t steps = GENERATE(as<std::uint64_t>{}, 1, 7, 300);
    REQUIRE(trained(dense, with(both_decays, moving_rows::deferred), steps) ==
            trained(dense, with(both_decays, moving_rows::every), steps));
    REQUIRE(trained(table, with(both_decays, moving_rows::deferred), steps) ==
            trained(table, with(both_decays, moving_rows::every), steps));
    REQUIRE_FALSE(trained(dense, with(both_decays, moving_rows::deferred), 7, false) ==
                  trained(dense, with(both_decays, moving_rows::every), 7));
}

TEST_CASE("a replay gives the same bits for every other rule that can be deferred") {
    const auto table = tests::normal_table<float>(size, dim);
    const auto same = [&](auto rule) {
        auto other = rule;
        rule.which = moving_rows::deferred;
        other.which = moving_rows::every;
        return trained(table, rule, 60) == trained(table, other, 60);
    };
    REQUIRE(same(pleach::sgd{.weight_decay = 0.1}));
    REQUIRE(same(pleach::adagrad{.weight_decay = 0.1}));
    REQUIRE(same(pleach::row_wise_adagrad{.weight_decay = 0.1}));
}

TEST_CASE("catching up with some rows brings these and no others up to date") {
    auto lazy = tests::normal_table<float>(size, dim), dense = lazy;
    pleach::optimizer one(lazy, with(both_decays, moving_rows::deferred)), other(dense, with(both_decays, moving_rows::every));
    auto a = lazy.make_gradient(), b = dense.make_gradient();
    for (std::uint64_t step = 1; step <= 20; ++step) {
        accumulate_batch(lazy, step, a);
        accumulate_batch(dense, step, b);
        one.step(lazy, a);
        other.step(dense, b);
    }
    const auto before = lazy;
    const std::vector<std::uint32_t> ids{3, 3, 17};
    one.catch_up(lazy, std::span<const std::uint32_t>(ids));
    for (std::uint32_t r = 0; r < size; ++r)
        REQUIRE(tests::same_bits(lazy.row(r), r == 3 || r == 17 ? dense.row(r) : before.row(r)));
    one.catch_up(lazy);
    REQUIRE(lazy == dense);
}

TEST_CASE("touched moves only rows with a gradient, and every moves all") {
    const auto before = tests::normal_table<double>(size, dim);
    const auto count_moved = [&](const auto& after) {
        std::size_t moved = 0;
        for (std::uint32_t r = 0; r < size; ++r) moved += tests::same_bits(before.row(r), after.row(r)) ? 0u : 1u;
        return moved;
    };
    const std::size_t touched = count_moved(trained(before, with(both_decays, moving_rows::touched), 3));
    REQUIRE((touched > 3 && touched <= 15));
    REQUIRE(count_moved(trained(before, with(both_decays, moving_rows::every), 1)) == size);
    REQUIRE(count_moved(trained(before, with({}, moving_rows::by_role), 3)) == touched);
}

TEST_CASE("a dense gradient steps as the same gradient by rows") {
    const moving_rows which = GENERATE(moving_rows::touched, moving_rows::every, moving_rows::deferred);
    auto one = tests::normal_table<float>(size, dim), other = one;
    pleach::optimizer a(one, with(both_decays, which)), b(other, with(both_decays, which));
    auto by_rows = one.make_gradient(), dense = one.make_gradient();
    for (std::uint64_t step = 1; step <= 5; ++step) {
        for (std::uint32_t r = 0; r < size; ++r) {
            one.accumulate(r, tests::random_row<float>(dim, r + step), by_rows);
            pleach::detail::copy_values(tests::random_row<float>(dim, r + step), dense.dense().row(r));
        }
        a.step(one, by_rows);
        b.step(other, dense);
        REQUIRE(one == other);
    }
}

TEST_CASE("moments of entries that died are forgotten") {
    masked table(tests::normal_table<double>(size, dim));
    pleach::optimizer optimizer(table, pleach::adam{.which = moving_rows::every});
    auto gradient = table.make_gradient();
    accumulate_batch(table, 1, gradient);
    optimizer.step(table, gradient);
    table.keep(pleach::bit_mask::zeros(size, dim));
    optimizer.step(table, gradient);
    optimizer.for_each_array(table, [&](std::string_view, std::string_view name, auto values) {
        if (name != "steps") REQUIRE(std::ranges::all_of(values, [](auto x) { return x == 0; }));
    });
}

TEST_CASE("state written out and read back continues bit for bit") {
    const moving_rows which = GENERATE(moving_rows::touched, moving_rows::every, moving_rows::deferred);
    auto table = tests::normal_table<float>(size, dim);
    pleach::optimizer optimizer(table, with(both_decays, which));
    auto gradient = table.make_gradient();
    for (std::uint64_t step = 1; step <= 9; ++step) {
        accumulate_batch(table, step, gradient);
        optimizer.step(table, gradient);
    }
    auto copy = table;
    pleach::optimizer resumed(copy, with(both_decays, which));
    std::vector<std::vector<double>> saved;
    optimizer.for_each_array(table, [&](auto, auto, auto values) {
        std::vector<double> array;
        for (const auto x : values) array.push_back(static_cast<double>(x));
        saved.push_back(array);
    });
    std::size_t index = 0;
    resumed.for_each_array(copy, [&](auto, auto, auto values) {
        std::size_t i = 0;
        for (auto& x : values) x = static_cast<std::remove_reference_t<decltype(x)>>(saved.at(index).at(i++));
        ++index;
    });
    REQUIRE(index == saved.size());
    for (std::uint64_t step = 10; step <= 20; ++step) {
        accumulate_batch(table, step, gradient);
        optimizer.step(table, gradient);
        accumulate_batch(copy, step, gradient);
        resumed.step(copy, gradient);
    }
    optimizer.catch_up(table);
    resumed.catch_up(copy);
    REQUIRE(table == copy);
}

TEST_CASE("a step without gradient changes nothing where only touched rows move") {
    auto table = tests::normal_table<float>(size, dim);
    const auto before = table;
    pleach::optimizer optimizer(table, with(both_decays, moving_rows::touched));
    auto gradient = table.make_gradient();
    optimizer.step(table, gradient);
    REQUIRE(table == before);
    REQUIRE(optimizer.steps() == 1);
}

TEST_CASE("gradients and tables of another shape are refused before anything moves") {
    auto table = tests::normal_table<float>(size, dim);
    const auto before = table;
    pleach::optimizer optimizer(table, pleach::sgd{});
    pleach::row_gradient<float> foreign(size, dim + 1);
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.step(table, foreign), std::invalid_argument,
                                 "the gradient was made for another table than \"weights\"");
    auto smaller = tests::normal_table<float>(size - 1, dim);
    auto gradient = smaller.make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.step(smaller, gradient), std::invalid_argument, "make a new optimizer");
    REQUIRE(table == before);
    REQUIRE(optimizer.steps() == 0);
}

TEST_CASE("rules change between steps, but not behind rows that wait nor in which rows move") {
    auto table = tests::normal_table<float>(size, dim);
    const auto deferred = with(both_decays, moving_rows::deferred);
    pleach::optimizer optimizer(table, deferred);
    auto gradient = table.make_gradient();
    accumulate_batch(table, 1, gradient);
    optimizer.step(table, gradient);
    auto slower = deferred;
    slower.learning_rate = 0.001;
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.set_rules({slower, slower, slower}), std::invalid_argument,
                                 "while rows are behind; call catch_up(table) first");
    REQUIRE(optimizer.rules().weights.learning_rate == 0.01);
    optimizer.catch_up(table);
    optimizer.set_rules({slower, slower, slower});
    REQUIRE(optimizer.rules().weights.learning_rate == 0.001);
    const auto every = with(both_decays, moving_rows::every);
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.set_rules({every, every, every}), std::invalid_argument,
                                 "cannot change which rows move");
    slower.beta1 = 2;
    REQUIRE_THROWS_WITH_SENTENCE(optimizer.set_rules({slower, slower, slower}), std::invalid_argument, "beta1 is 2");
}

TEST_CASE("a rule is bound to its role") {
    const pleach::per_role<pleach::sgd> rules{.weights = {.learning_rate = 1}, .thresholds = {.learning_rate = 2}};
    REQUIRE(rules.of(pleach::role::weights).learning_rate == 1);
    REQUIRE(rules.of(pleach::role::thresholds).learning_rate == 2);
    REQUIRE(rules.of(pleach::role::gates).learning_rate == pleach::sgd{}.learning_rate);
    auto table = tests::normal_table<double>(1, 1);
    const double before = table.row(0)[0];
    pleach::optimizer optimizer(table, rules);
    auto gradient = table.make_gradient();
    table.accumulate(0, std::vector<double>{0.5}, gradient);
    optimizer.step(table, gradient);
    REQUIRE(table.row(0)[0] == tests::approx(before - 0.5));
}

namespace {

/// Counts how often it is enumerated.
struct counted : pleach::dense_table<float> {
    using dense_table::dense_table;
    mutable int enumerations = 0;

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        ++enumerations;
        dense_table::for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        ++enumerations;
        dense_table::for_each_parameter(gradient, visit);
    }
};

}  // namespace

TEST_CASE("a step enumerates the parameters once") {
    counted table(5, 3);
    pleach::optimizer opt(table, pleach::sgd{.learning_rate = 1});
    auto gradient = table.make_gradient();
    gradient.row(2)[1] = 1;
    table.enumerations = 0;
    opt.step(table, gradient);
    REQUIRE(table.enumerations == 1);
    REQUIRE(table.row(2)[1] == -1);
}

}  // namespace optimizer_test
