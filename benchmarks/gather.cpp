// SPDX-License-Identifier: Apache-2.0
//
// The cost of the abstraction: rows copied and bags summed by a raw loop and through each table, for the same ids.

#include "contest.hpp"
#include "gather_limit.hpp"

#include <pleach/core/random_stream.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/dense_table.hpp>

#include <cstring>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 64, bag = 20;
using table_type = pleach::dense_table<float>;

template <std::size_t Ahead>
void add_limit(contest& all, const table_type& table, const std::vector<std::uint32_t>& ids) {
    all.add(
        "limit: the same rows, read, prefetched " + std::to_string(Ahead) + " ahead",
        [&] { keep(gather_limit<Ahead>(table.rows().data(), ids)); }, contest::kind::limit);
}

void add_limits(contest& all, const table_type& table, const std::vector<std::uint32_t>& ids) {
    add_limit<0>(all, table, ids);
    add_limit<16>(all, table, ids);
    add_limit<32>(all, table, ids);
}

void prefetch_row(const float* row) {
    for (std::size_t c = 0; c < dim; c += 16) __builtin_prefetch(row + c);
}

void copy_rows(const float* rows, const std::vector<std::uint32_t>& ids, float* out) {
    for (std::size_t j = 0; j < ids.size(); ++j) {
        if (j + 16 < ids.size()) prefetch_row(rows + ids[j + 16] * dim);
        std::memcpy(out + j * dim, rows + ids[j] * dim, dim * sizeof(float));
    }
}

void sum_bags(const float* rows, const std::vector<std::uint32_t>& ids, float* out) {
    for (std::size_t first = 0; first < ids.size(); first += bag) {
        float sum[dim] = {};
        for (std::size_t j = first; j < first + bag; ++j) {
            if (j + 16 < ids.size()) prefetch_row(rows + ids[j + 16] * dim);
            for (std::size_t c = 0; c < dim; ++c) sum[c] += rows[ids[j] * dim + c];
        }
        std::memcpy(out + first / bag * dim, sum, sizeof sum);
    }
}

// A random half of the entries.
pleach::bit_mask half_mask(const table_type& table) {
    pleach::bit_mask mask = pleach::bit_mask::ones(table.size(), dim);
    const pleach::random_stream stream(5);
    for (std::size_t r = 0; r < table.size(); ++r) {
        const std::uint64_t bits = stream.bits(r);
        for (std::size_t c = 0; c < dim; ++c)
            if ((bits >> c & 1) == 0) mask.reset(r, c);
    }
    return mask;
}

void run(const arguments& given, std::size_t rows, std::size_t bags) {
    table_type table(rows, dim, pleach::normal{}, pleach::random_stream(1));
    const pleach::bit_mask mask = half_mask(table);
    const pleach::masked<table_type> masked(table, mask);
    const pleach::mask_overlay<table_type> overlay(table, mask);
    std::vector<std::uint32_t> ids(bags * bag);
    for (std::size_t j = 0; j < ids.size(); ++j) ids[j] = static_cast<std::uint32_t>(pleach::random_stream(2).below(rows, j));
    std::vector<std::size_t> offsets;
    for (std::size_t b = 0; b <= bags; ++b) offsets.push_back(b * bag);
    const double per_row = 1e9 / static_cast<double>(ids.size());
    const std::string size = std::to_string(rows) + " rows of " + std::to_string(dim) + ", uniform ids, 1 thread";

    pleach::matrix<float> copies(ids.size(), dim), sums(bags, dim);
    contest copying(given, "Copies of rows: " + size, "ns per row", per_row);
    add_limits(copying, table, ids);
    const std::size_t raw_copy = copying.add("raw loop", [&] { copy_rows(table.rows().data(), ids, copies.data()); });
    const std::size_t dense_copy = copying.add("gather, dense_table", [&] { pleach::gather(table, ids, copies.view()); });
    copying.add("gather, masked", [&] { pleach::gather(masked, ids, copies.view()); });
    copying.add("gather, mask_overlay", [&] { pleach::gather(overlay, ids, copies.view()); });
    copying.run();
    copying.judge("gather over raw loop", copying.ratio(dense_copy, raw_copy), contest::aim::at_most, 1.1);

    contest summing(given, "Sums of bags of " + std::to_string(bag) + ": " + size, "ns per row", per_row);
    add_limits(summing, table, ids);
    const std::size_t raw_sum = summing.add("raw loop", [&] { sum_bags(table.rows().data(), ids, sums.data()); });
    const std::size_t dense_sum =
        summing.add("gather_sum, dense_table", [&] { pleach::gather_sum(table, ids, offsets, sums.view()); });
    summing.add("gather_sum, masked", [&] { pleach::gather_sum(masked, ids, offsets, sums.view()); });
    summing.add("gather_sum, mask_overlay", [&] { pleach::gather_sum(overlay, ids, offsets, sums.view()); });
    summing.run();
    summing.judge("gather_sum over limit", summing.ratio(dense_sum, summing.reference()), contest::aim::at_most, 1.1);
    summing.judge("gather_sum over raw loop", summing.ratio(dense_sum, raw_sum), contest::aim::at_most, 1.1);
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    run(given, given.is_smoke ? 1'000 : 70'000, given.is_smoke ? 50 : 20'000);
    run(given, given.is_smoke ? 2'000 : 1'000'000, given.is_smoke ? 50 : 20'000);
}
