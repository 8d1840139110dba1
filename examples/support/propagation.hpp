// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LightGCN's propagation over a bipartite graph:
///
///     E_k = A^ E_(k-1),   A^ = D^-1/2 [0 R; R^T 0] D^-1/2,   E = (1 / (K + 1)) sum_{k=0..K} E_k
///
/// computed without stored edge weights and without stored layers. With X_k = D^-1/2 E_k a layer is X_k = D^-1 A X_(k-1), and
/// the sum is Horner's: S <- X_0 + D^-1 A S, K times. A^ is symmetric, so the same function pulls gradients back.
/// A node without edges has A^-rows of zero; its scale is taken as 1, so that E = E_0 / (K + 1).
///
/// Columns do not mix, so all layers are taken for one slice of them before the next: a slice of two cache lines a node is what
/// stays in a near cache from layer to layer, and there is scratch memory for three slices only.
/// Source: He et al., "LightGCN", SIGIR 2020, equations 3 to 8.

#include "support/node_order.hpp"

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix.hpp>
#include <pleach/kernel/sum_lines.hpp>
#include <pleach/kernel/sum_rows.hpp>

#include <cmath>
#include <optional>

namespace support {

/// Some of the nodes, each once and in any order; or all of them.
using some_nodes = std::optional<std::span<const std::uint32_t>>;

/// The propagation of one graph, with its scratch memory. Inside, nodes have numbers of their own, in which neighbors lie near
/// each other (node_order.hpp): only `in` and `out` meet those of the graph.
class propagation {
public:
    propagation(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : order_(order_near_neighbors(graph)), graph_(graph.renumbered(order_)), dim_(dim), layers_(layers),
          position_(graph.nodes()), root_(graph.nodes()), first_(graph.nodes(), width), now_(graph.nodes(), width),
          next_(graph.nodes(), width), is_source_(graph.nodes(), 0) {
        for (std::size_t p = 0; p < graph_.nodes(); ++p) {
            position_[order_[p]] = static_cast<std::uint32_t>(p);
            root_[p] = std::sqrt(graph_.scale(p));
        }
    }

    /// The graph under the numbers that are used inside.
    [[nodiscard]] const bipartite_graph& ordered_graph() const noexcept { return graph_; }

    /// The mean of all layers, for the rows of `wanted` only. `in(n)` gives row n of E_0 as a pointer, null for a row of zeros;
    /// rows outside `nonzero` are zero. `out(n)` gives the memory of row n.
    /// *Complexity:* layers * edges * dim multiply-adds, less what the two subsets spare in the first and the last layer.
    template <class In, class Out, pleach::executor Executor>
    void run(In&& in, Out&& out, some_nodes nonzero, some_nodes wanted, const Executor& exec) {
        const some_nodes targets = wanted ? some_nodes(positions_of(*wanted)) : wanted;
        if (nonzero && layers_ > 0) keep_edges_from(*nonzero, layers_ == 1 ? targets : some_nodes(), exec);
        const float mean = 1.0F / static_cast<float>(layers_ + 1);
        for (std::size_t c = 0; c < dim_; c += width) {
            const std::size_t here = (std::min)(width, dim_ - c);
            for_nodes({}, exec, [&](std::size_t p) {
                prefetch(in(order_[ahead_of(p)]), c);
                read(in(order_[p]), c, here, p);
            });
            const pleach::matrix<float>* from = &first_;
            for (std::size_t k = 1; k <= layers_; ++k) {
                layer(*from, k == 1 && nonzero, k == layers_ ? targets : some_nodes(), exec);
                std::swap(now_, next_);
                from = &now_;
            }
            for_nodes(targets, exec, [&](std::size_t p) {
                if (!targets) prefetch(out(order_[ahead_of(p)]), c);
                const float* row = from->row(p).data();
                const float factor = mean * root_[p];
                float* to = out(order_[p]) + c;
                for (std::size_t i = 0; i < here; ++i) to[i] = factor * row[i];
            });
        }
    }

private:
    static constexpr std::size_t width = pleach::line_pair_elements<float>;
    static constexpr std::size_t nodes_per_task = 512;

    [[nodiscard]] std::size_t count_of(some_nodes nodes) const noexcept { return nodes ? nodes->size() : graph_.nodes(); }

    template <pleach::executor Executor, class Run>
    void for_nodes(some_nodes nodes, const Executor& exec, Run&& run) const {
        pleach::for_each_chunk(exec, count_of(nodes), nodes_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) run(nodes ? (*nodes)[i] : i);
        });
    }

