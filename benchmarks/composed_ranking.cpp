// SPDX-License-Identifier: Apache-2.0
//
// The 20 best of a catalog whose rows are sums of shared rows, for many queries: through the composition, compared with
// ranking the expanded rows by the same library, and with the dot products with the shared rows alone.

#include "contest.hpp"

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/top_k.hpp>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 128, k = 20;

template <class Table>
void rank(const Table& table, const pleach::matrix<float>& queries, std::vector<std::size_t>& best) {
    pleach::top_k(table, queries.view(), k, [&](std::size_t q, std::span<const pleach::scored<float>> list) {
        for (std::size_t r = 0; r < list.size(); ++r) best[q * k + r] = list[r].id;
    });
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const std::size_t entities = given.is_smoke ? 700 : 70'839, buckets = given.is_smoke ? 30 : 1'000;
    const std::size_t count = given.is_smoke ? 40 : 1'024;
    const auto composed = pleach::make_double_hashed<float>({.entities = entities, .buckets = buckets, .dim = dim},
                                                            pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    pleach::matrix<float> rows(entities, dim), queries(count, dim);
    pleach::gather_all(composed, rows.view());
    pleach::normal{.deviation = 0.1}.fill(queries.view(), pleach::random_stream(2));
    const pleach::dense_table<float> expanded(std::as_const(rows).view());
    std::vector<std::size_t> by_parts(count * k), by_rows(count * k);

    contest all(given,
                "The " + std::to_string(k) + " best of " + std::to_string(entities) + " rows of " + std::to_string(dim) +
                    " columns, sums of two of " + std::to_string(buckets) + " each, for " + std::to_string(count) +
                    " queries, 1 thread",
                "ms", 1e3);
    constexpr std::size_t height = pleach::group_queries<pleach::default_arch, float>;
    constexpr std::size_t width = pleach::panel_rows<pleach::default_arch, float>;
    const std::vector<float> group(height * dim, 1.0F), panel(width * dim, 1.0F);
    all.add(
        "limit: dot products with both parts, in the L1 cache",
        [&] {
            std::array<float, height * width> tile;
            for (std::size_t q = 0; q < count; q += height)
                for (std::size_t r = 0; r < 2 * buckets; r += width) {
                    pleach::score_tile(group.data(), panel.data(), dim, tile.data());
                    keep(tile);
                }
        },
        contest::kind::limit);
    const std::size_t ours = all.add("pleach: top_k of the composed table", [&] { rank(composed, queries, by_parts); });
    const std::size_t brute = all.add("pleach: top_k of the expanded rows", [&] { rank(expanded, queries, by_rows); });
    all.run();
    all.judge("expanded over composed", all.ratio(brute, ours), contest::aim::at_least, 8);
    std::size_t same = 0;
    for (std::size_t i = 0; i < by_parts.size(); ++i) same += by_parts[i] == by_rows[i];
    std::printf("  same entries in both lists: %zu of %zu (sums are rounded in another order)\n", same, by_parts.size());
}
