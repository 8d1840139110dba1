// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Graphs with planted groups of nodes.

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace tests {

class planted_graph {
public:
    /// `groups` of `size` nodes, in which numbers do not tell the group. Each node begins about `inside` edges within its group and
    /// `outside` edges to anywhere.
    planted_graph(std::size_t groups, std::size_t size, std::size_t inside, std::size_t outside, std::uint64_t seed = 1)
        : neighbors_(groups * size), group_of_(groups * size) {
        const pleach::random_stream stream(seed);
        const std::size_t n = groups * size;
        std::vector<std::set<std::uint32_t>> sets(n);
        const auto node = [&](std::size_t group, std::size_t i) { return i * groups + group; };
        const auto join = [&](std::size_t a, std::size_t b) {
            if (a == b) return;
            sets[a].insert(static_cast<std::uint32_t>(b));
            sets[b].insert(static_cast<std::uint32_t>(a));
        };
        for (std::size_t g = 0; g < groups; ++g)
            for (std::size_t i = 0; i < size; ++i) {
                const std::size_t from = node(g, i);
                group_of_[from] = static_cast<std::uint32_t>(g);
                for (std::size_t k = 0; k < inside; ++k) join(from, node(g, stream.fork("inside").below(size, from, k)));
                for (std::size_t k = 0; k < outside; ++k) join(from, stream.fork("outside").below(n, from, k));
            }
        for (std::size_t a = 0; a < n; ++a) neighbors_[a].assign(sets[a].begin(), sets[a].end());
    }

    [[nodiscard]] std::size_t nodes() const noexcept { return neighbors_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept { return neighbors_[node]; }
    /// Edges between different parts, each counted once.
    [[nodiscard]] std::size_t cut_edges(std::span<const std::uint32_t> part_of) const {
        std::size_t ends = 0;
        for (std::size_t node = 0; node < nodes(); ++node)
            for (const std::uint32_t neighbor : neighbors(node)) ends += part_of[node] != part_of[neighbor];
        return ends / 2;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& group_of() const noexcept { return group_of_; }

private:
    std::vector<std::vector<std::uint32_t>> neighbors_;
    std::vector<std::uint32_t> group_of_;
};

}  // namespace tests
