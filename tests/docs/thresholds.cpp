// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

// Stands for your model: half the squared distance to a target that is mostly zero, and its gradient.
template <class Table>
void pull(const Table& table, const pleach::dense_table<float>& target, typename Table::gradient_type& gradient) {
    pleach::matrix<float> difference(table.size(), table.dim());
    pleach::gather_all(table, difference.view());
    for (std::uint32_t r = 0; r < table.size(); ++r)
        for (std::size_t c = 0; c < table.dim(); ++c) difference.row(r)[c] -= target.row(r)[c];
    pleach::accumulate_all(table, difference.view(), gradient);
}

int main() {
    const pleach::random_stream seed(4);
    pleach::dense_table<float> target(200, 16);
    for (std::uint32_t r = 0; r < target.size(); ++r) target.row(r)[r % 16] = 1;

    // Search: values and, for each, a threshold sigmoid(s); every s begins at -8.
    auto search =
        pleach::make_pep<float>({.rows = 200, .dim = 16, .first_slot = -8.0F}, pleach::normal{.deviation = 0.1}, seed);
    const auto at_start = search;  // a snapshot is a copy
    pleach::optimizer optimizer(search,
                                pleach::per_role<pleach::adam>{.weights = {.learning_rate = 0.01},
                                                               .thresholds = {.learning_rate = 0.02, .weight_decay = 1e-5}});
    auto gradient = search.make_gradient();
    int steps = 0;
    while (pleach::footprint(search).nonzero > 400 && steps < 2000) {
        pull(search, target, gradient);
        optimizer.step(search, gradient);
        ++steps;
    }

    // The ticket has another type, without thresholds: the surviving entries, with their values from before the search.
    pleach::masked<pleach::dense_table<float>> ticket = pleach::draw_ticket(search, at_start, 400);
    std::size_t found = 0;
    for (std::size_t r = 0; r < ticket.size(); ++r) found += ticket.mask().test(r, r % 16) ? 1U : 0U;
    std::printf("at most 400 values: %s; of the 200 that matter %zu are kept\n", ticket.mask().count() <= 400 ? "yes" : "no",
                found);

    pleach::optimizer again(ticket, pleach::adam{.learning_rate = 0.01});
    auto ticket_gradient = ticket.make_gradient();
    for (int step = 0; step < 500; ++step) {
        pull(ticket, target, ticket_gradient);
        again.step(ticket, ticket_gradient);
    }
    float worst = 0;
    for (std::uint32_t r = 0; r < ticket.size(); ++r) worst = std::max(worst, std::abs(ticket.row(r)[r % 16] - 1));
    std::printf("trained to within a hundredth: %s\n", worst < 0.01F ? "yes" : "no");
}
