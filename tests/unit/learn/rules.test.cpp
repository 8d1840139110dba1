// SPDX-License-Identifier: Apache-2.0

#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/learn/update_rule.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <string_view>

namespace rules_test {

using tests::approx;
using one_row = pleach::dense_table<double>;

namespace {

constexpr std::size_t dim = 11;

std::vector<double> gradient_at(std::uint64_t step) { return tests::random_row<double>(dim, 100 + step); }

// The library's row after n steps on one row.
template <class Rule>
std::vector<double> stepped(const Rule& rule, std::uint64_t n) {
    one_row t = tests::normal_table<double>(1, dim);
    pleach::optimizer optimizer(t, rule);
    auto gradient = t.make_gradient();
    for (std::uint64_t step = 1; step <= n; ++step) {
        t.accumulate(0, gradient_at(step), gradient);
        optimizer.step(t, gradient);
    }
    REQUIRE(optimizer.steps() == n);
    return {t.row(0).begin(), t.row(0).end()};
}

// The same by one function of (weight, gradient, step) for each element, with two remembered numbers.
template <class Formula>
std::vector<double> by_formula(std::uint64_t n, Formula formula) {
    const one_row t = tests::normal_table<double>(1, dim);
    std::vector<double> w(t.row(0).begin(), t.row(0).end()), a(dim), b(dim);
    for (std::uint64_t step = 1; step <= n; ++step)
        for (std::size_t c = 0; c < dim; ++c) formula(w[c], gradient_at(step)[c], a[c], b[c], static_cast<double>(step));
    return w;
}

void require_near(const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t c = 0; c < dim; ++c) REQUIRE(a[c] == approx(b[c]).epsilon(1e-12).margin(1e-13));
}

}  // namespace

TEST_CASE("sgd follows its formula") {
    require_near(stepped(pleach::sgd{.learning_rate = 0.1, .weight_decay = 0.05}, 50),
                 by_formula(50, [](double& w, double g, double&, double&, double) { w -= 0.1 * (g + 0.05 * w); }));
}

TEST_CASE("adagrad follows its formula") {
    require_near(stepped(pleach::adagrad{.learning_rate = 0.1, .weight_decay = 0.05, .epsilon = 1e-6}, 50),
                 by_formula(50, [](double& w, double g, double& a, double&, double) {
                     g += 0.05 * w;
                     a += g * g;
                     w -= 0.1 * g / (std::sqrt(a) + 1e-6);
                 }));
}

TEST_CASE("adam with both kinds of decay follows its formula") {
    const std::uint64_t n = GENERATE(as<std::uint64_t>{}, 1, 2, 50);
    const pleach::adam rule{.learning_rate = 0.1,
                            .beta1 = 0.8,
                            .beta2 = 0.95,
                            .epsilon = 1e-6,
                            .weight_decay = 0.05,
                            .decoupled_weight_decay = 0.02};
    require_near(stepped(rule, n), by_formula(n, [](double& w, double g, double& m, double& v, double t) {
                     g += 0.05 * w;
                     m = 0.8 * m + 0.2 * g;
                     v = 0.95 * v + 0.05 * g * g;
                     const double first = m / (1 - std::pow(0.8, t)), second = v / (1 - std::pow(0.95, t));
                     w = (1 - 0.1 * 0.02) * w - 0.1 * first / (std::sqrt(second) + 1e-6);
                 }));
}

TEST_CASE("row-wise adagrad shares the mean square of its row") {
    const auto w = stepped(pleach::row_wise_adagrad{.learning_rate = 0.1, .weight_decay = 0.05, .epsilon = 1e-6}, 20);
    const one_row t = tests::normal_table<double>(1, dim);
    std::vector<double> expected(t.row(0).begin(), t.row(0).end());
    double sum = 0;
    for (std::uint64_t step = 1; step <= 20; ++step) {
        auto g = gradient_at(step);
        double square = 0;
        for (std::size_t c = 0; c < dim; ++c) {
            g[c] += 0.05 * expected[c];
            square += g[c] * g[c];
        }
        sum += square / dim;
        for (std::size_t c = 0; c < dim; ++c) expected[c] -= 0.1 * g[c] / (std::sqrt(sum) + 1e-6);
    }
    require_near(w, expected);
}

TEST_CASE("the first step of adam moves by the learning rate, against the sign of the gradient") {
    const one_row before = tests::normal_table<double>(1, dim);
    const auto w = stepped(pleach::adam{.learning_rate = 0.1}, 1);
    for (std::size_t c = 0; c < dim; ++c)
        REQUIRE(w[c] == approx(before.row(0)[c] - std::copysign(0.1, gradient_at(1)[c])).epsilon(1e-6));
}

