// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LightGCN's propagation over a bipartite graph:
///
///     E_k = A^ E_(k-1),   A^ = D^-1/2 [0 R; R^T 0] D^-1/2,   E = (1 / (K + 1)) sum_{k=0..K} E_k
///
/// computed without stored edge weights and without stored layers. With X_k = D^-1/2 E_k a layer is X_k = D^-1 A X_(k-1), and
/// the sum is Horner's: S <- X_0 + D^-1 A S, K times. A^ is symmetric, so the same function passes gradients back.
/// The row of A^ for a node without edges is zero; its scale is taken as 1, so that E = E_0 / (K + 1).
///
/// Columns are independent, so all layers are computed for one slice of columns before the next: a slice of two cache lines per
/// node stays in a near cache from layer to layer, and scratch memory is needed for three slices only. Source: He et al.,
/// "LightGCN", SIGIR 2020, equations 3 to 8.

#include "support/model/neighbor_sums.hpp"

#include <pleach/core/matrix.hpp>

#include <array>
#include <cmath>
#include <span>
#include <type_traits>

namespace support {

/// Rows that are given a slice of columns at a time, and rows that are taken so.
template <class Rows>
concept gives_slices = requires(const Rows& rows, std::span<float> to) { rows.read(std::size_t{0}, std::size_t{0}, to); };
template <class Rows>
concept takes_slices =
    requires(const Rows& rows, std::span<const float> from) { rows.write(std::size_t{0}, std::size_t{0}, from); };

/// The propagation of one graph, with its scratch memory. Only `in` and `out` use the graph's own node numbers.
class propagation {
public:
    propagation(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : sums_(graph), dim_(dim), layers_(layers), root_(graph.nodes()), factors_(graph.nodes()), first_(graph.nodes(), width),
          now_(graph.nodes(), width), next_(graph.nodes(), width) {
        for (std::size_t p = 0; p < graph.nodes(); ++p) {
            root_[p] = std::sqrt(ordered_graph().scale(p));
            factors_[p] = 1.0F / ordered_graph().scale(p);
        }
    }

    /// The graph with the numbering that is used internally.
    [[nodiscard]] const bipartite_graph& ordered_graph() const noexcept { return sums_.graph(); }

    /// The mean of all layers, for the rows of `wanted` only. `in(n)` gives row n of E_0 as a pointer, null for a row of zeros;
    /// rows outside `nonzero` are zero. `out(n)` gives the memory of row n. Rows that are not stored whole can be given and taken
    /// in slices instead: `in.read(n, c, to)` writes `to.size()` columns from c on, `out.write(n, c, from)` takes them, and
    /// `prefetch(n, m)` prefetches row n and what leads to row m.
    /// *Complexity:* layers * edges * dim multiply-adds, less what the two subsets save in the first and the last layer.
    template <class In, class Out, pleach::executor Executor>
    void run(In&& in, Out&& out, some_nodes nonzero, some_nodes wanted, const Executor& exec) {
        const some_nodes targets = wanted ? some_nodes(sums_.positions_of(*wanted, targets_)) : wanted;
        if (nonzero && layers_ > 0) sums_.keep_edges_from(*nonzero, layers_ == 1 ? targets : some_nodes(), exec);
        const float mean = 1.0F / static_cast<float>(layers_ + 1);
        for (std::size_t c = 0; c < dim_; c += width) {
            const std::size_t here = (std::min)(width, dim_ - c);
            sums_.for_nodes({}, exec, [&](std::size_t p) {
                if constexpr (gives_slices<std::remove_reference_t<In>>) {
                    std::array<float, width> slice;
                    in.prefetch(sums_.node_ahead(p), sums_.node_ahead(p, 16));
                    in.read(sums_.node(p), c, std::span(slice).first(here));
                    read(slice.data(), 0, here, p);
                } else {
                    sums_.prefetch(in(sums_.node_ahead(p)), c);
                    read(in(sums_.node(p)), c, here, p);
                }
            });
            const pleach::matrix<float>* from = &first_;
            for (std::size_t k = 1; k <= layers_; ++k) {
                layer(*from, k == 1 && nonzero, k == layers_ ? targets : some_nodes(), exec);
                std::swap(now_, next_);
                from = &now_;
            }
            sums_.for_nodes(targets, exec, [&](std::size_t p) {
                const float* row = from->row(p).data();
                const float factor = mean * root_[p];
                const auto write = [&](float* to) {
                    for (std::size_t i = 0; i < here; ++i) to[i] = factor * row[i];
                };
                if constexpr (takes_slices<std::remove_reference_t<Out>>) {
                    std::array<float, width> slice;
                    out.prefetch(sums_.node_ahead(p), sums_.node_ahead(p, 16));
                    write(slice.data());
                    out.write(sums_.node(p), c, std::span<const float>(slice).first(here));
                } else {
                    if (!targets) sums_.prefetch(out(sums_.node_ahead(p)), c);
                    write(out(sums_.node(p)) + c);
                }
            });
        }
    }

private:
    static constexpr std::size_t width = neighbor_sums::width;

    // X_0 = D^-1/2 E_0 for `here` columns from c on; the rest of the slice is zero.
    void read(const float* values, std::size_t c, std::size_t here, std::size_t p) noexcept {
        float* to = first_.row(p).data();
        if (values == nullptr || here < width) std::fill_n(to, width, 0.0F);
        if (values == nullptr) return;
        const float factor = 1.0F / root_[p];
        for (std::size_t i = 0; i < here; ++i) to[i] = factor * values[c + i];
    }

    // next = X_0 + D^-1 A from, for one slice; if requested, along the kept edges only. Positions of targets ascend.
    template <pleach::executor Executor>
    void layer(const pleach::matrix<float>& from, bool kept_only, some_nodes targets, const Executor& exec) {
        const std::uint32_t* list = targets ? targets->data() : nullptr;
        pleach::for_each_chunk(exec, targets ? targets->size() : root_.size(), neighbor_sums::nodes_per_task,
                               [&](std::size_t first, std::size_t last) {
                                   sums_.sum(list, first, last, kept_only, factors_.data(), from.data(), first_.data(),
                                             next_.data());
                               });
    }

    neighbor_sums sums_;
    std::size_t dim_;
    std::size_t layers_;
    std::vector<float> root_;      // of scale, by position, like everything below
    std::vector<float> factors_;   // 1 / scale
    pleach::matrix<float> first_;  // a slice of X_0
    pleach::matrix<float> now_;
    pleach::matrix<float> next_;
    std::vector<std::uint32_t> targets_;
};

}  // namespace support
