// SPDX-License-Identifier: Apache-2.0
//
// The 20 best items of every user, without items known from training, compared with a simple program over Eigen and with the
// multiply-adds alone.

#include "pairs.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/interop/eigen.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/kernel/simd.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/top_k.hpp>

#include <Eigen/Core>

namespace {

using namespace benchmarks;
using rows_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr std::size_t dim = 64, k = 20;

// `count` multiply-adds on registers, in ten independent chains that hide latency.
void multiply_adds(double count) {
    using batch = pleach::detail::simd_batch<float>;
    batch sums[10];
    for (batch& sum : sums) sum = batch(1.0F);
    const batch factor(0.999F), term(0.001F);
    const auto rounds = static_cast<std::size_t>(count / (10.0 * static_cast<double>(pleach::detail::simd_lanes<float>)));
    for (std::size_t i = 0; i < rounds; ++i)
        for (batch& sum : sums) sum = pleach::detail::multiply_add(sum, factor, term);
    for (const batch& sum : sums) keep(sum);
}

// Multiplies blocks of users with all items; for part::everything, also puts known items last and partially sorts the best.
enum class part { product, everything };
void with_eigen(const rows_matrix& users, const rows_matrix& items, const support::csr& known, part what,
                std::vector<std::uint32_t>& best) {
    constexpr Eigen::Index block = 128;
    rows_matrix scores;
    std::vector<std::uint32_t> order(static_cast<std::size_t>(items.rows()));
    for (Eigen::Index first = 0; first < users.rows(); first += block) {
        const Eigen::Index count = (std::min)(block, users.rows() - first);
        scores.noalias() = users.middleRows(first, count) * items.transpose();
        keep(scores.data()[0]);
        if (what == part::product) continue;
        for (Eigen::Index q = 0; q < count; ++q) {
            float* row = scores.row(q).data();
            for (const std::uint32_t item : known.row(static_cast<std::size_t>(first + q))) row[item] = -1e30F;
            std::iota(order.begin(), order.end(), std::uint32_t{0});
            const std::size_t length = (std::min)(k, order.size());
            std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(length), order.end(),
                              [&](std::uint32_t a, std::uint32_t b) { return row[a] > row[b] || (row[a] == row[b] && a < b); });
            std::copy_n(order.begin(), length, best.begin() + (first + q) * static_cast<Eigen::Index>(k));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    const auto users = (std::max)(std::size_t{1}, static_cast<std::size_t>(given.share * static_cast<double>(data.users)));
    const pleach::dense_table<float> items(data.items, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(1));
    const pleach::dense_table<float> queries(users, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(2));
    const rows_matrix eigen_items = pleach::as_eigen(items.rows()), eigen_users = pleach::as_eigen(queries.rows());
    std::vector<std::uint32_t> best(users * k), eigen_best(users * k);
    const auto rank = [&](pleach::openmp exec) {
        pleach::top_k(items, queries.rows(), k,
                      [&](std::size_t q, std::span<const pleach::scored<float>> list) {
                          for (std::size_t r = 0; r < list.size(); ++r)
                              best[q * k + r] = static_cast<std::uint32_t>(list[r].id);
                      },
                      {.exec = exec, .excluded = [&](std::size_t q) { return data.train.row(q); }});
    };

    contest all(given,
                "The " + std::to_string(k) + " best of " + std::to_string(data.items) + " items for " +
                    std::to_string(data.users) + " users, seconds for all of them, 1 thread unless said",
                "s", static_cast<double>(data.users) / static_cast<double>(users));
    const double products = static_cast<double>(users * data.items * dim);
    all.add("limit: as many multiply-adds, in registers", [&] { multiply_adds(products); }, contest::kind::limit);
    const std::size_t ours = all.add("pleach: top_k", [&] { rank({1}); });
    all.add("pleach: top_k, 2 threads", [&] { rank({2}); });
    all.add("Eigen: product alone", [&] { with_eigen(eigen_users, eigen_items, data.train, part::product, eigen_best); });
    const std::size_t eigen = all.add("Eigen: product and partial_sort",
                                      [&] { with_eigen(eigen_users, eigen_items, data.train, part::everything, eigen_best); });
    all.run();
    all.judge("seconds for all users", all.best(ours) * static_cast<double>(data.users) / static_cast<double>(users),
              contest::aim::at_most, 2.5);
    all.judge("Eigen over top_k", all.ratio(eigen, ours), contest::aim::at_least, 2);
    std::size_t same = 0;
    for (std::size_t i = 0; i < best.size(); ++i) same += best[i] == eigen_best[i];
    std::printf("  same entries in both lists: %zu of %zu (sums are rounded in another order)\n", same, best.size());
}
