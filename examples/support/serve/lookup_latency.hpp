// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Wall-clock time of single lookups, one after the other: the median, and the slow ones.

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

/// The quantile of sorted times: the fraction `share` of them is not longer.
inline double quantile(std::span<const double> sorted, double share) {
    if (sorted.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted[std::min(at, sorted.size() - 1)];
}

/// Ids drawn uniformly from 0 .. size - 1 with the seed.
inline std::vector<std::uint32_t> random_ids(std::size_t size, std::size_t count, std::uint64_t seed) {
    const pleach::random_stream stream = pleach::random_stream(seed).fork("lookups");
    std::vector<std::uint32_t> ids(count);
    for (std::size_t i = 0; i < count; ++i)
        ids[i] = static_cast<std::uint32_t>(
            std::min(size - 1, static_cast<std::size_t>(stream.uniform(i) * static_cast<double>(size))));
    return ids;
}

/// Nanoseconds per row in ascending order, each the mean of `group` lookups between two readings of the clock. All values
/// looked up are added to `sum`, so that the compiler cannot remove the work.
template <class Table>
std::vector<double> lookup_nanoseconds(const Table& table, std::span<const std::uint32_t> ids, std::size_t group, double& sum) {
    using clock = std::chrono::steady_clock;
    std::vector<float> row(table.dim());
    std::vector<double> times;
    for (std::size_t first = 0; first + group <= ids.size(); first += group) {
        const auto begin = clock::now();
        for (const std::uint32_t id : ids.subspan(first, group)) {
            table.lookup(static_cast<typename Table::id_type>(id), row);
            sum += static_cast<double>(row[0]);
        }
        const std::chrono::duration<double, std::nano> elapsed = clock::now() - begin;
        times.push_back(elapsed.count() / static_cast<double>(group));
    }
    std::ranges::sort(times);
    return times;
}

}  // namespace support
