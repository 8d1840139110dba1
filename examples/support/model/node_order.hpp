// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An order of a graph's nodes in which neighbors are close to each other, so that what one node reads is still in a near cache
/// for the next. Every node goes to the mean position of its neighbors, users and items in turn, and items are spread evenly
/// again: the barycenter method (Sugiyama, Tagawa and Toda, IEEE Transactions on Systems, Man, and Cybernetics 1981), which
/// needs only a few sweeps for this purpose.

#include "support/model/graph.hpp"

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <numeric>

namespace support {

/// All nodes, users first. *Complexity:* sweeps * (edges + items log items).
inline std::vector<std::uint32_t> order_near_neighbors(const bipartite_graph& graph, std::size_t sweeps = 10) {
    const std::size_t users = graph.users(), nodes = graph.nodes();
    std::vector<double> place(nodes);
    const pleach::random_stream chance(0);
    for (std::size_t n = users; n < nodes; ++n) place[n] = chance.uniform(n);
    std::vector<std::uint32_t> order(nodes);
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    const auto between_users_and_items = order.begin() + static_cast<std::ptrdiff_t>(users);
    const auto sort_by_place = [&](auto first, auto last) {
        std::sort(first, last,
                  [&](std::uint32_t a, std::uint32_t b) { return place[a] != place[b] ? place[a] < place[b] : a < b; });
    };
    const auto move_to_neighbors = [&](std::size_t n) {
        double sum = 0;
        for (const std::uint32_t neighbor : graph.neighbors(n)) sum += place[neighbor];
        if (!graph.neighbors(n).empty()) place[n] = sum / static_cast<double>(graph.neighbors(n).size());
    };
    for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
        for (std::size_t n = 0; n < nodes; ++n) move_to_neighbors(n);
        sort_by_place(between_users_and_items, order.end());
        for (std::size_t p = users; p < nodes; ++p) place[order[p]] = static_cast<double>(p - users);
    }
    sort_by_place(order.begin(), between_users_and_items);
    return order;
}

}  // namespace support
