// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The graph of users and their train items, stored as the items of each user and its transpose, never as a square matrix.

#include "support/data/csr.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

/// Users 0 .. users - 1 and then items, as one set of nodes.
class bipartite_graph {
public:
    explicit bipartite_graph(const csr& user_items, std::size_t items)
        : users_(user_items.rows()), nodes_(users_ + items), offsets_(user_items.offsets) {
        const csr item_users = transpose(user_items, items);
        neighbors_.reserve(2 * user_items.size());
        for (const std::uint32_t item : user_items.columns) neighbors_.push_back(static_cast<std::uint32_t>(users_ + item));
        neighbors_.insert(neighbors_.end(), item_users.columns.begin(), item_users.columns.end());
        for (std::size_t i = 1; i <= items; ++i) offsets_.push_back(user_items.size() + item_users.offsets[i]);
    }

    /// The same graph with renumbered nodes: node order[p] becomes p. *Precondition:* order holds every node once, users first.
    [[nodiscard]] bipartite_graph renumbered(std::span<const std::uint32_t> order) const {
        std::vector<std::uint32_t> number(nodes_);
        for (std::size_t p = 0; p < nodes_; ++p) number[order[p]] = static_cast<std::uint32_t>(p);
        bipartite_graph result(*this);
        for (std::size_t p = 0; p < nodes_; ++p) {
            const auto old = neighbors(order[p]);
            const auto first = result.neighbors_.begin() + static_cast<std::ptrdiff_t>(result.offsets_[p]);
            const auto last = std::ranges::transform(old, first, [&](std::uint32_t n) { return number[n]; }).out;
            std::sort(first, last);
            result.offsets_[p + 1] = result.offsets_[p] + old.size();
        }
        return result;
    }

    [[nodiscard]] std::size_t users() const noexcept { return users_; }
    [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::size_t edges() const noexcept { return neighbors_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept {
        return {neighbors_.data() + offsets_[node], static_cast<std::size_t>(offsets_[node + 1] - offsets_[node])};
    }
    /// The number of neighbors, but 1 for a node without any.
    [[nodiscard]] float scale(std::size_t node) const noexcept {
        return static_cast<float>((std::max)(std::size_t{1}, neighbors(node).size()));
    }
    /// Where a node's neighbors begin among all edges().
    [[nodiscard]] std::size_t first_edge(std::size_t node) const noexcept { return static_cast<std::size_t>(offsets_[node]); }

private:
    std::size_t users_;
    std::size_t nodes_;
    std::vector<std::uint64_t> offsets_;    // nodes + 1
    std::vector<std::uint32_t> neighbors_;  // of users: items as nodes; of items: users
};

}  // namespace support
