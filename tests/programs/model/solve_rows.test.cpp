// SPDX-License-Identifier: Apache-2.0
#include "support/model/solve_rows.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

#include <Eigen/Dense>

#include <limits>

namespace solve_rows_test {

namespace {

constexpr std::size_t users = 9, items = 12, nodes = users + items, layers = 3;

// Random pairs; the last user and the last item stay alone.
support::csr random_pairs() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const pleach::random_stream die(5);
    for (std::uint32_t u = 0; u + 1 < users; ++u)
        for (std::uint32_t i = 0; i + 1 < items; ++i)
            if (die.uniform(u, i) < 0.3) pairs.emplace_back(u, i);
    return support::make_csr(users, pairs);
}

struct model {
    support::bipartite_graph graph{random_pairs(), items};
    pleach::matrix<float> trained;

    explicit model(std::size_t dim = 5) : trained(tests::normal_table<float>(nodes, dim, 3).rows()) {}

    // The mean of layers as a matrix, from the definition.
    [[nodiscard]] Eigen::MatrixXd propagation() const {
        Eigen::MatrixXd a = Eigen::MatrixXd::Zero(nodes, nodes);
        for (std::size_t n = 0; n < nodes; ++n)
            for (const std::uint32_t m : graph.neighbors(n))
                a(static_cast<Eigen::Index>(n), m) =
                    1 / std::sqrt(static_cast<double>(graph.scale(n)) * static_cast<double>(graph.scale(m)));
        Eigen::MatrixXd power = Eigen::MatrixXd::Identity(nodes, nodes), sum = power;
        for (std::size_t k = 0; k < layers; ++k) {
            power = a * power;
            sum += power;
        }
        return sum / static_cast<double>(layers + 1);
    }
    [[nodiscard]] Eigen::MatrixXd rows() const {
        Eigen::MatrixXd result(nodes, trained.cols());
        for (std::size_t r = 0; r < nodes; ++r)
            for (std::size_t c = 0; c < trained.cols(); ++c)
                result(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = static_cast<double>(trained.row(r)[c]);
        return result;
    }
    template <class Executor = pleach::sequential>
    [[nodiscard]] support::solved_rows solve(const std::vector<std::uint32_t>& kept, std::size_t steps,
                                             const Executor& exec = {}) const {
        return support::solve_rows(graph, trained.view(), layers, kept, steps, exec);
    }
};

std::vector<std::uint32_t> range(std::uint32_t first, std::uint32_t last) {
    std::vector<std::uint32_t> result;
    for (; first < last; ++first) result.push_back(first);
    return result;
}

}  // namespace

TEST_CASE("Solved rows are the least-squares solution of the dense system") {
    const model given;
    const Eigen::MatrixXd p = given.propagation(), wanted = p * given.rows();
    for (const auto& kept : {range(users, nodes), range(0, users), std::vector<std::uint32_t>{1, 4, 11, 15, 20}}) {
        Eigen::MatrixXd ps(nodes, kept.size());
        for (std::size_t k = 0; k < kept.size(); ++k) ps.col(static_cast<Eigen::Index>(k)) = p.col(kept[k]);
        const Eigen::MatrixXd exact = ps.colPivHouseholderQr().solve(wanted);
        const support::solved_rows solved = given.solve(kept, 60);
        double worst = 0;
        for (std::size_t k = 0; k < kept.size(); ++k)
            for (std::size_t c = 0; c < solved.rows.cols(); ++c)
                worst = std::max(worst, std::abs(exact(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(c)) -
                                                 static_cast<double>(solved.rows.row(k)[c])));
        CAPTURE(kept);
        CHECK(worst < 2e-3 * exact.cwiseAbs().maxCoeff());
        CHECK(solved.error == tests::approx((ps * exact - wanted).squaredNorm() / wanted.squaredNorm()).epsilon(1e-3));
    }
}

TEST_CASE("Every step of the solution brings the propagated rows nearer, and all rows need none") {
    const model given;
    double before = given.solve(range(users, nodes), 0).error;
    REQUIRE(before > 0.05);
    for (std::size_t steps = 1; steps < 8; ++steps) {
        const double error = given.solve(range(users, nodes), steps).error;
        CHECK(error < before);
        before = error;
    }
    const support::solved_rows all = given.solve(range(0, nodes), 10);
    CHECK(all.rows == given.trained);
    CHECK(all.error == 0);
}

TEST_CASE("Solved rows have the same bits on any number of threads, and each column is solved by itself") {
    const model given(20);
    const auto kept = range(users, nodes);
    const support::solved_rows one = given.solve(kept, 15);
    for (const int threads : {1, 2, 5}) {
        const support::solved_rows other = given.solve(kept, 15, pleach::openmp{threads});
        CHECK(other.rows == one.rows);
        CHECK(other.error == one.error);
    }
    model fewer(20);
    for (std::size_t r = 0; r < nodes; ++r)
        for (std::size_t c = 3; c < 20; ++c) fewer.trained.row(r)[c] = 0;
    const support::solved_rows first = fewer.solve(kept, 15);
    for (std::size_t k = 0; k < kept.size(); ++k)
        for (std::size_t c = 0; c < 20; ++c) REQUIRE(first.rows.row(k)[c] == (c < 3 ? one.rows.row(k)[c] : 0.0F));
}

TEST_CASE("Rows are kept by their neighbors, of equal ones the lower, in ascending order") {
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs{{0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 2}, {2, 3}, {3, 2}};
    const support::bipartite_graph graph(support::make_csr(4, pairs), 4);
    CHECK(support::choose_rows(graph, 0, 1) == range(4, 8));
    CHECK(support::choose_rows(graph, 1, 1) == range(0, 8));
    CHECK(support::choose_rows(graph, 0, 0.5) == std::vector<std::uint32_t>{5, 6});
    CHECK(support::choose_rows(graph, 0.5, 0.75) == std::vector<std::uint32_t>{0, 2, 4, 5, 6});
    CHECK(support::choose_rows(graph, 0, 0.1).empty());
}

TEST_CASE("What cannot be solved is refused with what to do") {
    model given;
    REQUIRE_THROWS_WITH_SENTENCE(given.solve({}, 5), std::invalid_argument, "keep for example the rows of the items");
    REQUIRE_THROWS_WITH_SENTENCE(given.solve({3, 21}, 5), std::invalid_argument,
                                 "row 21 should be kept, but the table has only 21");
    REQUIRE_THROWS_WITH_SENTENCE(given.solve({3, 3}, 5), std::invalid_argument, "give each once, in ascending order");
    const pleach::matrix<float> shorter(nodes - 1, 5);
    REQUIRE_THROWS_WITH_SENTENCE(support::solve_rows(given.graph, shorter.view(), layers, range(0, 3), 5, pleach::sequential{}),
                                 std::invalid_argument, "the table has 20 rows, but the graph 9 users and 12 items");
    given.trained.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(given.solve(range(0, 3), 5), std::invalid_argument, "row 7, column 2 is");
}

}  // namespace solve_rows_test
