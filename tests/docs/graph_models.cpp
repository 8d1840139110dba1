// SPDX-License-Identifier: Apache-2.0
#include <pleach/init/normal.hpp>
#include <pleach/kernel/add_scaled.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/batch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

// One layer of LightGCN over a list of edges: E' = (E + A E) / 2, A with 1 / sqrt(degree * degree) at each edge.
struct graph {
    std::vector<std::pair<std::size_t, std::size_t>> edges;
    std::vector<float> degree;

    void mean_of_layers(const pleach::matrix<float>& in, pleach::matrix<float>& out) const {
        for (std::size_t n = 0; n < in.rows(); ++n)
            for (std::size_t c = 0; c < in.cols(); ++c) out.row(n)[c] = in.row(n)[c] / 2;
        for (const auto& [a, b] : edges) {
            const float weight = 0.5F / std::sqrt(degree[a] * degree[b]);
            pleach::add_scaled(weight, in.row(b).data(), out.row(a).data(), in.cols());
            pleach::add_scaled(weight, in.row(a).data(), out.row(b).data(), in.cols());
        }
    }
};

int main() {
    // A ring of 30 nodes whose neighbors should become alike: the loss is half the squared distance along edges.
    constexpr std::size_t nodes = 30, dim = 4;
    graph ring{.edges = {}, .degree = std::vector<float>(nodes, 2)};
    for (std::size_t n = 0; n < nodes; ++n) ring.edges.emplace_back(n, (n + 1) % nodes);

    pleach::masked table(pleach::dense_table<float>(nodes, dim, pleach::normal{.deviation = 1}, pleach::random_stream(5)));
    pleach::optimizer optimizer(table, pleach::adam{.learning_rate = 0.05, .which = pleach::moving_rows::every});
    auto gradient = table.make_gradient();
    pleach::matrix<float> stored(nodes, dim), encoded(nodes, dim), upstream(nodes, dim), pulled_back(nodes, dim);

    double first = 0, loss = 0;
    for (int step = 0; step < 100; ++step) {
        pleach::gather_all(table, stored.view());
        ring.mean_of_layers(stored, encoded);
        loss = 0;
        std::ranges::fill(upstream.elements(), 0.0F);
        for (const auto& [a, b] : ring.edges)
            for (std::size_t c = 0; c < dim; ++c) {
                const float difference = encoded.row(a)[c] - encoded.row(b)[c];
                loss += 0.5 * static_cast<double>(difference * difference);
                upstream.row(a)[c] += difference;
                upstream.row(b)[c] -= difference;
            }
        if (step == 0) first = loss;
        ring.mean_of_layers(upstream, pulled_back);  // symmetric, so it is its own transpose
        pleach::accumulate_all(table, pulled_back.view(), gradient);
        optimizer.step(table, gradient);
    }
    std::printf("the loss fell below a tenth: %s\n", loss < 0.1 * first ? "yes" : "no");
}
