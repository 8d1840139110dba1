// SPDX-License-Identifier: Apache-2.0
#pragma once

/// METIS as a partitioner: parts of nearly equal size that cut few edges, by multilevel coarsening and refinement. To use it,
/// install METIS and link pleach::metis; assign/partition.hpp has a built-in partitioner. Source: Karypis and Kumar, "A Fast
/// and High Quality Multilevel Scheme for Partitioning Irregular Graphs", SIAM J. Sci. Comput., 1998.

#include <pleach/assign/partition.hpp>

#include <limits>

#include <metis.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// The part of each node, by k-way partitioning with the settings of the published LEGCF and C2F code: unweighted, parts at
/// most 3 % above the mean. The same seed gives the same parts for one version of METIS; it uses one thread. *Throws*
/// std::invalid_argument for 0 parts or more than nodes, or if METIS's index type cannot count the edges; std::bad_alloc,
/// std::runtime_error if METIS fails.
template <neighbor_graph Graph>
[[nodiscard]] std::vector<std::uint32_t> partition_metis(const Graph& graph, std::size_t parts, std::uint64_t seed) {
    const std::size_t nodes = graph.nodes();
    detail::check_parts(parts, nodes);
    if (parts == 1) return std::vector<std::uint32_t>(nodes, 0);  // METIS refuses a single part
    std::vector<idx_t> offsets{0}, neighbors, part_of(nodes);
    offsets.reserve(nodes + 1);
    for (std::size_t node = 0; node < nodes; ++node) {
        for (const std::uint32_t neighbor : graph.neighbors(node)) neighbors.push_back(static_cast<idx_t>(neighbor));
        if (neighbors.size() > static_cast<std::size_t>((std::numeric_limits<idx_t>::max)()) / 2)
            throw std::invalid_argument(
                "pleach::partition_metis: the graph has more edges than METIS was built to count; use "
                "partition_streaming");
        offsets.push_back(static_cast<idx_t>(neighbors.size()));
    }
    if (neighbors.empty()) neighbors.push_back(0);  // METIS needs a non-null pointer
    idx_t node_count = static_cast<idx_t>(nodes), constraints = 1, part_count = static_cast<idx_t>(parts), cut = 0;
    idx_t options[METIS_NOPTIONS];
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_SEED] = static_cast<idx_t>(seed & 0x7fffffff);
    const int result = METIS_PartGraphKway(&node_count, &constraints, offsets.data(), neighbors.data(), nullptr, nullptr,
                                           nullptr, &part_count, nullptr, nullptr, options, &cut, part_of.data());
    if (result == METIS_ERROR_MEMORY) throw std::bad_alloc();
    if (result != METIS_OK)
        throw std::runtime_error("pleach::partition_metis: METIS failed with code " + std::to_string(result) +
                                 "; use partition_streaming for this graph");
    return {part_of.begin(), part_of.end()};
}

}  // namespace PLEACH_ABI
}  // namespace pleach
