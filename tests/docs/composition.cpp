// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/collisions.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/prune/ticket.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/byte_budget.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/top_k.hpp>

#include <cstdio>
#include <vector>

int main() {
    const pleach::random_stream seed(5);
    const pleach::normal first{.deviation = 0.1};

    // 100 000 entities from two tables of 500 rows: e_x = Q[x / 200] + P[x mod 500].
    const auto blocks = pleach::quotient_map::for_entities(100'000, 500);
    const auto items = pleach::compose<pleach::sum>(
        100'000, pleach::part{"Q", pleach::dense_table<float>(blocks.rows(), 32, first, seed.fork("Q")), blocks},
        pleach::part{"P", pleach::dense_table<float>(500, 32, first, seed.fork("P")), pleach::remainder_map(500)});
    std::printf("%zu entities, %zu stored values, %zu bytes\n", items.size(), pleach::footprint(items).stored,
                pleach::footprint(items).bytes_dense);

    // Does every entity have a distinct row?
    const auto counts = pleach::count_collisions(items);
    std::printf("%zu colliding pairs; by one hash into 1000 rows: about %d million\n", counts.colliding_pairs,
                static_cast<int>(pleach::count_collisions(100'000, pleach::hashed_map(1000)).colliding_pairs / 1'000'000));

    // The best five, exactly, by scoring 1 000 stored rows instead of 100 000.
    pleach::matrix<float> query(1, 32);
    first.fill(query.view(), seed.fork("query"));
    pleach::top_k(items, std::as_const(query).view(), 5, [](std::size_t, std::span<const pleach::scored<float>> best) {
        std::printf("%zu items, best first: %s\n", best.size(), best[0].score >= best[4].score ? "yes" : "no");
    });

    // How many values may two tables keep in 64 kB, including masks and row starts?
    const std::vector<pleach::stored_shape> shapes{{500, 32}, {500, 32}};
    const pleach::value_budget budget = pleach::values_within(64'000, shapes);
    std::printf("%zu values take %zu bytes\n", budget.nonzero, budget.bytes);

    // CERP: both tables thresholded. The ticket keeps budget.nonzero values over both.
    const auto search =
        pleach::make_cerp<float>({.entities = 100'000, .buckets = 500, .dim = 32, .first_slot = -8.0F}, first, seed);
    const auto ticket = pleach::draw_ticket(search, search, budget.nonzero);
    const auto kept = pleach::footprint(ticket);
    std::printf("the ticket: %zu values, %zu bytes\n", kept.nonzero, kept.bytes_bitmap);
}
