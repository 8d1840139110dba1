// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/rotated.hpp>

#include <pleach/frozen/nested_rows.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/table/footprint.hpp>
#include <pleach/table/top_k.hpp>
#include <pleach/testing/conformance.hpp>
#include <pleach/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace rotated_test {

namespace {

template <class T>
auto table_of(std::size_t rows, std::size_t dim) {
    pleach::matrix<T> any(tests::normal_table<T>(dim, dim, 4).rows());
    return pleach::rotated(tests::normal_table<T>(rows, dim, 3), std::move(any));
}

}  // namespace

TEST_CASE("a rotated row is the matrix times the row of the base") {
    const auto table = table_of<double>(5, 3);
    std::vector<double> row(3);
    table.lookup(2, row);
    for (std::size_t r = 0; r < 3; ++r) {
        double expected = 0;
        for (std::size_t c = 0; c < 3; ++c) expected += table.rotation().row(r)[c] * table.base().row(2)[c];
        CHECK(row[r] == tests::approx(expected));
    }
}

TEST_CASE("a rotated table conforms, and its gradients are those of finite differences") {
    const auto table = table_of<double>(6, 4);
    const auto report = pleach::testing::check(table);
    CAPTURE(report.text());
    CHECK(report.passed());
}

TEST_CASE("ranking turns the queries instead of the rows") {
    const auto table = table_of<float>(500, 8);
    pleach::dense_table<float> expanded(500, 8);
    for (std::uint32_t i = 0; i < 500; ++i) table.lookup(i, expanded.row(i));
    const auto queries = tests::normal_table<float>(7, 8, 9);
    std::vector<std::vector<std::size_t>> found, expected;
    const auto into = [](auto& lists) {
        return [&lists](std::size_t, auto best) {
            auto& ids = lists.emplace_back();
            for (const auto& one : best) ids.push_back(one.id);
        };
    };
    pleach::top_k(table, queries.rows(), 10, into(found));
    pleach::top_k(expanded, queries.rows(), 10, into(expected));
    CHECK(found == expected);
    std::vector<float> scores(500), row(8);
    pleach::score(table, queries.row(0), scores);
    for (std::uint32_t i = 0; i < 500; ++i)
        CHECK(std::abs(scores[i] - pleach::dot(queries.row(0).data(), expanded.row(i).data(), 8)) < 1e-4F);
}

TEST_CASE("the matrix is counted, and no step moves it") {
    auto table = table_of<float>(10, 4);
    CHECK(pleach::footprint(table).stored == 10 * 4 + 4 * 4);
    const auto before = table.rotation();
    auto gradient = table.make_gradient();
    const std::vector<float> upstream(4, 1.0F);
    table.accumulate(3, upstream, gradient);
    pleach::optimizer rule(table, pleach::sgd{.learning_rate = 0.1F});
    rule.step(table, gradient);
    CHECK(table.rotation() == before);
}

TEST_CASE("a frozen rotated table has the rows of the table, also when its type is not known") {
    using frozen_table = pleach::rotated<pleach::frozen::dense_rows<>>;
    const auto table = table_of<float>(30, 5);
    const auto image = std::make_shared<const pleach::frozen::image>(pleach::freeze<frozen_table>(table));
    const auto known = pleach::frozen::view<frozen_table>(image);
    const auto nested = pleach::frozen::view<pleach::frozen::nested_rows>(image);
    std::vector<float> expected(5), a(5), b(5);
    for (std::uint32_t i = 0; i < 30; ++i) {
        table.lookup(i, expected);
        known.lookup(i, a);
        nested.lookup(i, b);
        REQUIRE(a == expected);
        REQUIRE(b == expected);
    }
}

TEST_CASE("a frozen matrix that is not finite, or of another size, is refused") {
    using frozen_table = pleach::rotated<pleach::frozen::dense_rows<>>;
    const auto image = pleach::freeze<frozen_table>(table_of<float>(30, 5));
    const auto refused_with = [&](std::vector<float> rotation) {
        pleach::frozen::sections changed = image.content();
        changed.add("rotation", std::span<const float>(rotation));
        pleach::frozen::defect wrong;
        CHECK(!pleach::frozen::view<frozen_table>(changed, wrong));
        return wrong.code;
    };
    const std::span<const float> good = *image.content().find<float>("rotation");
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> rotation(good.begin(), good.end());
        rotation[7] = bad;
        CHECK(refused_with(rotation) == pleach::frozen_errc::not_finite);
    }
    CHECK(refused_with(std::vector<float>(24)) == pleach::frozen_errc::wrong_size);
    CHECK(refused_with(std::vector<float>(26)) == pleach::frozen_errc::wrong_size);
}

TEST_CASE("a matrix of another width is refused") {
    CHECK_THROWS_WITH(pleach::rotated(tests::normal_table<float>(5, 3), pleach::matrix<float>(3, 2)),
                      "pleach::rotated: the matrix is 3 x 2, but rows of 3 columns need one of as many rows and columns");
}

}  // namespace rotated_test
