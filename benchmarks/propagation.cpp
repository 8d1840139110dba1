// SPDX-License-Identifier: Apache-2.0
//
// LightGCN's propagation through three layers, compared with reading the same rows as often, and with Eigen's sparse
// products. Propagation renumbers nodes internally, so that neighbors are near each other; limit and Eigen are measured in
// both orders.

#include "gather_limit.hpp"
#include "pairs.hpp"

#include "support/model/propagation.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/interop/eigen.hpp>
#include <pleach/interop/openmp.hpp>

#include <Eigen/SparseCore>

namespace {

using namespace benchmarks;
using rows_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using sparse_matrix = Eigen::SparseMatrix<float, Eigen::RowMajor, int>;
constexpr std::size_t dim = 64, layers = 3, tasks = 64;

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

std::vector<std::uint32_t> neighbors_in_order(const support::bipartite_graph& graph) {
    std::vector<std::uint32_t> ids;
    for (std::size_t n = 0; n < graph.nodes(); ++n) ids.insert(ids.end(), graph.neighbors(n).begin(), graph.neighbors(n).end());
    return ids;
}

template <std::size_t Ahead>
void add_limit(contest& all, const std::string& order, const pleach::matrix<float>& rows, const std::vector<std::uint32_t>& ids,
               pleach::openmp exec) {
    all.add(
        "limit: rows in " + order + ", prefetched " + std::to_string(Ahead) + " ahead",
        [&rows, &ids, exec] {
            for (std::size_t k = 0; k < layers; ++k)
                pleach::for_each_chunk(exec, ids.size(), (ids.size() + tasks - 1) / tasks,
                                       [&](std::size_t first, std::size_t last) {
                                           keep(gather_limit<Ahead>(rows.data(), std::span(ids).subspan(first, last - first)));
                                       });
        },
        contest::kind::limit);
}

void run(const support::bipartite_graph& graph, const arguments& given, int threads) {
    const pleach::openmp exec{threads};
    pleach::matrix<float> from(graph.nodes(), dim), to(graph.nodes(), dim);
    pleach::normal{.deviation = 0.1}.fill(from.view(), pleach::random_stream(1));
    support::propagation propagation(graph, dim, layers);
    const auto given_ids = neighbors_in_order(graph), ordered_ids = neighbors_in_order(propagation.ordered_graph());
    const sparse_matrix square = adjacency(graph), ordered_square = adjacency(propagation.ordered_graph());
    const auto size = static_cast<Eigen::Index>(graph.nodes());
    const rows_matrix x = pleach::as_eigen(from.view());
    rows_matrix y(size, dim), z(size, dim);

    contest all(
        given,
        std::to_string(layers) + " layers, " + std::to_string(dim) + " columns, " + std::to_string(threads) + " thread(s)",
        "ms", 1e3);
    add_limit<0>(all, "the order given", from, given_ids, exec);
    add_limit<16>(all, "the order given", from, given_ids, exec);
    add_limit<0>(all, "our order", from, ordered_ids, exec);
    add_limit<16>(all, "our order", from, ordered_ids, exec);
    const std::size_t ours = all.add("support::propagation::run, the mean of layers", [&] {
        propagation.run([&](std::size_t n) { return from.row(n).data(); }, [&](std::size_t n) { return to.row(n).data(); }, {},
                        {}, exec);
        keep(to.data()[0]);
    });
    const auto product = [&](const sparse_matrix& matrix, const rows_matrix& in, rows_matrix& out) {
        pleach::for_each_chunk(exec, graph.nodes(), std::size_t{1024}, [&](std::size_t first, std::size_t last) {
            const auto at = static_cast<Eigen::Index>(first), count = static_cast<Eigen::Index>(last - first);
            out.middleRows(at, count).noalias() = matrix.middleRows(at, count) * in;
        });
    };
    const auto add_eigen = [&](const char* order, const sparse_matrix& matrix) {
        return all.add(std::string("Eigen: as many products, no sum, ") + order, [&] {
            product(matrix, x, y);
            for (std::size_t k = 1; k < layers; ++k) {
                product(matrix, y, z);
                y.swap(z);
            }
            keep(y.data()[0]);
        });
    };
    const std::size_t eigen = add_eigen("the order given", square);
    add_eigen("our order", ordered_square);
    all.run();
    all.judge("propagation over limit", all.ratio(ours, all.reference()), contest::aim::at_most, 1.3);
    all.judge("Eigen over propagation", 1 / all.ratio(ours, eigen), contest::aim::at_least, 2);
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argc, argv);
    const support::interactions data = pairs_of(given);
    const support::bipartite_graph graph(data.train, data.items);
    run(graph, given, 1);
    run(graph, given, 2);
}
