// SPDX-License-Identifier: Apache-2.0
#include <pleach/factor/sparse_rotation.hpp>

#include <pleach/interop/openmp.hpp>

#include "support/catch.hpp"

#include <limits>

namespace sparse_rotation_test {

using pleach::matrix;

namespace {

matrix<double> normal_rows(std::size_t n, std::size_t d, std::uint64_t seed) {
    matrix<double> rows(n, d);
    const pleach::random_stream stream(seed);
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < d; ++c) rows.row(r)[c] = stream.normal(r, c);
    return rows;
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
    return sum;
}

std::size_t nonzeros(const matrix<double>& m) {
    std::size_t count = 0;
    for (const double x : m.elements()) count += x != 0;
    return count;
}

}  // namespace

TEST_CASE("A rotation that keeps every value keeps every product of two rows") {
    const matrix<double> rows = normal_rows(30, 5, 1);
    const auto turned = pleach::sparse_rotation<double>(rows.view(), {.keep = 150});
    CHECK(turned.objective.back() < 1e-20);
    for (std::size_t a = 0; a < 30; ++a)
        for (std::size_t b = 0; b < 30; ++b)
            CHECK(dot(turned.codes.row(a), turned.codes.row(b)) == tests::approx(dot(rows.row(a), rows.row(b))).margin(1e-12));
    for (std::size_t a = 0; a < 5; ++a)
        for (std::size_t b = 0; b < 5; ++b)
            CHECK(dot(turned.axes.row(a), turned.axes.row(b)) == tests::approx(a == b).margin(1e-12));
}

TEST_CASE("A rotation finds the axes of rows that are sparse on some") {
    // One or two values of six in a row, turned by axes that are unknown.
    matrix<double> sparse(400, 6), rows(400, 6);
    const pleach::random_stream stream(7);
    for (std::size_t r = 0; r < 400; ++r) {
        sparse.row(r)[stream.below(6, r, 1)] = 1 + stream.uniform(r, 2);
        if (r % 2 == 0) sparse.row(r)[stream.below(6, r, 3)] = -1 - stream.uniform(r, 4);
    }
    const std::size_t kept = nonzeros(sparse);
    const auto axes = pleach::sparse_rotation<double>(normal_rows(6, 6, 3).view(), {.keep = 36}).axes;
    for (std::size_t r = 0; r < 400; ++r)
        for (std::size_t c = 0; c < 6; ++c) {
            double sum = 0;
            for (std::size_t l = 0; l < 6; ++l) sum += sparse.row(r)[l] * axes.row(l)[c];
            rows.row(r)[c] = sum;
        }
    const auto turned = pleach::sparse_rotation<double>(rows.view(), {.keep = kept, .tolerance = 1e-12, .seed = 4});
    CHECK(nonzeros(turned.codes) == kept);
    CHECK(turned.objective.back() < 1e-16);
    for (std::size_t l = 0; l < 6; ++l) {  // each axis is one of theirs, but for its sign and place
        double nearest = 0;
        for (std::size_t m = 0; m < 6; ++m) nearest = std::max(nearest, std::abs(dot(turned.axes.row(l), axes.row(m))));
        CHECK(nearest == tests::approx(1));
    }
}

TEST_CASE("The objective of a rotation is what was cut, and never rises") {
    const matrix<double> rows = normal_rows(80, 7, 2);
    const auto turned = pleach::sparse_rotation<double>(rows.view(), {.keep = 150, .tolerance = 1e-9});
    REQUIRE(turned.objective.size() > 3);
    for (std::size_t t = 1; t < turned.objective.size(); ++t)
        CHECK(turned.objective[t] <= turned.objective[t - 1] * (1 + 1e-12));
    CHECK(turned.converged);
    CHECK(nonzeros(turned.codes) == 150);
    double left = 0;
    for (std::size_t r = 0; r < 80; ++r)
        for (std::size_t c = 0; c < 7; ++c) {
            double x = rows.row(r)[c];
            for (std::size_t l = 0; l < 7; ++l) x -= turned.codes.row(r)[l] * turned.axes.row(l)[c];
            left += x * x;
        }
    CHECK(turned.objective.back() == tests::approx(left / 2));
    // Better than cutting the rows as they stand.
    matrix<double> plain = rows;
    CHECK(turned.objective.back() < 0.5 * pleach::detail::keep_largest(plain.elements(), 150));
}

TEST_CASE("A rotation has the same bits on any number of threads") {
    matrix<float> rows(5000, 4);
    const pleach::random_stream stream(9);
    for (std::size_t r = 0; r < 5000; ++r)
        for (std::size_t c = 0; c < 4; ++c) rows.row(r)[c] = static_cast<float>(stream.normal(r, c));
    const pleach::rotation_options options{.keep = 6000, .iterations = 4};
    const auto one = pleach::sparse_rotation<float>(rows.view(), options);
    const auto two = pleach::sparse_rotation<float>(rows.view(), options, pleach::openmp{2});
    CHECK(std::ranges::equal(one.codes.elements(), two.codes.elements()));
}

TEST_CASE("A rotation says what it cannot do") {
    matrix<double> rows = normal_rows(4, 3, 1);
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::sparse_rotation<double>(rows.view(), {.keep = 13}), std::invalid_argument,
        "pleach::sparse_rotation: 13 values are to be kept of 4 rows of 3; keep at least 1, and no more than there are");
    REQUIRE_THROWS_AS(pleach::sparse_rotation<double>(rows.view(), {}), std::invalid_argument);
    rows.row(2)[1] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH_SENTENCE(pleach::sparse_rotation<double>(rows.view(), {.keep = 3}), std::invalid_argument,
                                 "pleach::sparse_rotation: row 2 holds a value that is not finite; leave such rows out");
}

}  // namespace sparse_rotation_test
