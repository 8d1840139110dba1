// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A user as a mixture of several vectors, one for each cluster of items that the user takes from, and lists made of them. With
/// S_u(c) the sum of the rows of u's items in cluster c, divided by the number n_u of all of u's items, and p_u(c) the share of
/// those items:
///
///     p(c | u) = l p_u(c) + (1 - l) mean of p_v(c) over the neighbors v of u
///     vector(c, u) = (l S_u(c) + (1 - l) mean of S_v(c)) / p(c | u)
///
/// The m likeliest clusters are asked, each for its share of the list. Source: El-Kishky et al., "kNN-Embed: Locally Smoothed
/// Embedding Mixtures For Multi-interest Candidate Retrieval", PAKDD 2023, section 3. We depart in how a list is filled: in turns,
/// by whose share is least used, so that lists of length k are the beginnings of longer ones.

#include "support/data/csr.hpp"

#include <pleach/core/matrix.hpp>
#include <pleach/table/top_k.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_set>
#include <vector>

namespace support {

struct interest {
    std::uint32_t cluster = 0;
    double weight = 0;          ///< p(c | u); those of a user sum to at most 1
    std::vector<float> vector;  ///< as long as the rows of the items
};

/// Adds `share` times p_u and S_u to those of `sums`, where weights and vectors are not divided yet.
inline void add_interests(std::map<std::uint32_t, interest>& sums, std::span<const std::uint32_t> taken, double share,
                          pleach::matrix_view<const float> items, std::span<const std::uint16_t> clusters) {
    if (taken.empty()) return;
    const double each = share / static_cast<double>(taken.size());
    for (const std::uint32_t item : taken) {
        interest& of_cluster = sums[clusters[item]];
        of_cluster.vector.resize(items.cols());
        of_cluster.weight += each;
        for (std::size_t d = 0; d < items.cols(); ++d) of_cluster.vector[d] += static_cast<float>(each) * items.row(item)[d];
    }
}

/// The `most` likeliest interests of a user, likeliest first, of equal ones the lower cluster. `own` is l. Without neighbors, or
/// items of its own, the other part counts alone. *Precondition:* clusters has one number per row of items; 0 <= own <= 1.
/// *Complexity:* the items of the user and of all its neighbors, times the columns.
inline std::vector<interest> interests_of(std::uint32_t user, std::span<const std::uint32_t> neighbors, const csr& taken,
                                          pleach::matrix_view<const float> items, std::span<const std::uint16_t> clusters,
                                          double own, std::size_t most) {
    std::map<std::uint32_t, interest> sums;
    const bool has_items = !taken.row(user).empty();
    const double of_user = neighbors.empty() ? 1 : has_items ? own : 0;
    if (of_user > 0) add_interests(sums, taken.row(user), of_user, items, clusters);
    if (of_user < 1)
        for (const std::uint32_t v : neighbors)
            add_interests(sums, taken.row(v), (1 - of_user) / static_cast<double>(neighbors.size()), items, clusters);
    std::vector<interest> found;
    for (auto& [cluster, one] : sums) {
        one.cluster = cluster;
        for (float& x : one.vector) x = static_cast<float>(static_cast<double>(x) / one.weight);
        found.push_back(std::move(one));
    }
    std::ranges::stable_sort(found, std::greater(), &interest::weight);
    if (found.size() > most) found.resize(most);
    return found;
}

/// The first k different items of several lists: the next one comes from the list whose count, relative to its weight, is least
/// after it, of equal ones the first. *Precondition:* as many weights as lists, each above 0.
inline std::vector<std::uint32_t> merge_lists(std::span<const std::vector<std::uint32_t>> lists,
                                              std::span<const double> weights, std::size_t k) {
    std::vector<std::uint32_t> merged;
    std::unordered_set<std::uint32_t> has;
    std::vector<std::size_t> next(lists.size(), 0), given(lists.size(), 0);
    while (merged.size() < k) {
        std::size_t from = lists.size();
        double least = 0;
        for (std::size_t i = 0; i < lists.size(); ++i) {
            while (next[i] < lists[i].size() && has.contains(lists[i][next[i]])) ++next[i];
            if (next[i] == lists[i].size()) continue;
            const double use = static_cast<double>(given[i] + 1) / weights[i];
            if (from == lists.size() || use < least) {
                from = i;
                least = use;
            }
        }
        if (from == lists.size()) break;
        merged.push_back(lists[from][next[from]]);
        has.insert(merged.back());
        ++given[from];
    }
    return merged;
}

}  // namespace support
