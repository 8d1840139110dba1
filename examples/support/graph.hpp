// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LightGCN's propagation over a bipartite graph, held as users-to-items rows and their transpose, never as a square matrix:
///
///     E_k = A^ E_(k-1),   A^ = D^-1/2 [0 R; R^T 0] D^-1/2,   E = (1 / (K + 1)) sum_{k=0..K} E_k
///
/// computed without stored edge weights and without stored layers. With X_k = D^-1/2 E_k a layer is X_k = D^-1 A X_(k-1), and
/// the sum is Horner's: S <- X_0 + D^-1 A S, K times. A^ is symmetric, so the same function pulls gradients back.
/// A node without edges has A^-rows of zero; its scale is taken as 1, so that E = E_0 / (K + 1).
/// Source: He et al., "LightGCN", SIGIR 2020, equations 3 to 8.

#include "support/csr.hpp"
#include "support/sliced_rows.hpp"

#include <pleach/core/executor.hpp>
#include <pleach/kernel/sum_lines.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace support {

/// Users 0 .. users - 1 and then items, as one set of nodes.
class bipartite_graph {
public:
    explicit bipartite_graph(const csr& user_items, std::size_t items)
        : users_(user_items.rows()), nodes_(users_ + items), offsets_(user_items.offsets) {
        const csr item_users = transpose(user_items, items);
        neighbors_.reserve(2 * user_items.size());
        for (const std::uint32_t item : user_items.columns)
            neighbors_.push_back(static_cast<std::uint32_t>(users_ + item));
        neighbors_.insert(neighbors_.end(), item_users.columns.begin(), item_users.columns.end());
        for (std::size_t i = 1; i <= items; ++i) offsets_.push_back(user_items.size() + item_users.offsets[i]);
    }

