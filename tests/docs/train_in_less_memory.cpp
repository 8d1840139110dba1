// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/schedule.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/grow.hpp>
#include <pleach/prune/random.hpp>
#include <pleach/sparse/packed.hpp>
#include <pleach/table/footprint.hpp>

#include <cstdio>
#include <vector>

// Stands for your model: row r of the gradient of half the squared distance to a target of one large value per row.
template <class Table>
std::vector<float> slope(const Table& table, std::uint32_t r) {
    std::vector<float> row(table.dim());
    table.lookup(r, row);
    row[r % table.dim()] -= 1;
    return row;
}

template <class Table>
std::size_t bytes_of_training(const Table& table, pleach::optimizer<Table, pleach::adam>& optimizer) {
    std::size_t bytes = pleach::footprint(table).bytes_now;
    optimizer.for_each_array(table, [&](auto, auto, auto values) { bytes += values.size_bytes(); });
    return bytes;
}

int main() {
    const pleach::random_stream seed(4);
    pleach::masked ticket(pleach::dense_table<float>(200, 64, pleach::normal{.deviation = 0.1}, seed));
    pleach::prune(ticket, pleach::random_entries{.fraction = 0.9, .stream = seed.fork("mask")});

    auto table = pleach::pack(ticket);
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.05});
    auto gradient = table.make_gradient();
    pleach::optimizer of_masked(ticket, pleach::adam{});
    std::printf("%zu bytes instead of %zu\n", bytes_of_training(table, optimizer), bytes_of_training(ticket, of_masked));

    constexpr std::uint64_t steps = 200;
    const pleach::cosine_schedule share{.initial = 0.5, .final = 0.005, .steps = steps};
    pleach::gradient_growth<float> growth(table.size(), table.dim());
    for (std::uint64_t step = 0; step < steps; ++step) {
        for (std::uint32_t r = 0; r < table.size(); ++r) {
            const std::vector<float> of_row = slope(table, r);
            table.accumulate(r, of_row, gradient);  // live entries
            growth.add(r, of_row);                  // all entries
        }
        optimizer.step(table, gradient);
        if (step % 20 != 19) continue;
        pleach::regrow(table, optimizer, pleach::magnitude{.fraction = share.at(step)}, growth);
        growth.clear();
        gradient = table.make_gradient();  // other entries are live now
    }
    std::size_t found = 0;
    for (std::size_t r = 0; r < table.size(); ++r) found += table.mask().test(r, r % 64) ? 1U : 0U;
    std::printf(
        "%zu values, as before; of the 200 that matter %zu were live at first, %zu are now\n", table.values().size(),
        [&] {
            std::size_t first = 0;
            for (std::size_t r = 0; r < ticket.size(); ++r) first += ticket.mask().test(r, r % 64) ? 1U : 0U;
            return first;
        }(),
        found);

    ticket = pleach::unpack(table);  // for what needs rows as they are stored
    std::printf("row 7 of both: %.3f %.3f\n", static_cast<double>(ticket.row(7)[7]), [&] {
        std::vector<float> row(64);
        table.lookup(7, row);
        return static_cast<double>(row[7]);
    }());
}
