// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums over neighbors for slices of two cache lines per node, the inner loop of every propagation. Nodes are stored here in an
/// order in which neighbors are close to each other (node_order.hpp), and have positions in that order. If only a few sources
/// are nonzero, most edges are skipped.

#include "support/model/node_order.hpp"

#include <pleach/core/executor.hpp>
#include <pleach/kernel/prefetch.hpp>
#include <pleach/kernel/sum_lines.hpp>

#include <optional>

namespace support {

/// Some of the nodes, each once and in any order; or all of them.
using some_nodes = std::optional<std::span<const std::uint32_t>>;

class neighbor_sums {
public:
    /// Columns of a slice.
    static constexpr std::size_t width = pleach::line_pair_elements<float>;
    static constexpr std::size_t nodes_per_task = 512;

    explicit neighbor_sums(const bipartite_graph& graph)
        : order_(order_near_neighbors(graph)), graph_(graph.renumbered(order_)), position_(graph.nodes()),
          is_source_(graph.nodes(), 0) {
        for (std::size_t p = 0; p < graph_.nodes(); ++p) position_[order_[p]] = static_cast<std::uint32_t>(p);
    }

    /// The graph in terms of positions.
    [[nodiscard]] const bipartite_graph& graph() const noexcept { return graph_; }
    [[nodiscard]] std::uint32_t node(std::size_t position) const noexcept { return order_[position]; }

    /// Ascending positions, so that neighbors follow each other; valid until the next call with this memory.
    [[nodiscard]] std::span<const std::uint32_t> positions_of(std::span<const std::uint32_t> nodes,
                                                              std::vector<std::uint32_t>& memory) const {
        memory.clear();
        for (const std::uint32_t n : nodes) memory.push_back(position_[n]);
        std::ranges::sort(memory);
        return memory;
    }

    /// Calls run(position) for some positions or all.
    template <pleach::executor Executor, class Run>
    void for_nodes(some_nodes positions, const Executor& exec, Run&& run) const {
        const std::size_t count = positions ? positions->size() : graph_.nodes();
        pleach::for_each_chunk(exec, count, nodes_per_task, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) run(positions ? (*positions)[i] : i);
        });
    }

    /// A later node, whose row may be anywhere in memory, and a function that prefetches a slice of a row.
    [[nodiscard]] std::uint32_t node_ahead(std::size_t position, std::size_t distance = 8) const noexcept {
        return order_[(std::min)(position + distance, graph_.nodes() - 1)];
    }
    static void prefetch(const float* row, std::size_t column) noexcept {
        if (row != nullptr) pleach::detail::prefetch_bytes(row + column, width * sizeof(float));
    }

    /// Finds which neighbors of the targets are among these nodes, once for all slices. *Precondition:* targets are positions.
    template <pleach::executor Executor>
    void keep_edges_from(std::span<const std::uint32_t> source_nodes, some_nodes targets, const Executor& exec) {
        kept_.resize(graph_.edges());
        kept_counts_.resize(graph_.nodes());
        for (const std::uint32_t n : source_nodes) is_source_[position_[n]] = 1;
        for_nodes(targets, exec, [&](std::size_t p) {
            std::uint32_t* to = kept_.data() + graph_.first_edge(p);
            std::uint32_t count = 0;
            for (const std::uint32_t neighbor : graph_.neighbors(p)) {
                to[count] = neighbor;
                count += is_source_[neighbor];
            }
            kept_counts_[p] = count;
        });
        for (const std::uint32_t n : source_nodes) is_source_[position_[n]] = 0;
    }

    /// out = base + factor of the target * sum of from over its neighbors, for targets first to last - 1 of a list, or of all
    /// nodes; if requested, over the kept edges only. Not inlined: inlined, the inner loop runs short of registers and takes
    /// half as long again.
    [[gnu::noinline]] void sum(const std::uint32_t* list, std::size_t first, std::size_t last, bool kept_only,
                               const float* factors, const float* from, const float* base, float* out) const noexcept {
        for (std::size_t i = first; i < last; ++i) {
            const std::size_t p = list == nullptr ? i : list[i];
            const auto all = graph_.neighbors(p);
            const std::uint32_t* ids = kept_only ? kept_.data() + graph_.first_edge(p) : all.data();
            const std::size_t count = kept_only ? kept_counts_[p] : all.size();
            pleach::sum_lines_onto(from, ids, count, factors[p], base + p * width, out + p * width);
        }
    }

private:
    std::vector<std::uint32_t> order_;     // node of a position
    bipartite_graph graph_;                // of positions
    std::vector<std::uint32_t> position_;  // of a node
    std::vector<std::uint8_t> is_source_;
    std::vector<std::uint32_t> kept_;         // the graph's edges, with the kept ones of each node first
    std::vector<std::uint32_t> kept_counts_;  // of a node
};

}  // namespace support
