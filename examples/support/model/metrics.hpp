// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Full-ranking evaluation: for every user with a relevant item, all items are ranked except those known from training, by
/// higher score, then smaller id. docs/metrics.md has the definitions and where other libraries differ.

#include "support/data/csr.hpp"

#include <pleach/interop/openmp.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/top_k.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace support {

/// Means over the evaluated users, for one list length k; NaN if there were none.
struct ranking_quality {
    std::size_t k = 0;
    double recall = 0;     ///< hits / relevant
    double ndcg = 0;       ///< DCG / DCG of the best list of min(k, relevant)
    double precision = 0;  ///< hits / k
    double hit = 0;        ///< 1 if there is any hit
    friend bool operator==(const ranking_quality&, const ranking_quality&) = default;
};

/// The metrics of one list. `is_hit[r]` says whether the item at rank r + 1 is relevant; missing ranks of lists shorter than k
/// count as misses.
inline ranking_quality quality_of_list(const std::vector<bool>& is_hit, std::size_t relevant, std::size_t k) {
    ranking_quality q{.k = k};
    double ideal = 0;
    const std::size_t ranks = std::min(k, std::max(is_hit.size(), relevant));  // later ranks add nothing
    for (std::size_t r = 0; r < ranks; ++r) {
        const double gain = 1 / std::log2(static_cast<double>(r + 2));
        if (r < relevant) ideal += gain;
        if (r >= is_hit.size() || !is_hit[r]) continue;
        q.recall += 1;
        q.ndcg += gain;
    }
    q.hit = q.recall > 0 ? 1 : 0;
    q.precision = q.recall / static_cast<double>(k);
    q.recall /= static_cast<double>(relevant);
    q.ndcg /= ideal;
    return q;
}

/// The mean metrics over all users with relevant items, and the number of these users.
struct evaluation {
    std::vector<ranking_quality> at;  ///< one for each k asked for, in their order
    std::size_t users = 0;
    std::size_t zero_users = 0;  ///< those among them whose row is all zero: they get the items of smallest id
};

/// Ranks items 0 .. items - 1, whose rows follow the `users` rows of `rows`, for every user with a row in `relevant`; leaves
/// out the items in `known`. *Precondition:* rows has users + items rows; relevant and known have `users` rows; ks > 0.
inline evaluation evaluate(pleach::matrix_view<float> rows, const csr& relevant, const csr& known,
                           const std::vector<std::size_t>& ks, const pleach::openmp& exec) {
    const std::size_t users = relevant.rows();
    std::vector<std::uint32_t> evaluated;
    for (std::size_t u = 0; u < users; ++u)
        if (!relevant.row(u).empty()) evaluated.push_back(static_cast<std::uint32_t>(u));
    evaluation result{.at = {}, .users = evaluated.size()};
    for (const std::size_t k : ks) result.at.push_back({.k = k});
    if (evaluated.empty()) {
        constexpr double nobody = std::numeric_limits<double>::quiet_NaN();
        for (ranking_quality& none : result.at) none.recall = none.ndcg = none.precision = none.hit = nobody;
        return result;
    }

    pleach::matrix<float> queries(evaluated.size(), rows.cols());
    for (std::size_t q = 0; q < evaluated.size(); ++q) {
        std::ranges::copy(rows.row(evaluated[q]), queries.row(q).begin());
        result.zero_users += std::ranges::all_of(queries.row(q), [](float x) { return x == 0; });
    }
    const pleach::borrowed_table<float> items(rows.rows_from(users, rows.rows() - users));
    std::vector<bool> is_hit;
    pleach::top_k(items, std::as_const(queries).view(), std::min(std::ranges::max(ks), items.size()),
                  [&](std::size_t q, std::span<const pleach::scored<float>> best) {
                      is_hit.clear();
                      for (const auto& one : best)
                          is_hit.push_back(relevant.contains(evaluated[q], static_cast<std::uint32_t>(one.id)));
                      for (ranking_quality& sum : result.at) {
                          const ranking_quality one = quality_of_list(is_hit, relevant.row(evaluated[q]).size(), sum.k);
                          sum.recall += one.recall;
                          sum.ndcg += one.ndcg;
                          sum.precision += one.precision;
                          sum.hit += one.hit;
                      }
                  },
                  {.exec = exec, .excluded = [&](std::size_t q) { return known.row(evaluated[q]); }});
    for (ranking_quality& mean : result.at) {
        const auto n = static_cast<double>(evaluated.size());
        mean.recall /= n;
        mean.ndcg /= n;
        mean.precision /= n;
        mean.hit /= n;
    }
    return result;
}

}  // namespace support
