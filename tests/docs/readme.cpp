// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/freeze.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>

#include <cstdio>
#include <vector>

int main() {
    // 1,000 entities with 32 values each; the initial values depend only on the seed.
    const pleach::dense_table<float> first(1000, 32, pleach::normal{.deviation = 0.1}, pleach::random_stream(2024));
    pleach::masked table(first);
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.01});
    auto gradient = table.make_gradient();

    // Model, loss and loop are yours. Here the loss is half the squared norm, so the gradient of a row is the row itself.
    const std::vector<std::uint32_t> ids{3, 14, 159, 3};
    pleach::matrix<float> rows(ids.size(), table.dim());
    for (int step = 0; step < 100; ++step) {
        pleach::gather(table, ids, rows.view());
        pleach::accumulate(table, ids, rows.view(), gradient);
        optimizer.step(table, gradient);
    }
    pleach::prune(table, pleach::magnitude{.fraction = 0.9});  // removes exactly the smallest 90 %
    pleach::rewind(table, first);                              // resets the others to their initial values

    const auto image = pleach::freeze<pleach::frozen::bitmap_rows<>>(table);
    std::printf("%zu bytes instead of %zu\n", image.bytes(), first.size() * first.dim() * sizeof(float));
}
