// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small graph model whose propagation is also there as a matrix.

#include "support/model/graph.hpp"
#include "support/tables.hpp"

#include <pleach/core/matrix.hpp>

#include <Eigen/Dense>

#include <cmath>

namespace tests {

/// Users, items, random pairs between them, and a trained row each. The last user and the last item stay alone.
struct small_graph {
    std::size_t users, items, layers = 3;
    support::bipartite_graph graph;
    pleach::matrix<float> trained;

    small_graph(std::size_t of_users, std::size_t of_items, std::size_t dim)
        : users(of_users), items(of_items), graph(random_pairs(of_users, of_items), of_items),
          trained(normal_table<float>(of_users + of_items, dim, 3).rows()) {}

    [[nodiscard]] std::size_t nodes() const { return users + items; }

    /// The mean of layers as a matrix, from the definition.
    [[nodiscard]] Eigen::MatrixXd propagation() const {
        const auto size = static_cast<Eigen::Index>(nodes());
        Eigen::MatrixXd a = Eigen::MatrixXd::Zero(size, size);
        for (std::size_t n = 0; n < nodes(); ++n)
            for (const std::uint32_t m : graph.neighbors(n))
                a(static_cast<Eigen::Index>(n), m) =
                    1 / std::sqrt(static_cast<double>(graph.scale(n)) * static_cast<double>(graph.scale(m)));
        Eigen::MatrixXd power = Eigen::MatrixXd::Identity(size, size), sum = power;
        for (std::size_t k = 0; k < layers; ++k) {
            power = a * power;
            sum += power;
        }
        return sum / static_cast<double>(layers + 1);
    }
    /// P S, for these kept rows.
    [[nodiscard]] Eigen::MatrixXd propagation_of(const std::vector<std::uint32_t>& kept) const {
        const Eigen::MatrixXd p = propagation();
        Eigen::MatrixXd ps(p.rows(), static_cast<Eigen::Index>(kept.size()));
        for (std::size_t k = 0; k < kept.size(); ++k) ps.col(static_cast<Eigen::Index>(k)) = p.col(kept[k]);
        return ps;
    }
    [[nodiscard]] Eigen::MatrixXd rows() const {
        Eigen::MatrixXd result(nodes(), trained.cols());
        for (std::size_t r = 0; r < nodes(); ++r)
            for (std::size_t c = 0; c < trained.cols(); ++c)
                result(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = static_cast<double>(trained.row(r)[c]);
        return result;
    }

private:
    static support::csr random_pairs(std::size_t users, std::size_t items) {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        const pleach::random_stream die(5);
        for (std::uint32_t u = 0; u + 1 < users; ++u)
            for (std::uint32_t i = 0; i + 1 < items; ++i)
                if (die.uniform(u, i) < 0.3) pairs.emplace_back(u, i);
        return support::make_csr(users, pairs);
    }
};

/// first .. last - 1
[[nodiscard]] inline std::vector<std::uint32_t> range(std::uint32_t first, std::uint32_t last) {
    std::vector<std::uint32_t> result;
    for (; first < last; ++first) result.push_back(first);
    return result;
}

}  // namespace tests
