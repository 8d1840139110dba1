// SPDX-License-Identifier: Apache-2.0
#include "support/model/solve_books.hpp"

#include "programs/model/small_graph.hpp"
#include "support/catch.hpp"

#include <pleach/interop/openmp.hpp>

#include <limits>

namespace solve_books_test {

using support::coded_table;
using tests::range;

namespace {

const pleach::random_stream seed(4);

coded_table<pleach::sum> fit(pleach::matrix_view<const float> rows, pleach::sum) {
    return pleach::fit_residual_codes(rows, {}, {.terms = 2, .bits = 4}, seed);
}
coded_table<pleach::concat> fit(pleach::matrix_view<const float> rows, pleach::concat) {
    return pleach::fit_product_codes(rows, {}, {.terms = 2, .bits = 4}, seed);
}

// Codewords for the items of a graph, or for all rows.
template <class Combiner>
struct model : tests::small_graph {
    std::vector<std::uint32_t> kept;
    coded_table<Combiner> table;

    model(std::size_t of_users, std::size_t of_items, std::size_t dim, std::uint32_t first_kept)
        : small_graph(of_users, of_items, dim), kept(range(first_kept, static_cast<std::uint32_t>(of_users + of_items))),
          table(fit(support::selected_rows(trained.view(), kept).view(), Combiner{})) {}

    template <class Executor = pleach::sequential>
    [[nodiscard]] support::solved_books<Combiner> solve(const coded_table<Combiner>& from, std::size_t steps,
                                                        const Executor& exec = {}) const {
        return support::solve_books(graph, trained.view(), layers, kept, from, steps, exec);
    }
    template <class Executor = pleach::sequential>
    [[nodiscard]] support::solved_books<Combiner> shape(std::size_t rounds, const Executor& exec = {}) const {
        return support::shape_codes(graph, trained.view(), layers, kept, table, rounds, exec);
    }

    // || P S H - P T ||^2 / || P T ||^2 with the matrices themselves.
    [[nodiscard]] double error_of(const coded_table<Combiner>& codes) const {
        Eigen::MatrixXd h(kept.size(), trained.cols());
        std::vector<float> row(trained.cols());
        for (std::size_t k = 0; k < kept.size(); ++k) {
            codes.lookup(static_cast<std::uint32_t>(k), row);
            for (std::size_t c = 0; c < row.size(); ++c)
                h(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(c)) = static_cast<double>(row[c]);
        }
        const Eigen::MatrixXd wanted = propagation() * rows();
        return (propagation_of(kept) * h - wanted).squaredNorm() / wanted.squaredNorm();
    }

    // The error of the least-squares books, each column solved densely with the 0/1 matrix of its codes.
    [[nodiscard]] double least_error() const {
        const Eigen::MatrixXd wanted = propagation() * rows(), ps = propagation_of(kept);
        const auto& codes = table.codes();
        double off = 0;
        for (std::size_t c = 0; c < trained.cols(); ++c) {
            Eigen::MatrixXd a = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(kept.size()),
                                                      static_cast<Eigen::Index>(codes.terms() * codes.codewords()));
            for (std::size_t x = 0; x < kept.size(); ++x)
                for (std::size_t k = 0; k < codes.terms(); ++k) {
                    const pleach::column_group group = table.group(k);
                    if (c >= group.first && c < group.first + group.count)
                        a(static_cast<Eigen::Index>(x), static_cast<Eigen::Index>(codes.row(x, k))) = 1;
                }
            const Eigen::MatrixXd whole = ps * a;
            const Eigen::VectorXd b = wanted.col(static_cast<Eigen::Index>(c));
            off += (whole * whole.completeOrthogonalDecomposition().solve(b) - b).squaredNorm();
        }
        return off / wanted.squaredNorm();
    }
};

template <class Table>
bool are_equal(const Table& a, const Table& b) {
    return a.base() == b.base() && std::ranges::equal(a.codes().bytes(), b.codes().bytes());
}

}  // namespace

TEMPLATE_TEST_CASE("Solved books are as good as the least-squares solution of the dense system", "", pleach::sum,
                   pleach::concat) {
    for (const std::uint32_t first_kept : {12U, 0U}) {  // the items alone, and all rows
        const model<TestType> given(12, 24, 5, first_kept);
        CAPTURE(first_kept);
        const auto solved = given.solve(given.table, 200);
        const double least = given.least_error(), before = given.error_of(given.table);
        CAPTURE(before, solved.error, least);
        CHECK(before > 1.05 * least);
        CHECK(solved.error == tests::approx(least).epsilon(1e-3));
        CHECK(given.error_of(solved.table) == tests::approx(solved.error).epsilon(1e-3));
        CHECK(std::ranges::equal(solved.table.codes().bytes(), given.table.codes().bytes()));
    }
}