    // A later position, and a request for the slice of its row, which lies anywhere.
    [[nodiscard]] std::size_t ahead_of(std::size_t p) const noexcept { return (std::min)(p + 8, graph_.nodes() - 1); }
    static void prefetch(const float* row, std::size_t c) noexcept {
        if (row != nullptr) pleach::detail::prefetch_bytes(row + c, width * sizeof(float));
    }

    // X_0 = D^-1/2 E_0 of `here` columns from c on, the rest of the slice zero.
    void read(const float* values, std::size_t c, std::size_t here, std::size_t p) noexcept {
        float* to = first_.row(p).data();
        if (values == nullptr || here < width) std::fill_n(to, width, 0.0F);
        if (values == nullptr) return;
        const float factor = 1.0F / root_[p];
        for (std::size_t i = 0; i < here; ++i) to[i] = factor * values[c + i];
    }

    // next = X_0 + D^-1 A from, for one slice; along the kept edges only, if so said. Positions of targets ascend.
    template <pleach::executor Executor>
    void layer(const pleach::matrix<float>& from, bool kept_only, some_nodes targets, const Executor& exec) {
        const std::uint32_t* list = targets ? targets->data() : nullptr;
        pleach::for_each_chunk(exec, count_of(targets), nodes_per_task, [&](std::size_t first, std::size_t last) {
            sum_neighbors(list, first, last, kept_only, from.data());
        });
    }

    // Ascending, so that neighbors come one after the other.
    [[nodiscard]] std::span<const std::uint32_t> positions_of(std::span<const std::uint32_t> nodes) {
        targets_.clear();
        for (const std::uint32_t n : nodes) targets_.push_back(position_[n]);
        std::ranges::sort(targets_);
        return targets_;
    }

    // The neighbors that are sources, of all targets: once for all slices.
    template <pleach::executor Executor>
    void keep_edges_from(std::span<const std::uint32_t> sources, some_nodes targets, const Executor& exec) {
        kept_.resize(graph_.edges());
        kept_counts_.resize(graph_.nodes());
        for (const std::uint32_t n : sources) is_source_[position_[n]] = 1;
        for_nodes(targets, exec, [&](std::size_t p) {
            std::uint32_t* to = kept_.data() + graph_.first_edge(p);
            std::uint32_t count = 0;
            for (const std::uint32_t neighbor : graph_.neighbors(p)) {
                to[count] = neighbor;
                count += is_source_[neighbor];
            }
            kept_counts_[p] = count;
        });
        for (const std::uint32_t n : sources) is_source_[position_[n]] = 0;
    }

    // The nodes first to last - 1 of a list, or of all. Not inlined: between a caller's variables the inner loop would be short
    // of registers, and takes half as long again.
    [[gnu::noinline]] void sum_neighbors(const std::uint32_t* list, std::size_t first, std::size_t last, bool kept_only,
                                         const float* from) noexcept {
        for (std::size_t i = first; i < last; ++i) {
            const std::size_t p = list == nullptr ? i : list[i];
            const auto all = graph_.neighbors(p);
            const std::uint32_t* ids = kept_only ? kept_.data() + graph_.first_edge(p) : all.data();
            const std::size_t count = kept_only ? kept_counts_[p] : all.size();
            pleach::sum_lines_onto(from, ids, count, 1.0F / graph_.scale(p), first_.row(p).data(), next_.row(p).data());
        }
    }

    std::vector<std::uint32_t> order_;  // node of a position
    bipartite_graph graph_;             // of positions
    std::size_t dim_;
    std::size_t layers_;
    std::vector<std::uint32_t> position_;  // of a node
    std::vector<float> root_;              // of scale, by position, as all that follows
    pleach::matrix<float> first_;          // a slice of X_0
    pleach::matrix<float> now_;
    pleach::matrix<float> next_;
    std::vector<std::uint32_t> targets_;
    std::vector<std::uint8_t> is_source_;
    std::vector<std::uint32_t> kept_;         // as the graph's edges, the kept ones of a node first
    std::vector<std::uint32_t> kept_counts_;  // of a node
};

}  // namespace support
