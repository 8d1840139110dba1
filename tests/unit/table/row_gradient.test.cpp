// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/row_gradient.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <map>

namespace row_gradient_test {

using pleach::row_gradient;

TEST_CASE("a gradient knows the rows that were touched and only those") {
    row_gradient<float> gradient(1000, 2);
    REQUIRE(gradient.is_empty());
    gradient.add(7, std::vector<float>{1, 2});
    gradient.add(999, std::vector<float>{3, 4}, 2.f);
    gradient.add(7, std::vector<float>{10, 20});
    REQUIRE(gradient.touched().size() == 2);
    REQUIRE(gradient.touched()[1] == 999);
    REQUIRE(tests::same_bits(gradient.find(7), std::vector<float>{11, 22}));
    REQUIRE(tests::same_bits(gradient.find(999), std::vector<float>{6, 8}));
    REQUIRE(gradient.find(8).empty());
    gradient.clear();
    REQUIRE(gradient.is_empty());
    REQUIRE(gradient.find(7).empty());
    REQUIRE(gradient.row(7)[0] == 0);
}

TEST_CASE("a gradient agrees with a map over random additions, clears and changes to dense") {
    const std::uint64_t seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3, 4);
    const pleach::random_stream stream(seed);
    constexpr std::size_t rows = 3000, cols = 3;
    row_gradient<double> gradient(rows, cols);
    std::map<std::size_t, std::vector<double>> model;
    for (std::uint64_t i = 0; i < 20000; ++i) {
        const std::uint64_t what = stream.below(4000, i, 0);
        if (what == 0) {
            gradient.clear();
            model.clear();
        } else if (what == 1 && gradient.touched().size() > 500) {
            REQUIRE(gradient.dense().rows() == rows);
        } else {
            const std::size_t r = stream.below(rows, i, 1);
            const auto x = tests::random_row<double>(cols, i);
            gradient.add(r, x);
            auto& row = model.try_emplace(r, cols).first->second;
            for (std::size_t c = 0; c < cols; ++c) row[c] += x[c];
        }
    }
    for (std::size_t r = 0; r < rows; ++r) {
        const auto found = std::as_const(gradient).find(r);
        const auto expected = model.find(r);
        if (expected != model.end())
            REQUIRE(std::ranges::equal(found, expected->second));
        else
            REQUIRE(std::ranges::all_of(found, [](double x) { return x == 0; }));
    }
}

TEST_CASE("dense shows every row and keeps what was there") {
    row_gradient<float> gradient(5, 2);
    gradient.add(3, std::vector<float>{1, 2});
    const pleach::matrix_view<float> all = gradient.dense();
    REQUIRE(gradient.is_dense());
    REQUIRE(all.rows() == 5);
    REQUIRE(all.row(3)[1] == 2);
    REQUIRE(all.row(0)[0] == 0);
    gradient.add(3, std::vector<float>{1, 1});
    REQUIRE(gradient.dense().row(3)[0] == 2);
    gradient.clear();
    REQUIRE(gradient.is_empty());
    REQUIRE(gradient.dense().row(3)[0] == 0);
}

TEST_CASE("memory follows the rows touched, and clearing keeps it") {
    row_gradient<float> gradient(10'000'000, 64);
    for (std::size_t i = 0; i < 1000; ++i) gradient.row(i * 9973)[0] = 1;
    REQUIRE(gradient.bytes() < 2'000'000);
    const std::size_t before = gradient.bytes();
    gradient.clear();
    for (std::size_t i = 0; i < 1000; ++i) gradient.row(i * 7)[0] = 1;
    REQUIRE(gradient.bytes() == before);
}

TEST_CASE("merging adds the rows of the other") {
    row_gradient<float> a(10, 1), b(10, 1), dense(10, 1);
    a.add(1, std::vector<float>{1});
    b.add(1, std::vector<float>{2});
    b.add(5, std::vector<float>{3});
    dense.dense().row(9)[0] = 4;
    a.merge(b);
    REQUIRE(a.find(1)[0] == 3);
    REQUIRE(a.find(5)[0] == 3);
    a.merge(dense);
    REQUIRE(a.find(1)[0] == 3);
    REQUIRE(a.find(9)[0] == 4);
}

TEST_CASE("gradients of different shapes do not merge") {
    row_gradient<float> a(10, 2);
    REQUIRE_THROWS_WITH_SENTENCE(a.merge(row_gradient<float>(10, 3)), std::invalid_argument,
                                 "cannot merge a gradient of 10 x 3 into one of 10 x 2");
}

TEST_CASE("a row that was touched is found without growing, however full the map is") {
    row_gradient<float> gradient(100000, 1);
    for (std::size_t n = 0; n < 300; ++n) {
        const std::size_t before = gradient.bytes();
        for (std::size_t r = 0; r < n; ++r) gradient.row(r)[0] += 1;
        REQUIRE(gradient.bytes() == before);
        gradient.row(n)[0] = 0;
    }
}

}  // namespace row_gradient_test
