// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table of any kind: what opens can be looked up, summed, scored and ranked, in all ways with the same result, and all
/// of its stored values are numbers. Whatever its size, its rows are read from the first to the last.

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include "files/fuzz/targets.hpp"

#include <cmath>
#include <cstring>
#include <vector>

namespace fuzz {

/// Whether a sum of n terms, whose magnitudes add up to `size`, is `sum` but for rounding. Those too large for a float may be
/// anything.
inline bool is_near(float found, double sum, double size, std::size_t n) {
    return !(size < 1e37) || std::abs(static_cast<double>(found) - sum) <= 1e-6 * static_cast<double>(n + 4) * size + 1e-37;
}

/// Every way to a row reads the row that lookup() decodes.
template <class Table>
void use_row(const Table& table, std::uint32_t id, std::span<const float> row, std::span<const float> query) {
    double product = 0, size = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        product += static_cast<double>(row[c]) * static_cast<double>(query[c]);
        size += std::abs(static_cast<double>(row[c]) * static_cast<double>(query[c]));
    }
    if constexpr (requires { table.dot(id, query); })
        require(is_near(table.dot(id, query), product, size, row.size()), "a dot product is that of the decoded row");
    if constexpr (requires(std::span<float> out) { table.add_to(out, id, 2.0F); }) {
        std::vector<float> sum(query.begin(), query.end());
        table.add_to(sum, id, 2);
        for (std::size_t c = 0; c < row.size(); ++c)
            require(is_near(sum[c], static_cast<double>(query[c]) + 2 * static_cast<double>(row[c]),
                            std::abs(static_cast<double>(query[c])) + 2 * std::abs(static_cast<double>(row[c])), 1),
                    "a row that is added is the decoded row");
    }
}

/// Sums and products of numbers may be too large for one.
template <class Table>
void use_frozen(const Table& table, bool is_stored = true) {
    constexpr std::size_t most_rows = 4096, most_scores = std::size_t{1} << 22;
    const std::size_t size = table.size(), count = std::min(size, most_rows), dim = table.dim();
    std::vector<float> row(dim), query(dim);
    for (std::size_t c = 0; c < dim; ++c) query[c] = static_cast<float>(c % 7) - 3;
    std::vector<std::uint32_t> ids;
    std::vector<double> sum(dim), sizes(dim);
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = static_cast<std::uint32_t>(
            count < 2 ? 0 : i * ((size - 1) / (count - 1)) + (i + 1 == count) * ((size - 1) % (count - 1)));
        table.lookup(id, row);
        for (std::size_t c = 0; c < dim; ++c) {
            require(!is_stored || std::isfinite(row[c]), "frozen values are numbers");
            sum[c] += static_cast<double>(row[c]);
            sizes[c] += std::abs(static_cast<double>(row[c]));
        }
        if (i < 64 || i + 64 > count) use_row(table, id, row, query);
        ids.push_back(id);
    }
    pleach::matrix<float> bag(1, dim);
    const std::vector<std::size_t> offsets{0, ids.size()};
    pleach::gather_sum(table, std::span<const std::uint32_t>(ids), offsets, bag.view());
    for (std::size_t c = 0; c < dim; ++c)
        require(is_near(bag.row(0)[c], sum[c], sizes[c], ids.size()), "a bag is the sum of the decoded rows");
    if (size * dim > most_scores) return;
    std::size_t best = 0;
    pleach::top_k(table, std::as_const(bag).view(), 5, [&](std::size_t, auto list) { best = list.size(); });
    require(best == std::min<std::size_t>(5, size), "as many are ranked as there are");
}

template <class Table>
void open_and_use(bytes file, bool is_stored) {
    std::error_code error;
    const auto table = within_four_times(file, [&] { return pleach::open_bytes<Table>(file, error); });
    require(table.has_value() == !error, "what is refused is not opened");
    if (!table) return;
    require(table->size() <= 1024 * file.size(), "rows are bounded by the bytes of the file");
    use_frozen(*table, is_stored);
}

inline void frozen(bytes file) {
    pleach::file_bytes copy(file.size());
    if (!file.empty()) std::memcpy(copy.writable().data(), file.data(), file.size());
    const bytes aligned = copy.bytes();
    std::error_code error;
    const auto view = pleach::safetensors_view::view(aligned, {}, error);
    if (error || view.metadata().find("kind") == view.metadata().end()) return;
    if (pleach::frozen::with_kind(view.metadata().find("kind")->second,
                                  [&]<class Table>(const Table*) { open_and_use<Table>(aligned, true); }))
        return;
    using pleach::part;
    using bitmap_rows = pleach::frozen::bitmap_rows<>;
    open_and_use<pleach::frozen::nested_rows>(aligned, false);
    open_and_use<pleach::frozen::coded_rows<pleach::sum>>(aligned, false);
    open_and_use<pleach::frozen::coded_rows<pleach::concat, pleach::frozen::dense_rows<>>>(aligned, false);
    open_and_use<pleach::composed<pleach::sum, std::uint32_t, part<bitmap_rows, pleach::quotient_map>,
                                  part<bitmap_rows, pleach::remainder_map>>>(aligned, false);
}

}  // namespace fuzz
