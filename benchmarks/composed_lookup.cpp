// SPDX-License-Identifier: Apache-2.0
//
// The cost of composing: rows that are sums of two shared rows, looked up one by one for the same ids, by a handwritten loop
// and through composed<sum> over masked parts; and the gradients of sums, of products and of soft-thresholded sums of two rows,
// passed back likewise.

#include "contest.hpp"

#include <pleach/compose/composed.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

#include <bit>

namespace {

using namespace benchmarks;
constexpr std::size_t dim = 64;
volatile std::size_t width_at_run_time = dim;  // unknown to the compiler, as in a program that reads its table from a file
using part_table = pleach::masked<pleach::dense_table<float>>;

part_table half_alive(std::size_t rows, std::uint64_t seed) {
    pleach::bit_mask mask = pleach::bit_mask::ones(rows, dim);
    const pleach::random_stream stream(seed);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < dim; ++c)
            if (stream.uniform(r, c) < 0.5) mask.reset(r, c);
    return part_table(pleach::dense_table<float>(rows, dim, pleach::normal{}, stream), mask);
}

// A handwritten loop for this pair of tables only; their width is known at run time.
[[gnu::noinline]] void sum_pairs(const float* q, const float* p, std::size_t block, std::size_t buckets, std::size_t width,
                                 const std::vector<std::uint32_t>& ids, float* out) {
    for (const std::uint32_t id : ids) {
        const float* a = q + id / block * width;
        const float* b = p + id % buckets * width;
        for (std::size_t c = 0; c < width; ++c) out[c] = a[c] + b[c];
        out += width;
    }
}

template <class Table>
[[gnu::noinline]] void look_up(const Table& table, const std::vector<std::uint32_t>& ids, float* out) {
    for (const std::uint32_t id : ids) {
        table.lookup(id, {out, table.dim()});
        out += table.dim();
    }
}

template <class Combiner>
auto two_parts(std::size_t entities, std::size_t buckets) {
    const auto blocks = pleach::quotient_map::for_entities(entities, buckets);
    return pleach::compose<Combiner>(entities, pleach::part{"Q", half_alive(blocks.rows(), 1), blocks},
                                     pleach::part{"P", half_alive(buckets, 2), pleach::remainder_map(buckets)});
}

// As sum_pairs, for gradients; of a product, each part gets the gradient times the row of the other.
template <bool IsProduct, class Table>
[[gnu::noinline]] void add_pairs(const Table& table, const std::vector<std::uint32_t>& ids, const float* upstream,
                                 std::size_t width, pleach::row_gradient<float>& q, pleach::row_gradient<float>& p) {
    const auto block = static_cast<std::uint32_t>(table.template get<0>().map.block());
    const auto buckets = static_cast<std::uint32_t>(table.template get<1>().table.size());
    std::vector<float> scaled(width);
    const auto add = [&](pleach::row_gradient<float>& to, std::size_t row, std::span<const float> other) {
        if constexpr (IsProduct) {
            for (std::size_t c = 0; c < width; ++c) scaled[c] = upstream[c] * other[c];
            to.add(row, scaled);
        } else {
            to.add(row, {upstream, width});
        }
    };
    for (const std::uint32_t id : ids) {
        add(q, id / block, table.template get<1>().table.row(id % buckets));
        add(p, id % buckets, table.template get<0>().table.row(id / block));
        upstream += width;
    }
}

template <class Combiner>
void run_gradients(const arguments& given, const char* combiner, std::size_t entities, std::size_t buckets,
                   const std::vector<std::uint32_t>& ids) {
    const auto table = two_parts<Combiner>(entities, buckets);
    pleach::matrix<float> upstream(ids.size(), dim);
    const pleach::random_stream stream(4);
    for (std::size_t j = 0; j < ids.size(); ++j)
        for (std::size_t c = 0; c < dim; ++c) upstream.row(j)[c] = static_cast<float>(stream.uniform(j, c));
    auto by_hand = table.make_gradient(), composed = table.make_gradient();
    const auto clear = [](auto& gradient) { std::apply([](auto&... parts) { (parts.clear(), ...); }, gradient.parts); };
    contest all(given, "Gradients of " + std::string(combiner) + " of two of " + std::to_string(buckets) + " rows, 1 thread",
                "ns per row", 1e9 / static_cast<double>(ids.size()));
    const std::size_t loop = all.add("loop by hand, two row_gradients", [&] {
        clear(by_hand);
        add_pairs<std::same_as<Combiner, pleach::hadamard>>(table, ids, upstream.elements().data(), width_at_run_time,
                                                            std::get<0>(by_hand.parts), std::get<1>(by_hand.parts));
    });
    const std::size_t ours = all.add("composed::accumulate, masked parts", [&] {
        clear(composed);
        for (std::size_t j = 0; j < ids.size(); ++j) table.accumulate(ids[j], upstream.row(j), composed);
    });
    all.run();
    all.judge("composed over loop", all.ratio(ours, loop), contest::aim::at_most, 1.15);
}

