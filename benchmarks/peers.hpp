// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Other libraries in the same process, over the same rows and ids: Eigen's compressed rows and, if libtorch is found,
/// PyTorch's EmbeddingBag over the dense table with its zeros.

#include <pleach/table/dense_table.hpp>

#include <Eigen/SparseCore>
#include <benchmark/benchmark.h>

#if PLEACH_HAS_TORCH
#include <torch/torch.h>
#endif

#include <memory>

namespace benchmarks {

/// Adds them to a contest, see lookup.cpp.
template <class Contest>
void add_peers(Contest& all, const pleach::dense_table<float>& dense, std::size_t dim, [[maybe_unused]] int threads) {
    using sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    const auto rows = std::make_shared<sparse>(static_cast<Eigen::Index>(dense.size()), static_cast<Eigen::Index>(dim));
    std::size_t values = 0;
    for (std::size_t i = 0; i < dense.size(); ++i) {
        rows->startVec(static_cast<Eigen::Index>(i));
        for (std::size_t c = 0; c < dim; ++c)
            if (const float x = dense.row(static_cast<std::uint32_t>(i))[c]; x != 0) {
                rows->insertBackByOuterInner(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) = x;
                ++values;
            }
    }
    rows->finalize();
    const double bytes = static_cast<double>(8 * values + 4 * (dense.size() + 1)) / static_cast<double>(dense.size());
    const std::size_t bag = all.asked().offsets[1];
    all.add("Eigen, compressed rows", bytes, [rows, bag, dim](auto ids) {
        Eigen::RowVectorXf sum(static_cast<Eigen::Index>(dim));
        for (std::size_t first = 0; first < ids.size(); first += bag) {
            sum.setZero();
            for (std::size_t j = first; j < first + bag; ++j) sum += rows->row(static_cast<Eigen::Index>(ids[j]));
            benchmark::DoNotOptimize(sum.data());
        }
    });
#if PLEACH_HAS_TORCH
    torch::NoGradGuard without_gradients;
    at::set_num_threads(threads);
    const auto weight = torch::from_blob(const_cast<float*>(dense.rows().data()),
                                         {static_cast<std::int64_t>(dense.size()), static_cast<std::int64_t>(dim)});
    // PyTorch's 64-bit ids are made before timing starts.
    const auto offsets =
        torch::arange(0, static_cast<std::int64_t>(all.asked().bags), torch::kLong) * static_cast<std::int64_t>(bag);
    const auto all_ids = std::make_shared<std::vector<std::int64_t>>(all.asked().ids.begin(), all.asked().ids.end());
    const std::uint32_t* const origin = all.asked().ids.data();
    all.add("PyTorch EmbeddingBag, masked dense", static_cast<double>(4 * dim), [=](auto ids) {
        torch::NoGradGuard none;
        const auto input =
            torch::from_blob(all_ids->data() + (ids.data() - origin), {static_cast<std::int64_t>(ids.size())}, torch::kLong);
        const auto sums = std::get<0>(torch::embedding_bag(weight, input, offsets));
        benchmark::DoNotOptimize(sums.template data_ptr<float>());
    });
#endif
}

}  // namespace benchmarks
