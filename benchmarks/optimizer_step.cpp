// SPDX-License-Identifier: Apache-2.0
//
// One step of Adam after a batch of random rows: all rows, deferred and touched rows, compared with handwritten loops; the
// cost of a row-sparse gradient, and of catching up after many steps.

#include "contest.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/dense_table.hpp>

#include <Eigen/Core>

namespace {

using namespace benchmarks;
using table_type = pleach::dense_table<float>;
using optimizer_type = pleach::optimizer<table_type, pleach::adam>;
constexpr std::size_t dim = 64;

// A table, an optimizer that moves `which` rows, and a gradient.
struct trained {
    table_type table;
    optimizer_type optimizer;
    pleach::row_gradient<float> gradient;

    trained(std::size_t rows, pleach::moving_rows which)
        : table(rows, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1)),
          optimizer(table, pleach::per_role<pleach::adam>{.weights = {.which = which}}), gradient(table.make_gradient()) {}
};

// A handwritten Adam over Eigen arrays, without bias correction.
struct by_hand {
    using row_array = Eigen::Array<float, Eigen::Dynamic, 1>;
    row_array w, m, v, g;

    explicit by_hand(std::size_t rows) {
        const auto n = static_cast<Eigen::Index>(rows * dim);
        w = row_array::Random(n);
        g = row_array::Random(n);
        m = v = row_array::Zero(n);
    }
    void step_row(std::size_t r) {
        const auto at = static_cast<Eigen::Index>(r * dim);
        auto first_moments = m.segment<dim>(at), second_moments = v.segment<dim>(at), weights = w.segment<dim>(at);
        const auto slope = g.segment<dim>(at);
        first_moments = 0.9F * first_moments + 0.1F * slope;
        second_moments = 0.999F * second_moments + 0.001F * slope.square();
        weights -= 1e-3F * first_moments / (second_moments.sqrt() + 1e-8F);
    }
};

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const std::size_t rows = given.is_smoke ? 2'000 : 70'000, batch = given.is_smoke ? 200 : 6'000;
    constexpr std::size_t batches = 40;
    std::vector<std::vector<std::uint32_t>> ids(batches);
    for (std::size_t b = 0; b < batches; ++b) {
        for (std::size_t j = 0; j < batch; ++j)
            ids[b].push_back(static_cast<std::uint32_t>(pleach::random_stream(3).below(rows, j, b)));
        std::ranges::sort(ids[b]);
        ids[b].erase(std::unique(ids[b].begin(), ids[b].end()), ids[b].end());
    }
    pleach::matrix<float> upstream(batch, dim);
    pleach::normal{.deviation = 0.01}.fill(upstream.view(), pleach::random_stream(4));
    const auto upstream_of = [&](std::size_t b) { return std::as_const(upstream).view().rows_from(0, ids[b].size()); };
    trained every(rows, pleach::moving_rows::every), sparse_every(rows, pleach::moving_rows::every),
        deferred(rows, pleach::moving_rows::deferred), touched(rows, pleach::moving_rows::touched),
        lagging(rows, pleach::moving_rows::deferred);
    by_hand all_by_hand(rows), some_by_hand(rows);
    pleach::row_gradient<float> alone(rows, dim);

    std::size_t b = 0;  // the batch of the pass: every contender sees the same batches
    const auto over_batches = [&](auto&& one) {
        for (b = 0; b < batches; ++b) one();
    };
    contest all(given,
                "Adam, " + std::to_string(rows) + " rows of " + std::to_string(dim) + ", batches of " + std::to_string(batch) +
                    " random rows, 1 thread",
                "us per step", 1e6 / batches);
    const std::size_t hand = all.add("all rows, by hand over Eigen arrays", [&] {
        over_batches([&] {
            for (std::size_t r = 0; r < rows; ++r) all_by_hand.step_row(r);
        });
    });
    const std::size_t ours = all.add("all rows, dense gradient (graph models)", [&] {
        over_batches([&] {
            static_cast<void>(every.gradient.overwrite());
            every.optimizer.step(every.table, every.gradient);
        });
    });
    all.add("all rows, row-sparse gradient", [&] {
        over_batches([&] {
            pleach::accumulate(sparse_every.table, ids[b], upstream_of(b), sparse_every.gradient);
            sparse_every.optimizer.step(sparse_every.table, sparse_every.gradient);
        });
    });
    const std::size_t late = all.add("deferred: same bits as all rows; catch_up of the batch, step", [&] {
        over_batches([&] {
            deferred.optimizer.catch_up(deferred.table, std::span<const std::uint32_t>(ids[b]));
            pleach::accumulate(deferred.table, ids[b], upstream_of(b), deferred.gradient);
            deferred.optimizer.step(deferred.table, deferred.gradient);
        });
    });
    const std::size_t some_hand = all.add("touched rows, by hand over Eigen arrays", [&] {
        over_batches([&] {
            for (const std::uint32_t id : ids[b]) some_by_hand.step_row(id);
        });
    });
    const std::size_t some = all.add("touched rows: another method, \"sparse Adam\"", [&] {
        over_batches([&] {
            pleach::accumulate(touched.table, ids[b], upstream_of(b), touched.gradient);
            touched.optimizer.step(touched.table, touched.gradient);
        });
    });
    all.add("the row-sparse gradient alone: accumulate, clear", [&] {
        over_batches([&] {
            pleach::accumulate(touched.table, ids[b], upstream_of(b), alone);
            alone.clear();
        });
    });
    all.add(
        "deferred: catch_up of all rows, per step missed", [&] { lagging.optimizer.catch_up(lagging.table); },
        contest::kind::contender,
        [&] {
            over_batches([&] {
                pleach::accumulate(lagging.table, ids[b], upstream_of(b), lagging.gradient);
                lagging.optimizer.step(lagging.table, lagging.gradient);
            });
        });
    all.run();
    all.judge("all rows over by hand", all.ratio(ours, hand), contest::aim::at_most, 1.1);
    std::printf("  -> deferred over all rows: %.2f; touched, gradient included, over by hand: %.2f\n", all.ratio(late, ours),
                all.ratio(some, some_hand));
}
