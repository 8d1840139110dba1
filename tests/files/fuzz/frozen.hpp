// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table of any kind: what opens can be looked up, summed, scored and ranked, and all of its stored values are numbers.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include "files/fuzz/targets.hpp"

#include <cmath>
#include <cstring>
#include <vector>

namespace fuzz {

/// Sums and products of numbers may be too large for one.
template <class Table>
void use_frozen(const Table& table, bool is_stored = true) {
    std::vector<float> row(table.dim());
    std::vector<std::uint32_t> ids;
    for (std::uint32_t i = 0; i < table.size() && i < 5000; ++i) {
        table.lookup(i, row);
        for (const float x : row) require(!is_stored || std::isfinite(x), "frozen values are numbers");
        ids.push_back(i);
    }
    pleach::matrix<float> sum(1, table.dim());
    const std::vector<std::size_t> offsets{0, ids.size()};
    pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, sum.view());
    std::size_t best = 0;
    pleach::top_k(table, std::as_const(sum).view(), 5, [&](std::size_t, auto list) { best = list.size(); });
    require(best == std::min<std::size_t>(5, table.size()), "as many are ranked as there are");
}

inline void frozen(bytes file) {
    pleach::file_bytes aligned(file.size());
    if (!file.empty()) std::memcpy(aligned.writable().data(), file.data(), file.size());
    std::error_code error;
    const auto view = pleach::safetensors_view::view(aligned.bytes(), {}, error);
    if (error || view.metadata().find("kind") == view.metadata().end()) return;
    if (pleach::frozen::with_kind(view.metadata().find("kind")->second, [&]<class Table>(const Table*) {
            if (const auto table = pleach::open_bytes<Table>(aligned.bytes(), error)) use_frozen(*table);
        }))
        return;
    const auto nested = pleach::open_bytes<pleach::frozen::nested_rows>(aligned.bytes(), error);
    if (nested && nested->size() < 100'000) use_frozen(*nested, false);
    if (const auto sums = pleach::open_bytes<pleach::frozen::coded_rows<pleach::sum>>(aligned.bytes(), error);
        sums && sums->size() < 100'000)
        use_frozen(*sums, false);
    using beside = pleach::frozen::coded_rows<pleach::concat, pleach::frozen::dense_rows<>>;
    if (const auto table = pleach::open_bytes<beside>(aligned.bytes(), error); table && table->size() < 100'000)
        use_frozen(*table, false);
    using composed =
        pleach::composed<pleach::sum, std::uint32_t, pleach::part<pleach::frozen::bitmap_rows<>, pleach::quotient_map>,
                         pleach::part<pleach::frozen::bitmap_rows<>, pleach::remainder_map>>;
    if (const auto table = pleach::open_bytes<composed>(aligned.bytes(), error); table && table->size() < 100'000)
        use_frozen(*table, false);
}

}  // namespace fuzz