    [[nodiscard]] std::size_t users() const noexcept { return users_; }
    [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::size_t edges() const noexcept { return neighbors_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept {
        return {neighbors_.data() + offsets_[node], static_cast<std::size_t>(offsets_[node + 1] - offsets_[node])};
    }
    /// Neighbors, but 1 for a node without any.
    [[nodiscard]] float scale(std::size_t node) const noexcept {
        return static_cast<float>((std::max)(std::size_t{1}, neighbors(node).size()));
    }
    /// Where a node's neighbors begin among all edges().
    [[nodiscard]] std::size_t first_edge(std::size_t node) const noexcept { return static_cast<std::size_t>(offsets_[node]); }

private:
    std::size_t users_;
    std::size_t nodes_;
    std::vector<std::uint64_t> offsets_;     // nodes + 1
    std::vector<std::uint32_t> neighbors_;   // of users: items as nodes; of items: users
};

/// Nodes whose rows are wanted or not zero; null stands for all of them.
struct node_subset {
    std::span<const std::uint32_t> nodes;   ///< each once, in any order
    std::span<const std::uint8_t> is_member;  ///< one flag a node
};

/// The propagation of one graph, with its scratch memory: three matrices of nodes x dim, in slices, and a list of edges.
class propagation {
public:
    propagation(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : graph_(&graph), layers_(layers), scaled_(graph.nodes(), dim), now_(graph.nodes(), dim), next_(graph.nodes(), dim) {
        root_.resize(graph.nodes());
        for (std::size_t n = 0; n < graph.nodes(); ++n) root_[n] = std::sqrt(graph.scale(n));
    }

    /// The mean of all layers, for the rows of `wanted` only (all where null). `in(n)` gives row n of E_0 as a pointer, null
    /// for a row of zeros; where `nonzero` is given, rows outside it are zero. `out(n)` gives the memory of row n.
    /// *Complexity:* layers * edges * dim multiply-adds, less what the two subsets spare in the first and the last layer.
    template <class In, class Out, pleach::executor Executor>
    void run(In&& in, Out&& out, const node_subset* nonzero, const node_subset* wanted, const Executor& exec) {
        begin(in, exec);
        const sliced_rows* from = &scaled_;
        for (std::size_t k = 1; k <= layers_; ++k) {
            layer(*from, k == 1 ? nonzero : nullptr, k == layers_ ? wanted : nullptr, next_, exec);
            std::swap(now_, next_);
            from = &now_;
        }
        const float mean = 1.0F / static_cast<float>(layers_ + 1);
        for_nodes(wanted, exec, [&](std::size_t n) { from->copy(n, mean * root_[n], out(n)); });
    }

    /// X_0 = D^-1/2 E_0, with `in` as in run.
    template <class In, pleach::executor Executor>
    void begin(In&& in, const Executor& exec) {
        for_nodes(nullptr, exec, [&](std::size_t n) { scaled_.assign(n, 1.0F / root_[n], in(n)); });
    }

    /// One layer of Horner's scheme, S' = X_0 + D^-1 A S, for the rows of `wanted`, a slice after the other: what benchmarks
    /// time.
    template <pleach::executor Executor>
    void layer(const sliced_rows& from, const node_subset* sources, const node_subset* wanted, sliced_rows& to,
               const Executor& exec) {
        if (sources != nullptr) keep_edges_from(*sources, wanted, exec);
        const std::uint32_t* nodes = wanted == nullptr ? nullptr : wanted->nodes.data();
        for (std::size_t s = 0; s < to.slices(); ++s)
            pleach::for_each_chunk(exec, count_of(wanted), nodes_per_task, [&](std::size_t first, std::size_t last) {
                sum_neighbors(nodes, first, last, sources != nullptr, from.piece(s, 0), scaled_.piece(s, 0), to.piece(s, 0));
            });
    }

private:
    static constexpr std::size_t nodes_per_task = 512;

    [[nodiscard]] std::size_t count_of(const node_subset* subset) const noexcept {
        return subset == nullptr ? graph_->nodes() : subset->nodes.size();
    }

    template <pleach::executor Executor, class Run>
    void for_nodes(const node_subset* subset, const Executor& exec, Run&& run) const {
        pleach::for_each_chunk(exec, count_of(subset), nodes_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) run(subset == nullptr ? i : subset->nodes[i]);
        });
    }

    // Slice by slice, to = X_0 + D^-1 (sum of the rows of neighbors_of(n)).
    template <pleach::executor Executor, class Neighbors>
    void sum_neighbors(const sliced_rows& from, const node_subset* wanted, sliced_rows& to, const Executor& exec,
                       Neighbors&& neighbors_of) const {
        for (std::size_t s = 0; s < to.slices(); ++s) {
            const float* lines = from.piece(s, 0);
            const float* base = scaled_.piece(s, 0);
            float* out = to.piece(s, 0);
            for_nodes(wanted, exec, [&, lines, base, out](std::size_t n) {
                const auto ids = neighbors_of(n);
                const std::size_t at = n * sliced_rows::width;
                pleach::sum_lines_onto(lines, ids.data(), ids.size(), 1.0F / graph_->scale(n), base + at, out + at);
            });
        }
    }

    // The neighbors that are sources, of all nodes wanted: once for all slices.
    template <pleach::executor Executor>
    void keep_edges_from(const node_subset& sources, const node_subset* wanted, const Executor& exec) {
        kept_.resize(graph_->edges());
        kept_counts_.resize(graph_->nodes());
        for_nodes(wanted, exec, [&](std::size_t n) {
            std::uint32_t* to = kept_.data() + graph_->first_edge(n);
            std::uint32_t count = 0;
            for (const std::uint32_t neighbor : graph_->neighbors(n)) {
                to[count] = neighbor;
                count += sources.is_member[neighbor];
            }
            kept_counts_[n] = count;
        });
    }

    // One slice of the nodes first to last - 1 of a list, or of all. Not inlined: between a caller's variables the inner loop
    // would be short of registers, and takes half as long again.
    [[gnu::noinline]] void sum_neighbors(const std::uint32_t* nodes, std::size_t first, std::size_t last, bool kept_only,
                                         const float* lines, const float* base, float* out) const noexcept {
        for (std::size_t i = first; i < last; ++i) {
            const std::size_t n = nodes == nullptr ? i : nodes[i], at = n * sliced_rows::width;
            const auto all = graph_->neighbors(n);
            const std::uint32_t* ids = kept_only ? kept_.data() + graph_->first_edge(n) : all.data();
            const std::size_t count = kept_only ? kept_counts_[n] : all.size();
            pleach::sum_lines_onto(lines, ids, count, 1.0F / graph_->scale(n), base + at, out + at);
        }
    }

    const bipartite_graph* graph_;
    std::size_t layers_;
    std::vector<float> root_;  // of scale
    sliced_rows scaled_;       // X_0
    sliced_rows now_;
    sliced_rows next_;
    std::vector<std::uint32_t> kept_;         // as the graph's edges, the kept ones of a node first
    std::vector<std::uint32_t> kept_counts_;  // of a node
};

}  // namespace support
