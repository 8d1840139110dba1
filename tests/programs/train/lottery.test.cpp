// SPDX-License-Identifier: Apache-2.0

// Lottery tickets in matrix factorization: a planted low-rank matrix is learned from some of its elements, pruned round
// by round, and judged by the elements that were held out.

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>

namespace lottery_test {

namespace {

constexpr std::size_t users = 60, items = 50, dim = 12;
using masked = pleach::masked<pleach::dense_table<float>>;

// Users in the first rows and items behind them, in one table, as in graph models.
masked initial_table() {
    return masked(pleach::dense_table<float>(users + items, dim, pleach::normal{.deviation = 0.3}, pleach::random_stream(3)));
}

// Each entity belongs to one of four groups and carries one number in it: a matrix of rank 4 whose best factors are
// sparse.
double planted(std::size_t user, std::size_t item) {
    const auto value = [](std::size_t entity, std::size_t group) {
        const pleach::random_stream stream = pleach::random_stream(1).fork("planted");
        return group == stream.below(4, entity, 9) ? 1 + stream.uniform(entity, 1) : 0;
    };
    double sum = 0;
    for (std::size_t group = 0; group < 4; ++group) sum += value(user, group) * value(1000 + item, group);
    return sum;
}

bool is_held_out(std::size_t user, std::size_t item) { return pleach::random_stream(2).uniform(user, item) < 0.2; }

double predicted(const masked& table, std::size_t user, std::size_t item) {
    const auto u = table.row(static_cast<std::uint32_t>(user)), v = table.row(static_cast<std::uint32_t>(users + item));
    double sum = 0;
    for (std::size_t c = 0; c < dim; ++c) sum += static_cast<double>(u[c]) * static_cast<double>(v[c]);
    return sum;
}

double held_out_error(const masked& table) {
    double square = 0, count = 0;
    for (std::size_t u = 0; u < users; ++u)
        for (std::size_t i = 0; i < items; ++i)
            if (is_held_out(u, i)) {
                square += std::pow(predicted(table, u, i) - planted(u, i), 2);
                ++count;
            }
    return std::sqrt(square / count);
}

// Squared error by full batches of dense Adam; dead entries are looked at after every step.
void train(masked& table, int steps = 150) {
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.02, .which = pleach::moving_rows::every});
    auto gradient = table.make_gradient();
    std::vector<float> upstream(dim);
    for (int step = 0; step < steps; ++step) {
        for (std::uint32_t u = 0; u < users; ++u)
            for (std::uint32_t i = 0; i < items; ++i) {
                if (is_held_out(u, i)) continue;
                const auto error = static_cast<float>(predicted(table, u, i) - planted(u, i));
                for (const auto& [to, from] : {std::pair{std::size_t{u}, users + i}, std::pair{users + i, std::size_t{u}}}) {
                    const auto other = table.row(static_cast<std::uint32_t>(from));
                    for (std::size_t c = 0; c < dim; ++c) upstream[c] = error * other[c];
                    table.accumulate(static_cast<std::uint32_t>(to), upstream, gradient);
                }
            }
        optimizer.step(table, gradient);
    }
}

void require_dead_are_zero(const masked& table) {
    for (std::uint32_t r = 0; r < table.size(); ++r)
        for (std::size_t c = 0; c < dim; ++c)
            if (!table.mask().test(r, c) && std::bit_cast<std::uint32_t>(table.row(r)[c]) != 0)
                FAIL("dead entry " << r << ", " << c << " is " << table.row(r)[c]);
}

}  // namespace

TEST_CASE(
    "iterative pruning with rewinding: exact densities, nested masks, first values, dead entries, and a better "
    "ticket") {
    masked table = initial_table();
    const masked first = table;
    std::size_t live = (users + items) * dim;
    train(table);
    const double dense_error = held_out_error(table);
    for (int round = 0; round < 4; ++round) {
        const pleach::bit_mask before = table.mask();
        const auto expected = static_cast<std::size_t>(std::floor(0.3 * static_cast<double>(live)));
        REQUIRE(pleach::prune(table, pleach::magnitude{.fraction = 0.3}) == expected);
        live -= expected;
        REQUIRE(table.mask().count() == live);
        REQUIRE(table.mask().is_subset_of(before));
        pleach::rewind(table, first);
        REQUIRE(table == masked(first.base(), table.mask()));
        train(table);
        require_dead_are_zero(table);
    }
    REQUIRE(live == 318);  // 1320, 924, 647, 453, 318: what goes is rounded down

    masked random = initial_table();
    while (random.mask().count() > live) {
        const double left = static_cast<double>(random.mask().count());
        pleach::prune(random, pleach::random_entries{.fraction = 1 - static_cast<double>(live) / left + 1e-9,
                                                     .stream = pleach::random_stream(5)});
    }
    REQUIRE(random.mask().count() == live);
    train(random);
    CAPTURE(dense_error, held_out_error(table), held_out_error(random));
    REQUIRE(held_out_error(table) < 0.7 * held_out_error(random));
}

}  // namespace lottery_test
