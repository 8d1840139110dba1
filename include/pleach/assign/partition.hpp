// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Partitions of a graph into parts of (nearly) equal size, so that assignments start from neighborhoods:
///
/// - partition_streaming: visits nodes one by one, in several passes; each joins the part with most of its neighbors,
///   discounted by how full the part is. Linear deterministic greedy of Stanton and Kliot, KDD 2012, restreamed after Nishimura
///   and Ugander, KDD 2013.
/// - partition_by_chance: random parts of equal size, without a graph.
/// - interop/metis.hpp has METIS, which cuts fewer edges.
///
/// assign_parts turns parts into an assignment (LEGCF, SIGIR 2024, section 3; C2F).

#include <pleach/assign/detail/largest.hpp>
#include <pleach/compose/assignment.hpp>
#include <pleach/core/random_stream.hpp>

#include <cmath>
#include <concepts>

namespace pleach {
inline namespace PLEACH_ABI {

/// T is an undirected graph: nodes 0 .. nodes() - 1, and neighbors(n) lists the neighbors of n. Every edge is in both lists.
template <class T>
concept neighbor_graph = requires(const T& graph, std::size_t node) {
    { graph.nodes() } -> std::convertible_to<std::size_t>;
    { graph.neighbors(node) } -> std::convertible_to<std::span<const std::uint32_t>>;
};

namespace detail {

inline void check_parts(std::size_t parts, std::size_t nodes) {
    if (parts == 0 || parts > nodes)
        throw std::invalid_argument("pleach::partition: " + std::to_string(parts) + " parts of " + std::to_string(nodes) +
                                    " nodes were asked for; ask for 1 to " + std::to_string(nodes));
}

/// A random permutation of 0 .. n - 1 drawn from the stream (Fisher and Yates).
inline std::vector<std::uint32_t> random_order(std::size_t n, random_stream stream) {
    std::vector<std::uint32_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[stream.below(i, i)]);
    return order;
}

}  // namespace detail

/// A random part for each node; sizes differ by at most one. *Throws* std::invalid_argument for 0 parts or more than nodes.
[[nodiscard]] inline std::vector<std::uint32_t> partition_by_chance(std::size_t nodes, std::size_t parts,
                                                                    random_stream stream) {
    detail::check_parts(parts, nodes);
    const std::vector<std::uint32_t> order = detail::random_order(nodes, stream);
    std::vector<std::uint32_t> part_of(nodes);
    for (std::size_t i = 0; i < nodes; ++i) part_of[order[i]] = static_cast<std::uint32_t>(i % parts);
    return part_of;
}

struct streaming_partition {
    std::size_t passes = 10;  ///< over all nodes; the first pass sees only nodes placed before
    double slack = 0.05;      ///< no part is larger than ceil((1 + slack) nodes / parts)
};

/// The part of each node. Nodes are visited in a random order drawn from the stream, the same in every pass; ties go to the
/// smaller part, then the lower number. *Throws* std::invalid_argument for 0 parts or more than nodes, 0 passes, or a slack
/// that is negative or NaN. *Complexity:* passes * edges, plus passes * parts per node whose neighbors' parts are all full.
template <neighbor_graph Graph>
[[nodiscard]] std::vector<std::uint32_t> partition_streaming(const Graph& graph, std::size_t parts, random_stream stream,
                                                             const streaming_partition& how = {}) {
    const std::size_t nodes = graph.nodes();
    detail::check_parts(parts, nodes);
    if (how.passes == 0 || !(how.slack >= 0))
        throw std::invalid_argument("pleach::partition_streaming: " + std::to_string(how.passes) + " passes with a slack of " +
                                    std::to_string(how.slack) +
                                    " were asked for; give at least 1 pass and a slack of at least 0");
    constexpr std::uint32_t nowhere = ~std::uint32_t{0};
    const double capacity = std::ceil((1 + how.slack) * static_cast<double>(nodes) / static_cast<double>(parts));
    const auto largest = static_cast<std::size_t>(capacity);
    std::vector<std::uint32_t> part_of(nodes, nowhere), here(parts, 0), met;
    std::vector<std::size_t> sizes(parts, 0);
    const std::vector<std::uint32_t> order = detail::random_order(nodes, stream);
    for (std::size_t pass = 0; pass < how.passes; ++pass) {
        // In later passes a node leaves its part before it is placed again, so parts stay about as full.
        for (const std::uint32_t node : order) {
            if (part_of[node] != nowhere) --sizes[part_of[node]];
            for (const std::uint32_t neighbor : graph.neighbors(node)) {
                const std::uint32_t p = part_of[neighbor];
                if (p != nowhere && here[p]++ == 0) met.push_back(p);
            }
            std::uint32_t best = nowhere;
            double most = 0;
            for (const std::uint32_t p : met) {
                const double score = here[p] * (1 - static_cast<double>(sizes[p]) / capacity);
                const bool is_better = best == nowhere || score > most ||
                                       (score == most && (sizes[p] < sizes[best] || (sizes[p] == sizes[best] && p < best)));
                if (sizes[p] < largest && is_better) {
                    best = p;
                    most = score;
                }
            }
            if (best == nowhere) {
                best = 0;
                for (std::uint32_t p = 1; p < parts; ++p)
                    if (sizes[p] < sizes[best]) best = p;
            }
            for (const std::uint32_t p : met) here[p] = 0;
            met.clear();
            part_of[node] = best;
            ++sizes[best];
        }
    }
    return part_of;
}

/// Assigns each entity to its own part with weight `own` and to terms - 1 other random codes that share the rest equally; with
/// one term the weight is 1. Rows sum to 1. *Throws* std::invalid_argument if a part is not below `codes`, terms are not from 1
/// to `codes`, or own is not in [0, 1].
template <std::floating_point T>
[[nodiscard]] assignment<T> assign_parts(std::span<const std::uint32_t> part_of, std::size_t codes, std::size_t terms, T own,
                                         random_stream stream) {
    if (!(own >= T{0} && own <= T{1}))
        throw std::invalid_argument("pleach::assign_parts: the weight of an entity's own part is " + std::to_string(own) +
                                    ", but must be from 0 to 1");
    detail::check_terms(terms, codes);
    matrix<std::uint32_t> ids(part_of.size(), terms);
    matrix<T> weights(part_of.size(), terms);
    for (std::size_t x = 0; x < part_of.size(); ++x) {
        const std::span<std::uint32_t> row = ids.row(x);
        row[0] = part_of[x];
        // Floyd's sampling of the other codes, as distances from the entity's own part.
        for (std::size_t k = 1; k < terms; ++k) {
            const std::size_t last = codes - terms + k;
            const auto at_distance = [&](std::size_t d) { return static_cast<std::uint32_t>((part_of[x] + d) % codes); };
            std::uint32_t drawn = at_distance(1 + stream.below(last, x, k));
            for (std::size_t j = 1; j < k; ++j)
                if (row[j] == drawn) {
                    drawn = at_distance(last);
                    break;
                }
            row[k] = drawn;
        }
        const std::span<T> weight = weights.row(x);
        for (std::size_t k = 1; k < terms; ++k) weight[k] = (T{1} - own) / static_cast<T>(terms - 1);
        weight[0] = terms == 1 ? T{1} : own;
    }
    return assignment<T>(codes, std::move(ids), std::move(weights));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
