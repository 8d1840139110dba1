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

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/sum_rows.hpp>

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
    /// Ids behind a node's last neighbor that may be read as a hint.
    [[nodiscard]] std::size_t neighbors_after(std::size_t node) const noexcept {
        return neighbors_.size() - static_cast<std::size_t>(offsets_[node + 1]);
    }

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

/// The propagation of one graph, with its scratch memory: three matrices of nodes x dim.
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
        const std::size_t dim = scaled_.cols();
        for_nodes(nullptr, exec, [&](std::size_t n) {
            const float* row = in(n);
            float* x = scaled_.row(n).data();
            const float inverse = 1.0F / root_[n];
            if (row == nullptr)
                std::fill_n(x, dim, 0.0F);
            else
                for (std::size_t c = 0; c < dim; ++c) x[c] = inverse * row[c];
        });
        const pleach::matrix<float>* from = &scaled_;
        for (std::size_t k = 1; k < layers_; ++k) {
            layer(*from, k == 1 ? nonzero : nullptr, nullptr, exec, [&](std::size_t n) { return next_.row(n).data(); });
            std::swap(now_, next_);
            from = &now_;
        }
        const node_subset* sources = layers_ == 1 ? nonzero : nullptr;
        if (layers_ > 0) layer(*from, sources, wanted, exec, out);
        const float mean = 1.0F / static_cast<float>(layers_ + 1);
        for_nodes(wanted, exec, [&](std::size_t n) {
            const float factor = mean * root_[n];
            float* y = out(n);
            const float* x = layers_ > 0 ? y : scaled_.row(n).data();
            for (std::size_t c = 0; c < dim; ++c) y[c] = factor * x[c];
        });
    }

    /// One layer of Horner's scheme, S' = X_0 + D^-1 A S, for the rows of `wanted`: what benchmarks time.
    template <class Out, pleach::executor Executor>
    void layer(const pleach::matrix<float>& from, const node_subset* sources, const node_subset* wanted, const Executor& exec,
               Out&& out) const {
        const std::size_t dim = scaled_.cols();
        for_nodes(wanted, exec, [&](std::size_t n) {
            float* y = out(n);
            const auto all = graph_->neighbors(n);
            const float* x = scaled_.row(n).data();
            const float inverse = 1.0F / graph_->scale(n);
            if (sources == nullptr) {
                pleach::sum_rows_onto(from.data(), dim, all.data(), all.size(), graph_->neighbors_after(n), inverse, x, y, dim);
            } else {
                thread_local std::vector<std::uint32_t> members;
                members.resize(all.size());
                std::size_t count = 0;
                for (const std::uint32_t m : all) {
                    members[count] = m;
                    count += sources->is_member[m];
                }
                pleach::sum_rows_onto(from.data(), dim, members.data(), count, 0, inverse, x, y, dim);
            }
        });
    }

    [[nodiscard]] pleach::matrix<float>& scaled() noexcept { return scaled_; }

private:
    static constexpr std::size_t nodes_per_task = 256;

    template <pleach::executor Executor, class Run>
    void for_nodes(const node_subset* subset, const Executor& exec, Run&& run) const {
        const std::size_t count = subset == nullptr ? graph_->nodes() : subset->nodes.size();
        pleach::for_each_chunk(exec, count, nodes_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) run(subset == nullptr ? i : subset->nodes[i]);
        });
    }

    const bipartite_graph* graph_;
    std::size_t layers_;
    std::vector<float> root_;        // of scale
    pleach::matrix<float> scaled_;   // X_0
    pleach::matrix<float> now_;
    pleach::matrix<float> next_;
};

}  // namespace support
