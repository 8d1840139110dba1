// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/prune/rewind.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <cstdio>
#include <vector>

int main() {
    // 1 000 entities, 32 values each: element (r, c) depends on the seed, r and c alone.
    const pleach::dense_table<float> first(1000, 32, pleach::normal{.deviation = 0.1}, pleach::random_stream(2024));
    pleach::masked table(first);

    // Your loop owns the gradient and the optimizer.
    auto gradient = table.make_gradient();
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.01});
    const std::vector<std::uint32_t> ids{3, 14, 159, 3};
    pleach::matrix<float> rows(ids.size(), table.dim());
    for (int step = 0; step < 100; ++step) {
        pleach::gather(table, ids, rows.view());
        // Half the squared norm as a loss: the gradient of a row is the row.
        pleach::accumulate(table, ids, rows.view(), gradient);
        optimizer.step(table, gradient);
    }

    // The smallest 30 % go, exactly; the others begin again where they began.
    pleach::prune(table, pleach::magnitude{.fraction = 0.3});
    pleach::rewind(table, first);

    const pleach::footprint_counts counts = pleach::footprint(table);
    std::printf("%zu of %zu values, %zu bytes as bitmap rows instead of %zu\n", counts.nonzero, counts.stored,
                counts.bytes_bitmap, counts.bytes_dense);
}
