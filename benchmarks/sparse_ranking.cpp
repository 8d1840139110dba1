// SPDX-License-Identifier: Apache-2.0
//
// The 20 best of a million items with a tenth of their values nonzero, for a batch of queries on one thread: over the packed
// rows, over the dense rows, and, if faiss is found, by faiss over the dense rows. Tables of codewords with as many rows are
// ranked by products with their books.

#include "coded_rows.hpp"
#include "contest.hpp"
#include "sparse_rows.hpp"

#include <pleach/frozen/adaptor.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/top_k.hpp>

#if PLEACH_HAS_FAISS
#include <faiss/IndexFlat.h>
#endif

#include <memory>

namespace {

using namespace benchmarks;
namespace frozen = pleach::frozen;

struct best_sum {
    std::size_t sum = 0;
    void operator()(std::size_t, std::span<const pleach::scored<float>> best) {
        for (const auto& one : best) sum += one.id;
    }
};

template <class Format>
Format frozen_as(const sparse_rows& rows) {
    return frozen::view<Format>(std::make_shared<const frozen::image>(pleach::freeze<Format>(rows)));
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const std::size_t items = given.is_smoke ? 3000 : 1'000'000, dim = 64, batch = given.is_smoke ? 70 : 512, k = 20;
    const sparse_rows rows{items, dim, 0.1};
    pleach::dense_table<float> dense(items, dim);
    pleach::gather_all(rows, dense.rows());
    const auto bitmap = frozen_as<frozen::bitmap_records<>>(rows);
    const auto half = frozen_as<frozen::bitmap_records<pleach::value_code::f16>>(rows);
    const auto csr = frozen_as<frozen::csr_rows<>>(rows);
    const auto levels = frozen_as<frozen::bitmap_level_records<4>>(rows);
    const auto three_bits = frozen_as<frozen::level_rows<3>>(rows);
    const auto sums = frozen::view<frozen::coded_rows<pleach::sum>>(coded_image<pleach::sum>(items, dim, 6, 8));
    const auto groups = frozen::view<frozen::coded_rows<pleach::concat>>(coded_image<pleach::concat>(items, dim, 16, 8));
    pleach::matrix<float> queries(batch, dim);
    for (std::size_t q = 0; q < batch; ++q)
        sparse_rows{batch, dim, 1}.lookup(static_cast<std::uint32_t>(q + 7 * items), queries.row(q));
    const auto rank = [&](const auto& table) {
        best_sum sum;
        pleach::top_k(table, std::as_const(queries).view(), k, sum);
        keep(sum);
        return sum.sum;
    };
    if (rank(bitmap) != rank(dense) || rank(csr) != rank(dense)) {
        std::fprintf(stderr, "bench_sparse_ranking: packed and dense rows rank differently\n");
        return 1;
    }
    contest all(given,
                "The " + std::to_string(k) + " best of " + std::to_string(items) + " x " + std::to_string(dim) +
                    " at 10 % density, " + std::to_string(batch) + " queries, 1 thread",
                "ms per query", 1e3 / static_cast<double>(batch));
    const std::size_t ours = all.add("bitmap_records<f32>", [&] { rank(bitmap); });
    all.add("bitmap_records<f16>", [&] { rank(half); });
    all.add("columns8_rows<f32>", [&] { rank(csr); });
    all.add("bitmap_records<n4b>", [&] { rank(levels); });
    all.add("dense_rows<n3b>", [&] { rank(three_bits); });
    const std::size_t of_sums = all.add("coded<sum>, 6 x 8 bits", [&] { rank(sums); });
    all.add("coded<concat>, 16 x 8 bits", [&] { rank(groups); });
    const std::size_t dense_rows = all.add("dense_table<float>", [&] { rank(dense); });
#if PLEACH_HAS_FAISS
    using idx_t = faiss::Index::idx_t;
    faiss::IndexFlatIP index(static_cast<idx_t>(dim));
    index.add(static_cast<idx_t>(items), dense.rows().data());
    std::vector<float> scores(batch * k);
    std::vector<idx_t> ids(batch * k);
    const std::size_t peer = all.add("faiss IndexFlatIP", [&] {
        index.search(static_cast<idx_t>(batch), queries.data(), static_cast<idx_t>(k), scores.data(), ids.data());
        keep(ids);
    });
#endif
    all.run();
    all.judge("dense rows over packed ones", all.ratio(dense_rows, ours), contest::aim::at_least, 2);
    all.judge("dense rows over sums of codewords", all.ratio(dense_rows, of_sums), contest::aim::at_least, 5);
#if PLEACH_HAS_FAISS
    all.judge("faiss over packed rows", all.ratio(peer, ours), contest::aim::at_least, 2);
#endif
}
