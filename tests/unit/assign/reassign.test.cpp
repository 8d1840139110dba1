// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/reassign.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

#include <Eigen/QR>

#include <limits>
#include <numeric>

namespace reassign_test {

using pleach::matching_pursuit;
using pleach::matrix;
using pleach::matrix_view;
using pleach::pseudo_inverse;

namespace {

template <class T>
using dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
matrix<T> normal_rows(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    const auto table = tests::normal_table<T>(rows, cols, seed);
    return matrix<T>(table.rows());
}

// S C for a planted S.
template <class T>
matrix<T> planted_rows(const pleach::assignment<T>& s, const matrix<T>& codes) {
    matrix<T> rows(s.size(), codes.cols());
    for (std::size_t x = 0; x < s.size(); ++x)
        for (std::size_t k = 0; k < s.terms(); ++k)
            for (std::size_t c = 0; c < codes.cols(); ++c) rows.row(x)[c] += s.weight(x, k) * codes.row(s.id(x, k))[c];
    return rows;
}

template <class T>
dense<double> eigen_of(const matrix<T>& rows) {
    dense<double> copy(static_cast<Eigen::Index>(rows.rows()), static_cast<Eigen::Index>(rows.cols()));
    for (std::size_t r = 0; r < rows.rows(); ++r)
        for (std::size_t c = 0; c < rows.cols(); ++c)
            copy(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = static_cast<double>(rows.row(r)[c]);
    return copy;
}

// |h - sum of its codes|^2 over all rows.
template <class T>
double squared_error(const matrix<T>& rows, const matrix<T>& codes, const pleach::assignment<T>& s) {
    const matrix<T> made = planted_rows(s, codes);
    double sum = 0;
    for (std::size_t i = 0; i < made.elements().size(); ++i) {
        const double d = static_cast<double>(rows.elements()[i]) - static_cast<double>(made.elements()[i]);
        sum += d * d;
    }
    return sum;
}

template <class T>
matrix_view<const T> view(const matrix<T>& rows) {
    return rows.view();
}

void require_same_up_to_order(const pleach::assignment<double>& a, const pleach::assignment<double>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t x = 0; x < a.size(); ++x)
        for (std::size_t k = 0; k < a.terms(); ++k) {
            double found = 0;
            for (std::size_t j = 0; j < b.terms(); ++j)
                if (b.id(x, j) == a.id(x, k)) found = b.weight(x, j);
            REQUIRE(found == tests::approx(a.weight(x, k)).epsilon(1e-6));
        }
}

}  // namespace

TEST_CASE("with as many columns as codes, a planted assignment is recovered") {
    const auto planted = tests::random_assignment<double>(700, 12, 2);
    const auto codes = normal_rows<double>(12, 20, 4);
    const auto rows = planted_rows(planted, codes);
    require_same_up_to_order(planted, pleach::reassign(view(rows), view(codes), 2, pseudo_inverse{}));
    // One code after the other needs codes that do not point alike.
    matrix<double> apart(12, 20);
    for (std::size_t j = 0; j < 12; ++j) apart.row(j)[j] = 1 + static_cast<double>(j);
    require_same_up_to_order(planted, pleach::reassign(view(planted_rows(planted, apart)), view(apart), 2, matching_pursuit{}));
}

TEST_CASE("the pseudo-inverse is that of a rank-revealing decomposition, for wide, tall and deficient codes") {
    for (const auto& [codes_count, dim] : {std::pair<std::size_t, std::size_t>{6, 11}, {11, 6}, {8, 8}}) {
        auto codes = normal_rows<double>(codes_count, dim, 3);
        for (const bool is_deficient : {false, true}) {
            if (is_deficient)
                for (std::size_t c = 0; c < dim; ++c) codes.row(2)[c] = codes.row(0)[c] - 2 * codes.row(1)[c];
            const auto rows = normal_rows<double>(40, dim, 5);
            const dense<double> exact = eigen_of(rows) * eigen_of(codes).completeOrthogonalDecomposition().pseudoInverse();
            const auto s = pleach::reassign(view(rows), view(codes), 3, pseudo_inverse{});
            for (std::size_t x = 0; x < 40; ++x) {
                std::vector<double> of_row(codes_count);
                for (std::size_t j = 0; j < codes_count; ++j)
                    of_row[j] = exact(static_cast<Eigen::Index>(x), static_cast<Eigen::Index>(j));
                for (std::size_t k = 0; k < 3; ++k)
                    CHECK(s.weight(x, k) == tests::approx(std::max(0.0, of_row[s.id(x, k)])).epsilon(1e-8).margin(1e-9));
                std::ranges::sort(of_row, std::greater<>());
                CHECK(s.weight(x, 2) == tests::approx(std::max(0.0, of_row[2])).epsilon(1e-8).margin(1e-9));
            }
        }
    }
}

TEST_CASE("a pursuit fits rows better than cutting the exact solution, and more terms fit better") {
    const auto codes = normal_rows<float>(60, 16, 3);
    const auto rows = normal_rows<float>(300, 16, 6);
    double last = 1e300;
    for (std::size_t terms = 1; terms <= 6; ++terms) {
        const double pursued = squared_error(rows, codes, pleach::reassign(view(rows), view(codes), terms, matching_pursuit{}));
        const double cut = squared_error(rows, codes, pleach::reassign(view(rows), view(codes), terms, pseudo_inverse{}));
        CAPTURE(terms, pursued, cut);
        CHECK(pursued < cut);
        CHECK(pursued < last);
        last = pursued;
    }
}

TEST_CASE("a pursuit of one term takes the best code of all, and weights of several are optimal from 0") {
    const auto codes = normal_rows<double>(9, 7, 3);
    const auto rows = normal_rows<double>(50, 7, 6);
    const auto one = pleach::reassign(view(rows), view(codes), 1, matching_pursuit{});
    const auto three = pleach::reassign(view(rows), view(codes), 3, matching_pursuit{});
    const auto dot = [](auto a, auto b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); };
    for (std::size_t x = 0; x < 50; ++x) {
        double best = 0;
        for (std::size_t j = 0; j < 9; ++j) {
            const double along = dot(rows.row(x), codes.row(j));
            if (along > 0) best = std::max(best, along * along / dot(codes.row(j), codes.row(j)));
        }
        const double along = dot(rows.row(x), codes.row(one.id(x, 0)));
        CHECK(along * along / dot(codes.row(one.id(x, 0)), codes.row(one.id(x, 0))) == tests::approx(best));
        std::vector<double> left(rows.row(x).begin(), rows.row(x).end());
        for (std::size_t k = 0; k < 3; ++k)
            for (std::size_t c = 0; c < 7; ++c) left[c] -= three.weight(x, k) * codes.row(three.id(x, k))[c];
        for (std::size_t k = 0; k < 3; ++k) {  // Karush, Kuhn and Tucker
            const double slope = dot(left, codes.row(three.id(x, k)));
            if (three.weight(x, k) > 0)
                CHECK(std::abs(slope) < 1e-9);
            else
                CHECK(slope < 1e-9);
        }
    }
}

