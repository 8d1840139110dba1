// SPDX-License-Identifier: Apache-2.0
#include "support/model/solve_rows.hpp"

#include "programs/model/small_graph.hpp"
#include "support/catch.hpp"

#include <pleach/interop/openmp.hpp>

#include <limits>

namespace solve_rows_test {

using tests::range;

namespace {

constexpr std::size_t of_users = 9, of_items = 12, of_both = of_users + of_items;

struct model : tests::small_graph {
    explicit model(std::size_t dim = 5) : small_graph(of_users, of_items, dim) {}

    template <class Executor = pleach::sequential>
    [[nodiscard]] support::solved_rows solve(const std::vector<std::uint32_t>& kept, std::size_t steps,
                                             const Executor& exec = {}) const {
        return support::solve_rows(graph, trained.view(), layers, kept, steps, exec);
    }
};

}  // namespace

TEST_CASE("Solved rows are the least-squares solution of the dense system") {
    const model given;
    const Eigen::MatrixXd wanted = given.propagation() * given.rows();
    for (const auto& kept : {range(of_users, of_both), range(0, of_users), std::vector<std::uint32_t>{1, 4, 11, 15, 20}}) {
        const Eigen::MatrixXd ps = given.propagation_of(kept);
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
    double before = given.solve(range(of_users, of_both), 0).error;
    REQUIRE(before > 0.05);
    for (std::size_t steps = 1; steps < 8; ++steps) {
        const double error = given.solve(range(of_users, of_both), steps).error;
        CHECK(error < before);
        before = error;
    }
    const support::solved_rows all = given.solve(range(0, of_both), 10);
    CHECK(all.rows == given.trained);
    CHECK(all.error == 0);
}

TEST_CASE("Solved rows have the same bits on any number of threads, and each column is solved by itself") {
    const model given(20);
    const auto kept = range(of_users, of_both);
    const support::solved_rows one = given.solve(kept, 15);
    for (const int threads : {1, 2, 5}) {
        const support::solved_rows other = given.solve(kept, 15, pleach::openmp{threads});
        CHECK(other.rows == one.rows);
        CHECK(other.error == one.error);
    }
    model fewer(20);
    for (std::size_t r = 0; r < of_both; ++r)
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
    const pleach::matrix<float> shorter(of_both - 1, 5);
    REQUIRE_THROWS_WITH_SENTENCE(support::solve_rows(given.graph, shorter.view(), 3, range(0, 3), 5, pleach::sequential{}),
                                 std::invalid_argument, "the table has 20 rows, but the graph 9 users and 12 items");
    given.trained.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(given.solve(range(0, 3), 5), std::invalid_argument, "row 7, column 2 is");
}

}  // namespace solve_rows_test
