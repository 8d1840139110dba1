// SPDX-License-Identifier: Apache-2.0
//
// One layer of LightGCN's propagation against reading the same rows, and against Eigen's sparse product.

#include "gather_limit.hpp"
#include "pairs.hpp"

#include "support/graph.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/interop/openmp.hpp>

#include <Eigen/SparseCore>

namespace {

using namespace benchmarks;
using rows_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using sparse_matrix = Eigen::SparseMatrix<float, Eigen::RowMajor, int>;
constexpr std::size_t dim = 64, tasks = 64;

sparse_matrix adjacency(const support::bipartite_graph& graph) {
    std::vector<Eigen::Triplet<float>> entries;
    for (std::size_t n = 0; n < graph.nodes(); ++n)
        for (const std::uint32_t m : graph.neighbors(n))
            entries.emplace_back(static_cast<int>(n), static_cast<int>(m), 1.0F / graph.scale(n));
    const auto size = static_cast<Eigen::Index>(graph.nodes());
    sparse_matrix result(size, size);
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
}

template <std::size_t Ahead>
void add_limit(contest& all, const pleach::matrix<float>& rows, const std::vector<std::uint32_t>& ids, pleach::openmp exec) {
    all.add("limit: the same rows, read " + std::to_string(Ahead) + " ahead", [&rows, &ids, exec] {
        pleach::for_each_chunk(exec, ids.size(), (ids.size() + tasks - 1) / tasks, [&](std::size_t first, std::size_t last) {
            keep(gather_limit<Ahead>(rows.data(), std::span(ids).subspan(first, last - first)));
        });
    }, contest::kind::limit);
}

void run(const support::bipartite_graph& graph, const arguments& given, int threads) {
    const pleach::openmp exec{threads};
    pleach::matrix<float> from(graph.nodes(), dim);
    pleach::normal{.deviation = 0.1}.fill(from.view(), pleach::random_stream(1));
    support::sliced_rows sliced(graph.nodes(), dim), to(graph.nodes(), dim);
    for (std::size_t n = 0; n < graph.nodes(); ++n) sliced.assign(n, 1, from.row(n).data());
    support::propagation layers(graph, dim, 3);
    layers.begin([&](std::size_t n) { return from.row(n).data(); }, exec);
    std::vector<std::uint32_t> ids;
    for (std::size_t n = 0; n < graph.nodes(); ++n)
        ids.insert(ids.end(), graph.neighbors(n).begin(), graph.neighbors(n).end());
    const sparse_matrix square = adjacency(graph);
    const auto size = static_cast<Eigen::Index>(graph.nodes());
    const rows_matrix x = Eigen::Map<const rows_matrix>(from.data(), size, dim);
    rows_matrix y(size, dim);

    contest all(given, "One layer, " + std::to_string(dim) + " columns, " + std::to_string(threads) + " thread(s)", "ms", 1e3);
    add_limit<0>(all, from, ids, exec);
    add_limit<8>(all, from, ids, exec);
    add_limit<16>(all, from, ids, exec);
    add_limit<32>(all, from, ids, exec);
    const std::size_t ours = all.add("pleach: propagation::layer", [&] {
        layers.layer(sliced, nullptr, nullptr, to, exec);
        keep(to.piece(0, 0)[0]);
    });
    const std::size_t eigen = all.add("Eigen: sparse * dense, both by rows", [&] {
        pleach::for_each_chunk(exec, graph.nodes(), std::size_t{1024}, [&](std::size_t first, std::size_t last) {
            const auto at = static_cast<Eigen::Index>(first), count = static_cast<Eigen::Index>(last - first);
            y.middleRows(at, count).noalias() = square.middleRows(at, count) * x;
        });
        keep(y.data()[0]);
    });
    all.run();
    all.judge("layer over limit", all.ratio(ours, all.reference()), contest::aim::at_most, 1.3);
    all.judge("Eigen over layer", 1 / all.ratio(ours, eigen), contest::aim::at_least, 2);
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    const support::bipartite_graph graph(data.train, data.items);
    run(graph, given, 1);
    run(graph, given, 2);
}