TEST_CASE("what only negative weights could make gets weights of zero") {
    matrix<double> codes(2, 2), rows(1, 2);
    codes.row(0)[0] = codes.row(1)[1] = 1;
    rows.row(0)[0] = rows.row(0)[1] = -1;
    for (const auto& s : {pleach::reassign(view(rows), view(codes), 2, pseudo_inverse{}),
                          pleach::reassign(view(rows), view(codes), 2, matching_pursuit{})}) {
        CHECK((s.weight(0, 0) == 0 && s.weight(0, 1) == 0));
        CHECK(s.id(0, 0) != s.id(0, 1));
    }
}

TEST_CASE("assignments have the same bits for any number of threads") {
    const auto codes = normal_rows<float>(60, 16, 3);
    const auto rows = normal_rows<float>(5000, 16, 6);
    const auto by = [&](auto how, int threads) {
        return pleach::reassign(view(rows), view(codes), 2, how, pleach::openmp{threads});
    };
    CHECK(by(pseudo_inverse{}, 1) == by(pseudo_inverse{}, 7));
    CHECK(by(matching_pursuit{}, 1) == by(matching_pursuit{}, 7));
}

TEST_CASE("scores of coarse and fine codes equal the products that are never there") {
    const auto rows = normal_rows<double>(20000, 8, 1);
    const auto coarse = normal_rows<double>(12, 8, 2), fine = normal_rows<double>(5, 8, 3);
    const auto scores = pleach::code_scores(view(rows), view(coarse), view(fine), pleach::openmp{3});
    const dense<double> h = eigen_of(rows);
    const dense<double> t1 = h * eigen_of(coarse).completeOrthogonalDecomposition().pseudoInverse();
    const dense<double> t2 = h * eigen_of(fine).completeOrthogonalDecomposition().pseudoInverse();
    const dense<double> exact = t1.transpose() * t2;
    CHECK((eigen_of(scores) - exact).norm() < 1e-9 * exact.norm());
    CHECK(scores == pleach::code_scores(view(rows), view(coarse), view(fine)));
}

TEST_CASE("what cannot be solved is refused in a sentence") {
    using wrong = std::invalid_argument;
    auto rows = normal_rows<float>(3, 4, 1);
    auto codes = normal_rows<float>(5, 4, 2);
    const auto try_both = [&](std::size_t terms, const char* part) {
        REQUIRE_THROWS_WITH_SENTENCE(pleach::reassign(view(rows), view(codes), terms, pseudo_inverse{}), wrong, part);
        REQUIRE_THROWS_WITH_SENTENCE(pleach::reassign(view(rows), view(codes), terms, matching_pursuit{}), wrong, part);
    };
    try_both(6, "6 terms, but the codebook has 5 rows");
    try_both(0, "0 terms");
    rows.row(1)[2] = std::numeric_limits<float>::quiet_NaN();
    try_both(2, "row 1 is not finite");
    rows.row(1)[2] = 0;
    codes.row(4)[0] = std::numeric_limits<float>::infinity();
    try_both(2, "in row 4, but must be finite");
    codes = matrix<float>(0, 4);
    try_both(1, "are empty");
    codes = matrix<float>(5, 3);
    try_both(1, "3 columns, but the rows have 4");
    codes = matrix<float>(5, 4);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::reassign(view(rows), view(codes), 1, pseudo_inverse{}), wrong, "all codes are zero");
}

}  // namespace reassign_test
