// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/matrix.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace matrix_test {

using pleach::matrix;
using pleach::matrix_view;

TEST_CASE("a new matrix is zero and begins at a cache line") {
    const std::size_t cols = GENERATE(as<std::size_t>{}, 1, 20, 64, 130);
    const matrix<float> m(1000, cols);
    REQUIRE(m.elements().size() == 1000 * cols);
    REQUIRE(std::ranges::all_of(m.elements(), [](float x) { return x == 0; }));
    REQUIRE(reinterpret_cast<std::uintptr_t>(m.data()) % 64 == 0);
}

TEST_CASE("a large matrix is zero too") {
    const matrix<double> m(1 << 16, 16);
    REQUIRE(std::ranges::all_of(m.elements(), [](double x) { return x == 0; }));
}

TEST_CASE("a copy of a matrix is a snapshot") {
    matrix<float> a(2, 3);
    a.row(1)[2] = 5;
    const matrix<float> b = a;
    a.row(1)[2] = 6;
    REQUIRE(b.row(1)[2] == 5);
    REQUIRE_FALSE(a == b);
    matrix<float> c;
    c = b;
    REQUIRE(c == b);
}

TEST_CASE("a moved matrix keeps its memory") {
    matrix<float> a(2, 3);
    const float* where = a.data();
    const matrix<float> b = std::move(a);
    REQUIRE(b.data() == where);
}

TEST_CASE("a matrix copies strided rows without their gaps") {
    const float values[] = {1, 2, 0, 3, 4, 0};
    const matrix<float> m(matrix_view<const float>(values, 2, 2, 3));
    REQUIRE(m.row(0)[1] == 2);
    REQUIRE(m.row(1)[0] == 3);
    REQUIRE(m.elements().size() == 4);
}

TEST_CASE("a matrix whose size overflows is refused") {
    const std::size_t huge = std::numeric_limits<std::size_t>::max() / 8;
    REQUIRE_THROWS_WITH_SENTENCE(matrix<float>(huge, 16), std::invalid_argument, "do not fit in memory addresses");
}

TEST_CASE("a matrix may be without rows or columns") {
    REQUIRE(matrix<float>(0, 8).elements().empty());
    REQUIRE(matrix<float>(8, 0).elements().empty());
    REQUIRE(matrix<float>(0, 8) == matrix<float>(0, 8));
    REQUIRE_FALSE(matrix<float>(0, 8) == matrix<float>(8, 0));
}

}  // namespace matrix_test
