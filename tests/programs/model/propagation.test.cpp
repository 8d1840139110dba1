// SPDX-License-Identifier: Apache-2.0
#include "support/model/propagation.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

#include <algorithm>
#include <optional>

namespace propagation_test {

namespace {

using numbers = std::vector<std::vector<double>>;

constexpr std::size_t dim = 7;

// Random pairs; every fifth user and every seventh item stay alone.
support::csr random_pairs(std::size_t users, std::size_t items, double density, std::uint64_t seed) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const pleach::random_stream die(seed);
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t i = 0; i < items; ++i)
            if (u % 5 != 4 && i % 7 != 6 && die.uniform(u, i) < density) pairs.emplace_back(u, i);
    return support::make_csr(users, pairs);
}

// The square matrix D^-1/2 A D^-1/2 of LightGCN, written out.
numbers adjacency(const support::csr& train, std::size_t items) {
    const std::size_t nodes = train.rows() + items;
    numbers a(nodes, std::vector<double>(nodes, 0));
    std::vector<double> degree(nodes, 0);
    for (std::size_t u = 0; u < train.rows(); ++u)
        for (const std::uint32_t i : train.row(u)) {
            a[u][train.rows() + i] = a[train.rows() + i][u] = 1;
            degree[u] += 1;
            degree[train.rows() + i] += 1;
        }
    for (std::size_t r = 0; r < nodes; ++r)
        for (std::size_t c = 0; c < nodes; ++c)
            if (a[r][c] > 0) a[r][c] /= std::sqrt(degree[r] * degree[c]);
    return a;
}

// The mean of E, A E, A A E, ...
numbers mean_of_layers(const numbers& a, const numbers& rows, std::size_t layers) {
    numbers now = rows, sum = rows;
    for (std::size_t k = 0; k < layers; ++k) {
        numbers next(rows.size(), std::vector<double>(dim, 0));
        for (std::size_t r = 0; r < a.size(); ++r)
            for (std::size_t n = 0; n < a.size(); ++n)
                for (std::size_t c = 0; c < dim; ++c) next[r][c] += a[r][n] * now[n][c];
        now = next;
        for (std::size_t r = 0; r < a.size(); ++r)
            for (std::size_t c = 0; c < dim; ++c) sum[r][c] += now[r][c];
    }
    for (auto& row : sum)
        for (double& x : row) x /= static_cast<double>(layers + 1);
    return sum;
}

struct subset {
    std::vector<std::uint32_t> nodes;
    std::vector<std::uint8_t> is_member;

    subset(std::size_t all, std::size_t every, std::size_t first) : is_member(all, 0) {
        for (std::size_t n = first; n < all; n += every) {
            nodes.push_back(static_cast<std::uint32_t>(n));
            is_member[n] = 1;
        }
        std::ranges::reverse(nodes);  // a batch has its nodes in any order
    }
};

struct both_ways {
    std::size_t nodes;
    support::bipartite_graph graph;
    numbers matrix;
    pleach::matrix<float> rows;

    both_ways(std::size_t users, std::size_t items, double density, std::uint64_t seed)
        : nodes(users + items), graph(random_pairs(users, items, density, seed), items),
          matrix(adjacency(random_pairs(users, items, density, seed), items)),
          rows(tests::normal_table<float>(nodes, dim, seed).rows()) {}

