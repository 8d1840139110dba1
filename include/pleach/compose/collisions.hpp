// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts the entities that a composition cannot tell apart: those whose maps lead to the same stored row in every part. Count
/// before training: colliding entities always have the same row.
///
/// Two maps of b rows tell at most b^2 entities apart, so with b below the square root of the number of entities n, collisions
/// are certain. Random maps collide much earlier: about n^2 / (2 b^2) pairs.

#include <pleach/compose/composed.hpp>

#include <algorithm>

namespace pleach {
inline namespace PLEACH_ABI {

struct collision_counts {
    std::size_t entities = 0;
    std::size_t distinct = 0;            ///< entities that differ in at least one part
    std::size_t colliding_pairs = 0;     ///< pairs of entities with the same row
    std::size_t largest_group = 0;       ///< most entities that share one row
    std::vector<std::size_t> addressed;  ///< per part, the number of rows in use

    friend bool operator==(const collision_counts&, const collision_counts&) = default;
};

/// *Complexity:* O(entities * log(entities) * parts); memory for one row number per entity and part.
template <index_map... Maps>
[[nodiscard]] collision_counts count_collisions(std::size_t entities, const Maps&... maps) {
    std::vector<std::array<std::size_t, sizeof...(Maps)>> rows(entities);
    for (std::size_t x = 0; x < entities; ++x) rows[x] = {maps(x)...};
    collision_counts counts;
    counts.entities = entities;
    for (std::size_t part = 0; part < sizeof...(Maps); ++part) {
        std::vector<std::size_t> used(entities);
        for (std::size_t x = 0; x < entities; ++x) used[x] = rows[x][part];
        std::ranges::sort(used);
        counts.addressed.push_back(static_cast<std::size_t>(std::unique(used.begin(), used.end()) - used.begin()));
    }
    std::ranges::sort(rows);
    for (std::size_t first = 0, last = 0; first < entities; first = last) {
        while (last < entities && rows[last] == rows[first]) ++last;
        const std::size_t group = last - first;
        ++counts.distinct;
        counts.colliding_pairs += group * (group - 1) / 2;
        counts.largest_group = (std::max)(counts.largest_group, group);
    }
    return counts;
}

/// Counts the collisions of a composed table's entities.
template <class Combiner, entity_id Ids, class... Parts>
[[nodiscard]] collision_counts count_collisions(const composed<Combiner, Ids, Parts...>& table) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        return count_collisions(table.size(), table.template get<K>().map...);
    }(std::index_sequence_for<Parts...>{});
}

}  // namespace PLEACH_ABI
}  // namespace pleach