TEMPLATE_TEST_CASE("The error after propagation falls with every step of books, and with shaping before it", "", pleach::sum,
                   pleach::concat) {
    const model<TestType> given(60, 80, 6, 60);
    double before = given.solve(given.table, 0).error;
    CHECK(before == tests::approx(given.error_of(given.table)).epsilon(1e-4));
    for (std::size_t steps = 1; steps < 6; ++steps) {
        const double error = given.solve(given.table, steps).error;
        CHECK(error < before);
        before = error;
    }
    const auto once = given.shape(1), often = given.shape(5);
    CHECK(once.error < given.error_of(given.table));
    CHECK(often.error < once.error);
    CHECK(often.error == tests::approx(given.error_of(often.table)).epsilon(1e-4));
    CHECK(given.solve(often.table, 15).error < given.solve(given.table, 15).error);
    CHECK(are_equal(given.shape(0).table, given.table));
}

TEMPLATE_TEST_CASE("Books and codes have the same bits on any number of threads", "", pleach::sum, pleach::concat) {
    const model<TestType> given(300, 700, 7, 300);
    const auto shaped = given.shape(2);
    const auto solved = given.solve(shaped.table, 6);
    for (const int threads : {2, 5}) {
        const auto other = given.shape(2, pleach::openmp{threads});
        CHECK((are_equal(other.table, shaped.table) && other.error == shaped.error));
        const auto books = given.solve(shaped.table, 6, pleach::openmp{threads});
        CHECK((are_equal(books.table, solved.table) && books.error == solved.error));
    }
}

TEST_CASE("Rows that codewords can express are found again through the graph") {
    // Every row is one of sixteen, so that one book has them all; its codewords are then off by a little.
    model<pleach::sum> given(40, 60, 5, 0);
    for (std::size_t r = 0; r < 100; ++r) std::ranges::copy(given.trained.row(r % 16), given.trained.row(r).begin());
    given.table = pleach::fit_residual_codes(given.trained.view(), {}, {.terms = 1, .bits = 4}, seed);
    REQUIRE(given.error_of(given.table) < 1e-9);
    auto off = given.table;
    for (float& x : off.base().row(3)) x += 1;
    for (float& x : off.base().row(9)) x -= 0.5F;
    REQUIRE(given.error_of(off) > 1e-3);
    CHECK(given.solve(off, 40).error < 1e-6);
}

TEST_CASE("Codes that do not belong to the kept rows of the graph are refused with what to do") {
    model<pleach::sum> given(30, 40, 5, 30);
    const auto solve = [&](std::span<const std::uint32_t> kept) {
        return support::solve_books(given.graph, given.trained.view(), 3, kept, given.table, 5, pleach::sequential{});
    };
    REQUIRE_THROWS_WITH_SENTENCE(solve({}), std::invalid_argument, "solve_books: no row is kept");
    REQUIRE_THROWS_WITH_SENTENCE(
        solve(range(31, 70)), std::invalid_argument,
        "solve_books: there are codes for 40 rows, but 39 rows are kept: fit the codes to the kept rows");
    const pleach::matrix<float> shorter(69, 5), narrower(70, 4);
    const auto shape = [&](const pleach::matrix<float>& trained) {
        return support::shape_codes(given.graph, trained.view(), 3, given.kept, given.table, 1, pleach::sequential{});
    };
    REQUIRE_THROWS_WITH_SENTENCE(shape(shorter), std::invalid_argument,
                                 "shape_codes: the table has 69 rows, but the graph 30 users and 40 items");
    REQUIRE_THROWS_WITH_SENTENCE(shape(narrower), std::invalid_argument,
                                 "shape_codes: the codewords make rows of 5 columns, but the table has 4");
    given.table.base().row(3)[2] = std::numeric_limits<float>::infinity();
    REQUIRE_THROWS_WITH_SENTENCE(solve(given.kept), std::invalid_argument, "solve_books: codeword 3, column 2 is inf");
    given.trained.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(solve(given.kept), std::invalid_argument, "solve_books: row 7, column 2 is");
}

}  // namespace solve_books_test