    // Largest difference between propagation and the dense product, over the rows wanted. Rows outside `nonzero` are zero.
    double worst(std::size_t layers, const subset* nonzero, const subset* wanted, int threads = 2) {
        numbers slow_rows;
        for (std::size_t n = 0; n < nodes; ++n) {
            slow_rows.emplace_back(rows.row(n).begin(), rows.row(n).end());
            if (nonzero != nullptr && nonzero->is_member[n] == 0) std::ranges::fill(slow_rows.back(), 0.0);
        }
        const numbers slow = mean_of_layers(matrix, slow_rows, layers);
        support::propagation propagation(graph, dim, layers);
        pleach::matrix<float> out(nodes, dim);
        const support::some_nodes from = nonzero ? support::some_nodes(nonzero->nodes) : std::nullopt;
        const support::some_nodes to = wanted ? support::some_nodes(wanted->nodes) : std::nullopt;
        propagation.run(
            [&](std::size_t n) { return nonzero == nullptr || nonzero->is_member[n] != 0 ? rows.row(n).data() : nullptr; },
            [&](std::size_t n) { return out.row(n).data(); }, from, to, pleach::openmp{threads});
        double difference = 0;
        for (std::size_t n = 0; n < nodes; ++n)
            for (std::size_t c = 0; c < dim; ++c) {
                const bool is_wanted = wanted == nullptr || wanted->is_member[n] != 0;
                const double expected = is_wanted ? slow[n][c] : 0;  // rows that nobody wants are not written
                difference = std::max(difference, std::abs(expected - static_cast<double>(out.row(n)[c])));
            }
        return difference;
    }
};

}  // namespace

TEST_CASE("Propagation equals the product with the square matrix, for no layer and up to four") {
    for (const auto& [users, items, density] :
         {std::tuple(3U, 4U, 0.5), std::tuple(40U, 25U, 0.2), std::tuple(90U, 110U, 0.1)}) {
        both_ways both(users, items, density, users);
        for (std::size_t layers = 0; layers <= 4; ++layers) {
            CAPTURE(users, layers);
            CHECK(both.worst(layers, nullptr, nullptr) < 1e-5);
        }
    }
}

TEST_CASE("Propagation of some rows, to some rows, equals the product as well") {
    both_ways both(60, 80, 0.15, 2);
    const subset some(140, 3, 1), others(140, 5, 2), none(140, 1000, 999);
    for (std::size_t layers = 0; layers <= 4; ++layers) {
        CAPTURE(layers);
        CHECK(both.worst(layers, &some, nullptr) < 1e-5);
        CHECK(both.worst(layers, nullptr, &some) < 1e-5);
        CHECK(both.worst(layers, &some, &others) < 1e-5);
        CHECK(both.worst(layers, &none, &others) == 0);
    }
}

TEST_CASE("A graph without edges keeps the rows, shared out over the layers") {
    both_ways both(6, 5, 0.0, 3);
    CHECK(both.graph.edges() == 0);
    CHECK(both.worst(3, nullptr, nullptr) < 1e-6);
}

TEST_CASE("Propagation pulls gradients back with the same function: it is symmetric") {
    both_ways both(30, 40, 0.2, 5);
    const pleach::matrix<float> other(tests::normal_table<float>(70, dim, 9).rows());
    const auto propagated = [&](const pleach::matrix<float>& in) {
        support::propagation propagation(both.graph, dim, 3);
        pleach::matrix<float> out(70, dim);
        propagation.run([&](std::size_t n) { return in.row(n).data(); }, [&](std::size_t n) { return out.row(n).data(); }, {},
                        {}, pleach::sequential{});
        return out;
    };
    const auto inner = [](const pleach::matrix<float>& a, const pleach::matrix<float>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.elements().size(); ++i)
            sum += static_cast<double>(a.elements()[i]) * static_cast<double>(b.elements()[i]);
        return sum;
    };
    CHECK(inner(propagated(both.rows), other) == tests::approx(inner(both.rows, propagated(other))).epsilon(1e-5));
}

TEST_CASE("Propagation gives the same bits for 1, 2 and 7 threads") {
    both_ways both(400, 500, 0.02, 6);
    const auto propagated = [&](int threads) {
        support::propagation propagation(both.graph, dim, 3);
        pleach::matrix<float> out(900, dim);
        propagation.run([&](std::size_t n) { return both.rows.row(n).data(); },
                        [&](std::size_t n) { return out.row(n).data(); }, {}, {}, pleach::openmp{threads});
        return out;
    };
    const auto one = propagated(1);
    CHECK(tests::same_bits(propagated(2).elements(), one.elements()));
    CHECK(tests::same_bits(propagated(7).elements(), one.elements()));
}

}  // namespace propagation_test
