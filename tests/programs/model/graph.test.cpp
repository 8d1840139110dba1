// SPDX-License-Identifier: Apache-2.0
#include "support/model/node_order.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <numeric>

namespace graph_test {

namespace {

// Users and items in `blocks` groups that do not meet, their numbers shuffled.
support::csr shuffled_blocks(std::size_t blocks, std::size_t size) {
    const std::size_t n = blocks * size;
    std::vector<std::uint32_t> user(n), item(n);
    std::iota(user.begin(), user.end(), std::uint32_t{0});
    std::iota(item.begin(), item.end(), std::uint32_t{0});
    const pleach::random_stream chance(3);
    for (std::size_t i = n; i > 1; --i) {
        std::swap(user[i - 1], user[chance.below(i, i, 0)]);
        std::swap(item[i - 1], item[chance.below(i, i, 1)]);
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t u = 0; u < n; ++u)
        for (std::size_t i = u / size * size; i < (u / size + 1) * size; ++i)
            if (chance.uniform(u, i) < 0.5) pairs.emplace_back(user[u], item[i]);
    return support::make_csr(n, pairs);
}

// The mean distance between the numbers of an item's users.
double spread(const support::bipartite_graph& graph) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t n = graph.users(); n < graph.nodes(); ++n) {
        const auto users = graph.neighbors(n);
        for (std::size_t j = 1; j < users.size(); ++j, ++count)
            sum += std::abs(static_cast<double>(users[j]) - static_cast<double>(users[j - 1]));
    }
    return sum / static_cast<double>(count);
}

}  // namespace

TEST_CASE("A graph holds each pair from both sides, users first") {
    const support::csr train = shuffled_blocks(3, 3);
    const support::bipartite_graph graph(train, 9);
    CHECK(graph.users() == 9);
    CHECK(graph.nodes() == 18);
    CHECK(graph.edges() == 2 * train.size());
    for (std::size_t u = 0; u < 9; ++u)
        for (std::uint32_t i = 0; i < 9; ++i) {
            const auto of_user = graph.neighbors(u), of_item = graph.neighbors(9 + i);
            CHECK((std::ranges::find(of_user, 9 + i) != of_user.end()) == train.contains(u, i));
            CHECK((std::ranges::find(of_item, u) != of_item.end()) == train.contains(u, i));
        }
    CHECK(support::bipartite_graph(train, 10).scale(18) == 1);  // alone
}

TEST_CASE("A renumbered graph has the same edges") {
    const support::csr train = shuffled_blocks(4, 5);
    const support::bipartite_graph graph(train, 20);
    const auto order = support::order_near_neighbors(graph);
    const support::bipartite_graph other = graph.renumbered(order);
    REQUIRE(other.edges() == graph.edges());
    for (std::size_t p = 0; p < 40; ++p) {
        std::vector<std::uint32_t> old;
        for (const std::uint32_t q : other.neighbors(p)) old.push_back(order[q]);
        std::ranges::sort(old);
        CHECK(std::ranges::is_sorted(other.neighbors(p)));
        CHECK(std::ranges::equal(old, graph.neighbors(order[p])));
    }
}

TEST_CASE("The order holds every node once, users first, and brings those that share neighbors together") {
    const support::csr train = shuffled_blocks(20, 15);
    const support::bipartite_graph graph(train, 300);
    const auto order = support::order_near_neighbors(graph);
    auto sorted = order;
    std::ranges::sort(sorted);
    for (std::uint32_t n = 0; n < 600; ++n) REQUIRE(sorted[n] == n);
    for (std::size_t p = 0; p < 300; ++p) REQUIRE(order[p] < 300);
    CHECK(spread(graph.renumbered(order)) < 0.3 * spread(graph));
}

}  // namespace graph_test
