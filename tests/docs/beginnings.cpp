// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/sparse_rotation.hpp>
#include <pleach/init/given_rows.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <cstdio>
#include <utility>

constexpr std::size_t entities = 120, topics = 8;

// How well two entities go together: each is about one or two topics, and it is as many as they share.
float together(std::size_t a, std::size_t b) {
    const auto first = [](std::size_t n) { return n % topics; };
    const auto second = [](std::size_t n) { return n % 2 == 0 ? n % topics : n / topics % topics; };
    float shared = 0;
    for (std::size_t t = 0; t < topics; ++t)
        shared += ((first(a) == t || second(a) == t) && (first(b) == t || second(b) == t)) ? 1.0F : 0.0F;
    return shared;
}

// Your loop, over any table: products of rows are to say what goes together. Returns the mean squared error.
template <class Table>
double train(Table& table, int steps) {
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.02});
    auto gradient = table.make_gradient();
    pleach::matrix<float> rows(entities, topics);
    double squares = 0;
    for (int step = 0; step < steps; ++step) {
        pleach::gather_all(table, rows.view());
        pleach::matrix<float> upstream(entities, topics);
        squares = 0;
        for (std::size_t a = 0; a < entities; ++a)
            for (std::size_t b = 0; b < entities; ++b) {
                float error = -together(a, b);
                for (std::size_t c = 0; c < topics; ++c) error += rows.row(a)[c] * rows.row(b)[c];
                for (std::size_t c = 0; c < topics; ++c) upstream.row(a)[c] += error * rows.row(b)[c];
                squares += static_cast<double>(error) * static_cast<double>(error);
            }
        pleach::accumulate_all(table, std::as_const(upstream).view(), gradient);
        optimizer.step(table, gradient);
    }
    return squares / (entities * entities);
}

int main() {
    const pleach::random_stream seed(7);
    pleach::dense_table<float> dense(entities, topics, pleach::normal{.deviation = 0.3}, seed);
    const double of_dense = train(dense, 200);

    // A masked table may keep two values in eight: which ones, and their initial values.
    const auto masked_from = [](const pleach::dense_table<float>& first) {
        pleach::masked table(first);
        pleach::prune(table, pleach::magnitude{.fraction = 0.75});
        return table;
    };
    auto by_chance =
        masked_from(pleach::dense_table<float>(entities, topics, pleach::normal{.deviation = 0.3}, seed.fork("again")));
    auto cut = masked_from(dense);

    // The rows of the dense run, rotated so that few of their values matter; a rotation changes no inner product of rows.
    pleach::matrix<float> rows(entities, topics);
    pleach::gather_all(dense, rows.view());
    const auto turned = pleach::sparse_rotation<float>(std::as_const(rows).view(), {.keep = entities * topics / 4, .seed = 7});
    auto rotated = masked_from(pleach::dense_table<float>(entities, topics, pleach::given_rows{turned.codes.view()}, seed));

    const double chance = train(by_chance, 200), largest = train(cut, 200), sparse = train(rotated, 200);
    std::printf("every value learned what goes together: %s\n", of_dense < 0.01 ? "yes" : "no");
    std::printf("%zu of %zu values left, and the error from the rotated rows is\n", pleach::footprint(rotated).nonzero,
                entities * topics);
    std::printf("under a tenth of that from the largest values, not rotated: %s\n", sparse < largest / 10 ? "yes" : "no");
    std::printf("under a tenth of that from random initial values: %s\n", sparse < chance / 10 ? "yes" : "no");
}