TEST_CASE("bias correction is exact at steps 1, 2 and a million") {
    const pleach::adam rule{.learning_rate = 0.5};
    for (const std::uint64_t t : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1000000}}) {
        const auto s = rule.at_step<double>(t);
        REQUIRE(s.rate == approx(0.5 / (1 - std::pow(0.9, static_cast<double>(t)))).epsilon(1e-15));
        REQUIRE(s.inverse_root == approx(1 / std::sqrt(1 - std::pow(0.999, static_cast<double>(t)))).epsilon(1e-15));
    }
    REQUIRE(rule.at_step<double>(1).rate == approx(5.0).epsilon(1e-15));
    REQUIRE(rule.at_step<double>(2).rate == approx(0.5 / 0.19).epsilon(1e-15));
    REQUIRE(rule.at_step<double>(1000000).rate == 0.5);
    REQUIRE(rule.at_step<float>(1000000).inverse_root == 1.f);
}

TEST_CASE("sgd on a quadratic bowl shrinks by its closed form") {
    one_row t(1, 1);
    t.row(0)[0] = 8;
    pleach::optimizer optimizer(t, pleach::sgd{.learning_rate = 0.25});
    auto gradient = t.make_gradient();
    for (int step = 0; step < 30; ++step) {
        t.accumulate(0, std::vector<double>{t.row(0)[0]}, gradient);  // of w^2 / 2
        optimizer.step(t, gradient);
    }
    REQUIRE(t.row(0)[0] == approx(8 * std::pow(0.75, 30)).epsilon(1e-12));
}

TEST_CASE("coupled decay is normalized by adam and decoupled decay is not") {
    // Without any other gradient, coupled decay moves a weight by about the learning rate, however small the decay.
    const auto decayed = [](const pleach::adam& rule) {
        one_row t(1, 2);
        t.row(0)[0] = -15;
        t.row(0)[1] = 3;
        pleach::optimizer optimizer(t, rule);
        auto gradient = t.make_gradient();
        for (int step = 0; step < 100; ++step) optimizer.step(t, gradient);
        return t;
    };
    const one_row coupled = decayed({.learning_rate = 1e-3, .weight_decay = 1e-5, .which = pleach::moving_rows::every});
    REQUIRE(coupled.row(0)[0] == approx(-15 + 0.1).epsilon(1e-4));
    REQUIRE(coupled.row(0)[1] == approx(3 - 0.1).epsilon(1e-3));
    const one_row decoupled =
        decayed({.learning_rate = 1e-3, .decoupled_weight_decay = 1e-5, .which = pleach::moving_rows::every});
    REQUIRE(decoupled.row(0)[0] == approx(-15 * std::pow(1 - 1e-8, 100)).epsilon(1e-14));
}

TEST_CASE("hyper-parameters that make no sense are refused by name and value") {
    const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
    const auto sentence_of = [](const auto& rule) {
        const one_row t(1, 1);
        return tests::sentence_of<std::invalid_argument>([&] { pleach::optimizer(t, rule); });
    };
    using pleach::adam;
    REQUIRE(tests::contains(sentence_of(pleach::sgd{.learning_rate = -1}), "sgd: learning_rate is -1"));
    REQUIRE(tests::contains(sentence_of(pleach::sgd{.learning_rate = nan}), "learning_rate is"));
    REQUIRE(tests::contains(sentence_of(pleach::sgd{.weight_decay = infinity}), "weight_decay is inf"));
    REQUIRE(tests::contains(sentence_of(pleach::adagrad{.epsilon = 0}), "adagrad: epsilon is 0"));
    REQUIRE(tests::contains(sentence_of(pleach::row_wise_adagrad{.weight_decay = -1}), "weight_decay is -1"));
    REQUIRE(tests::contains(sentence_of(adam{.beta1 = 1}), "adam: beta1 is 1.000000, but must be in [0, 1)"));
    REQUIRE(tests::contains(sentence_of(adam{.beta2 = -0.1}), "beta2 is -0.1"));
    REQUIRE(tests::contains(sentence_of(adam{.beta1 = nan}), "beta1 is"));
    REQUIRE(tests::contains(sentence_of(adam{.epsilon = 0}), "epsilon is 0"));
    REQUIRE(tests::contains(sentence_of(adam{.decoupled_weight_decay = -1}), "decoupled_weight_decay is -1"));
    REQUIRE(sentence_of(pleach::sgd{.learning_rate = 0}).empty());
}

TEST_CASE("Adam's moments fade to 0 without gradients, and are subnormal for at most 15 steps") {
    const pleach::adam rule;
    pleach::adam::state<float> state(1, dim);
    std::vector<float> w(dim, 1);
    const std::vector<float> gradient(dim, 1e-3F);
    std::size_t zeros = 0;
    for (std::uint64_t t = 1; t <= 1008; ++t) {
        state.step(rule.at_step<float>(t), 0, t == 1 ? gradient.data() : nullptr, w);
        if (t % 16 != 0) continue;
        zeros = 0;
        state.for_each_array([&](std::string_view, auto moments) {
            for (const float m : moments) {
                REQUIRE((m == 0 || std::isnormal(m)));
                zeros += m == 0;
            }
        });
    }
    REQUIRE(zeros == dim);  // the first moments; the second fade a hundred times as slowly
}

}  // namespace rules_test