// Soft thresholds make rows dear: a gradient must not compute them once more than the parts do.
void run_thresholds(const arguments& given, std::size_t entities, std::size_t buckets, const std::vector<std::uint32_t>& ids) {
    const auto table = pleach::make_cerp<float>({.entities = entities, .buckets = buckets, .dim = dim, .first_slot = -8},
                                                pleach::normal{}, pleach::random_stream(5));
    const std::vector<float> upstream(dim, 0.5F);
    auto by_hand = table.make_gradient(), composed = table.make_gradient();
    contest all(given, "Gradients of sums of two soft-thresholded rows (CERP), 1 thread", "ns per row",
                1e9 / static_cast<double>(ids.size()));
    const std::size_t loop = all.add("loop by hand, each part's accumulate", [&] {
        for (const std::uint32_t id : ids) {
            const auto& [q, p] = std::tie(table.get<0>(), table.get<1>());
            q.table.accumulate(static_cast<std::uint32_t>(q.map(id)), upstream, std::get<0>(by_hand.parts));
            p.table.accumulate(static_cast<std::uint32_t>(p.map(id)), upstream, std::get<1>(by_hand.parts));
        }
    });
    const std::size_t ours = all.add("composed::accumulate, soft-thresholded parts", [&] {
        for (const std::uint32_t id : ids) table.accumulate(id, upstream, composed);
    });
    all.run();
    all.judge("composed over loop", all.ratio(ours, loop), contest::aim::at_most, 1.15);
}

void run(const arguments& given, std::size_t entities, std::size_t buckets, std::size_t count) {
    const auto table = two_parts<pleach::sum>(entities, buckets);
    std::vector<std::uint32_t> ids(count);
    for (std::size_t j = 0; j < count; ++j) ids[j] = static_cast<std::uint32_t>(pleach::random_stream(3).below(entities, j));
    pleach::matrix<float> by_hand(count, dim), composed(count, dim);
    contest all(given,
                "Rows of " + std::to_string(entities) + " entities as sums of two of " + std::to_string(buckets) + " x " +
                    std::to_string(dim) + ", half alive, uniform ids, 1 thread",
                "ns per row", 1e9 / static_cast<double>(count));
    const std::size_t loop = all.add("loop by hand", [&] {
        sum_pairs(table.get<0>().table.rows().data(), table.get<1>().table.rows().data(), table.get<0>().map.block(), buckets,
                  width_at_run_time, ids, by_hand.data());
    });
    const std::size_t ours = all.add("composed<sum>::lookup, masked parts", [&] { look_up(table, ids, composed.data()); });
    all.run();
    all.judge("composed over loop", all.ratio(ours, loop), contest::aim::at_most, 1.15);
    for (std::size_t i = 0; i < by_hand.elements().size(); ++i)
        if (by_hand.elements()[i] != composed.elements()[i]) {
            std::printf("  rows differ\n");
            std::exit(1);
        }
    run_gradients<pleach::sum>(given, "sums", entities, buckets, ids);
    run_gradients<pleach::hadamard>(given, "products", entities, buckets, ids);
    run_thresholds(given, entities, buckets, ids);
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    run(given, given.is_smoke ? 1'000 : 70'839, given.is_smoke ? 40 : 1'000, given.is_smoke ? 100 : 100'000);
    run(given, given.is_smoke ? 2'000 : 10'000'000, given.is_smoke ? 50 : 100'000, given.is_smoke ? 100 : 100'000);
}
