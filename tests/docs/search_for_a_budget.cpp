// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/steered_rate.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <cmath>
#include <cstdio>

// Stands for your model: half the squared distance to a target, with the noise of small batches.
template <class Table>
void pull(const Table& table, const pleach::dense_table<float>& target, pleach::random_stream noise,
          typename Table::gradient_type& gradient) {
    pleach::matrix<float> difference(table.size(), table.dim());
    pleach::gather_all(table, difference.view());
    for (std::uint32_t r = 0; r < table.size(); ++r)
        for (std::size_t c = 0; c < table.dim(); ++c)
            difference.row(r)[c] += static_cast<float>(0.5 * noise.normal(r, c)) - target.row(r)[c];
    pleach::accumulate_all(table, difference.view(), gradient);
}

template <class Slots>
double deviation(const Slots& slots) {
    double sum = 0, squares = 0;
    for (std::size_t r = 0; r < slots.rows(); ++r)
        for (const float s : slots.row(r)) {
            sum += s;
            squares += static_cast<double>(s) * s;
        }
    const auto n = static_cast<double>(slots.rows() * slots.cols());
    return std::sqrt(squares / n - sum / n * (sum / n));
}

int main() {
    const pleach::random_stream seed(4);
    // One value of each row matters, the others hardly.
    pleach::dense_table<float> target(200, 16, pleach::normal{.deviation = 0.05}, seed.fork("target"));
    for (std::uint32_t r = 0; r < target.size(); ++r) target.row(r)[r % 16] = 1;

    constexpr std::size_t values = 200 * 16, budget = 400;
    constexpr std::uint64_t steps = 4000;
    // Slots begin at -12, far too low to prune anything. With a gain of 8, thresholds can reach 4.
    auto search =
        pleach::make_pep<float>({.rows = 200, .dim = 16, .first_slot = -12.0F}, pleach::normal{.deviation = 0.1}, seed);
    search.thresholds().set_gain(8);
    const auto at_start = search;

    pleach::steered_rate steered({.values = values, .budget = budget, .steps = steps, .initial = 2 * 12.0 / steps});
    pleach::per_role<pleach::adam> rules{.weights = {.learning_rate = 0.02},
                                         .thresholds = {.learning_rate = steered.rate(), .weight_decay = 1e-5}};
    pleach::optimizer optimizer(search, rules);
    auto gradient = search.make_gradient();
    std::size_t live = values;
    for (std::uint64_t step = 1; step <= steps && live > budget + budget / 50; ++step) {
        pull(search, target, seed.fork(step), gradient);
        optimizer.step(search, gradient);
        if (step % 4 != 0) continue;  // a count reads the whole table
        live = pleach::footprint(search).nonzero;
        rules.thresholds.learning_rate = steered.next(step, live);
        optimizer.set_rules(rules);
    }
    if (live > budget + budget / 10 || live < budget - budget / 10) return 1;  // missed: see below

    const auto ticket = pleach::draw_ticket(search, at_start, budget);
    std::size_t found = 0;
    for (std::size_t r = 0; r < ticket.size(); ++r) found += ticket.mask().test(r, r % 16) ? 1U : 0U;
    std::printf("asked for 400 values, within 2 %%: %s\n", live <= 408 && live >= 392 ? "yes" : "no");
    std::printf("of the 200 that matter %zu are kept\n", found);
    std::printf("thresholds differ: %s\n", deviation(search.thresholds().slots()) > 0.1 ? "yes" : "no");
}
