// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/normal.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <cstdio>

using table_type = pleach::masked<pleach::dense_table<float>>;

// Stands for your training: rows move towards a target that is mostly zero.
void train(table_type& table, const pleach::dense_table<float>& target) {
    pleach::optimizer optimizer(table, pleach::sgd{.learning_rate = 0.2});
    auto gradient = table.make_gradient();
    pleach::matrix<float> difference(table.size(), table.dim());
    for (int step = 0; step < 50; ++step) {
        pleach::gather_all(table, difference.view());
        for (std::uint32_t r = 0; r < table.size(); ++r)
            for (std::size_t c = 0; c < table.dim(); ++c) difference.row(r)[c] -= target.row(r)[c];
        pleach::accumulate_all(table, difference.view(), gradient);
        optimizer.step(table, gradient);
    }
}

int main() {
    const pleach::random_stream seed(3);
    pleach::dense_table<float> target(200, 16);
    for (std::uint32_t r = 0; r < target.size(); ++r) target.row(r)[r % 16] = 1;

    const pleach::dense_table<float> first(200, 16, pleach::normal{}, seed.fork("first"));
    table_type table(first);
    for (int round = 0; round < 4; ++round) {
        train(table, target);
        const std::size_t removed = pleach::prune(table, pleach::magnitude{.fraction = 0.3});
        pleach::rewind(table, first);  // and a new optimizer: moments belong to the old values
        std::printf("round %d removed %zu, density %.4f\n", round, removed, pleach::density(table));
    }

    // The mask found where the target is; a random mask does not.
    std::size_t found = 0;
    for (std::size_t r = 0; r < table.size(); ++r) found += table.mask().test(r, r % 16) ? 1U : 0U;
    table_type random(first);
    pleach::prune(random, pleach::random_entries{.fraction = 1 - pleach::density(table), .stream = seed.fork("chance")});
    std::size_t by_chance = 0;
    for (std::size_t r = 0; r < table.size(); ++r) by_chance += random.mask().test(r, r % 16) ? 1U : 0U;
    std::printf("of the 200 entries that matter %zu are kept; a random mask keeps under half: %s\n", found,
                by_chance < 100 ? "yes" : "no");

    // What the table would take in packed rows.
    const pleach::footprint_counts counts = pleach::footprint(table);
    std::printf("%zu of %zu values, %zu bytes as bitmap rows instead of %zu\n", counts.nonzero, counts.stored,
                counts.bytes_bitmap, counts.bytes_dense);
}
