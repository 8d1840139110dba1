// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/partition.hpp>
#include <pleach/assign/reassign.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/footprint.hpp>

#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

// Six rings of twenty nodes, each node joined to the three after it; numbers do not tell the ring.
struct rings {
    std::vector<std::vector<std::uint32_t>> near = std::vector<std::vector<std::uint32_t>>(120);

    rings() {
        for (std::uint32_t n = 0; n < 120; ++n)
            for (std::uint32_t step = 1; step <= 3; ++step) {
                const std::uint32_t other = (n + 6 * step) % 120;
                near[n].push_back(other);
                near[other].push_back(n);
            }
    }
    std::size_t nodes() const { return near.size(); }
    std::span<const std::uint32_t> neighbors(std::size_t node) const { return near[node]; }

    // The model: a node's row is half its own and half the mean of its neighbors'. All have six, so this is symmetric.
    void propagate(const pleach::matrix<float>& in, pleach::matrix<float>& out) const {
        for (std::size_t n = 0; n < nodes(); ++n)
            for (std::size_t c = 0; c < in.cols(); ++c) {
                float sum = 0;
                for (const std::uint32_t other : near[n]) sum += in.row(other)[c];
                out.row(n)[c] = in.row(n)[c] / 2 + sum / 12;
            }
    }
};

// Neighbors are to score above other nodes: the sum of softplus(y(n, other) - y(n, neighbor)), and its gradient.
double pull_apart(const rings& graph, const pleach::matrix<float>& rows, int step, pleach::matrix<float>& gradient) {
    gradient = pleach::matrix<float>(rows.rows(), rows.cols());
    const pleach::random_stream die(static_cast<std::uint64_t>(step));
    double loss = 0;
    for (std::size_t n = 0; n < graph.nodes(); ++n)
        for (const std::uint32_t neighbor : graph.neighbors(n)) {
            const std::size_t other = die.below(graph.nodes(), n, neighbor);
            float x = 0;
            for (std::size_t c = 0; c < rows.cols(); ++c) x += rows.row(n)[c] * (rows.row(other)[c] - rows.row(neighbor)[c]);
            loss += static_cast<double>(std::log1p(std::exp(x)));
            const float g = 1 / (1 + std::exp(-x));
            for (std::size_t c = 0; c < rows.cols(); ++c) {
                gradient.row(n)[c] += g * (rows.row(other)[c] - rows.row(neighbor)[c]);
                gradient.row(other)[c] += g * rows.row(n)[c];
                gradient.row(neighbor)[c] -= g * rows.row(n)[c];
            }
        }
    return loss;
}

int main() {
    const rings graph;
    constexpr std::size_t codes = 10, terms = 2, dim = 8;
    const pleach::random_stream seed(5);

    // Neighboring nodes begin with the same code, plus a random one each.
    const auto part_of = pleach::partition_streaming(graph, codes, seed.fork("parts"));
    auto table = pleach::make_legcf<float>(pleach::assign_parts<float>(part_of, codes, terms, 0.5F, seed.fork("others")), dim,
                                           pleach::normal{.deviation = 1}, seed);

    pleach::matrix<float> stored(graph.nodes(), dim), rows(graph.nodes(), dim), upstream, pulled_back(graph.nodes(), dim);
    const auto train = [&](int steps) {
        pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.05, .which = pleach::moving_rows::every});
        auto gradient = table.make_gradient();
        double loss = 0;
        for (int step = 0; step < steps; ++step) {
            pleach::gather_all(table, stored.view());
            graph.propagate(stored, rows);
            loss = pull_apart(graph, rows, step, upstream);
            graph.propagate(upstream, pulled_back);
            pleach::accumulate_all(table, std::as_const(pulled_back).view(), gradient);
            optimizer.step(table, gradient);
        }
        return loss;
    };
    const double given = train(150);

    // The rows that the model has computed for the nodes say which codes to use for them.
    auto& assigned = table.base();
    assigned.reassign(pleach::reassign<float>(rows.view(), assigned.base().rows(), terms, pleach::matching_pursuit{}));
    const double solved = train(150);

    std::printf("solving the assignment anew lowers the loss: %s\n", solved < given ? "yes" : "no");
    const pleach::footprint_counts counts = pleach::footprint(table);
    std::printf("%zu values and %zu terms, %zu bytes; dense rows would be %zu\n", counts.stored, counts.assigned,
                counts.bytes_dense, graph.nodes() * dim * sizeof(float));
}
