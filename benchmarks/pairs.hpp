// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The user-item pairs of the benchmarks: a data set by path or, without one, a random graph of Gowalla's size, in which
/// degrees of users and items follow power laws and do not depend on ids.

#include "contest.hpp"

#include "support/data/interactions.hpp"

#include <pleach/core/random_stream.hpp>

#include <cmath>
#include <numeric>

namespace benchmarks {

inline std::vector<std::uint32_t> shuffled_ids(std::size_t n, pleach::random_stream stream) {
    std::vector<std::uint32_t> ids(n);
    std::iota(ids.begin(), ids.end(), std::uint32_t{0});
    for (std::size_t i = n; i > 1; --i) std::swap(ids[i - 1], ids[stream.below(i, i)]);
    return ids;
}

inline support::interactions pairs_of(const arguments& given) {
    if (!given.folder.empty()) {
        support::interactions data = support::read_interactions(given.folder);
        std::printf("%s\n", support::describe(data).c_str());
        return data;
    }
    support::interactions data;
    data.name = "generated";
    data.users = given.is_smoke ? 300 : 30'000;
    data.items = given.is_smoke ? 400 : 40'000;
    const std::size_t draws = given.is_smoke ? 4'000 : 850'000;
    const pleach::random_stream stream(1);
    const auto users = shuffled_ids(data.users, stream.fork("users")), items = shuffled_ids(data.items, stream.fork("items"));
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const auto skewed = [&](const std::vector<std::uint32_t>& ids, double power, std::size_t k, std::size_t which) {
        const double share = std::pow(stream.uniform(k, which), power);
        return ids[static_cast<std::size_t>(share * static_cast<double>(ids.size()))];
    };
    for (std::size_t k = 0; k < draws; ++k) pairs.emplace_back(skewed(users, 1.5, k, 0), skewed(items, 2, k, 1));
    data.train = support::make_csr(data.users, pairs);
    data.valid = data.test = support::make_csr(data.users, {});
    std::printf("generated: %zu users, %zu items, %zu pairs\n", data.users, data.items, data.train.size());
    return data;
}

}  // namespace benchmarks
