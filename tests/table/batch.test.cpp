// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/batch.hpp>
#include <pleach/testing/reference.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

using ids = std::vector<std::uint32_t>;
using pleach::matrix;
using pleach::testing::rows_of;

namespace {

ids random_ids(std::size_t count, std::size_t size, std::uint64_t seed = 1) {
    ids result(count);
    for (std::size_t j = 0; j < count; ++j)
        result[j] = static_cast<std::uint32_t>(pleach::random_stream(seed).fork("ids").below(size, j));
    return result;
}

// What a user may write: no rows, no add_to, no prefetch.
struct halved {
    using value_type = double;
    using id_type = std::uint32_t;
    const pleach::dense_table<double>* table;
    std::size_t size() const { return table->size(); }
    std::size_t dim() const { return table->dim(); }
    void lookup(id_type id, std::span<double> out) const {
        table->lookup(id, out);
        for (double& x : out)
            x /= 2;
    }
};

}  // namespace

TEST_CASE("gather copies rows in order, repeated ones too") {
    const auto table = tests::normal_table<float>(50, 7);
    const ids some = random_ids(3000, 50);
    matrix<float> out(some.size(), 7);
    pleach::gather(table, std::span<const std::uint32_t>(some), out.view());
    for (std::size_t j = 0; j < some.size(); ++j)
        REQUIRE(tests::same_bits(out.row(j), table.row(some[j])));
}

TEST_CASE("gather writes rows of any stride and nothing between them") {
    const auto table = tests::normal_table<float>(50, 3);
    const ids some{4, 4, 1};
    std::vector<float> memory(15, 9.f);
    pleach::gather(table, std::span<const std::uint32_t>(some), pleach::matrix_view<float>(memory.data(), 3, 3, 5));
    for (std::size_t j = 0; j < 3; ++j) {
        REQUIRE(tests::same_bits(std::span(memory).subspan(5 * j, 3), table.row(some[j])));
        REQUIRE(memory[5 * j + 3] == 9);
    }
}

TEST_CASE("an empty batch does nothing") {
    const auto table = tests::normal_table<float>(5, 3);
    matrix<float> none(0, 3);
    pleach::gather(table, std::span<const std::uint32_t>(), none.view());
    auto gradient = table.make_gradient();
    pleach::accumulate(table, std::span<const std::uint32_t>(), std::as_const(none).view(), gradient);
    REQUIRE(gradient.is_empty());
}

TEST_CASE("an id beyond the table is named, and nothing is written") {
    const auto table = tests::normal_table<float>(5, 3);
    matrix<float> out(2, 3);
    const ids wrong = GENERATE(ids{0, 5}, ids{0, 4294967295u});
    const auto message =
        "id " + std::to_string(wrong[1]) + " at position 1 is not in the table, whose ids are 0 to 5 - 1";
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(table, std::span<const std::uint32_t>(wrong), out.view()),
                                 std::out_of_range, "pleach::gather: " + message);
    REQUIRE(out == matrix<float>(2, 3));
    auto gradient = table.make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::accumulate(table, std::span<const std::uint32_t>(wrong), std::as_const(out).view(), gradient),
        std::out_of_range, "pleach::accumulate: " + message);
    REQUIRE(gradient.is_empty());
    const std::vector<std::size_t> offsets{0, 2};
    matrix<float> sum(1, 3);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_sum(table, std::span<const std::uint32_t>(wrong), offsets, sum.view()),
                                 std::out_of_range, "pleach::gather_sum: " + message);
}

TEST_CASE("an output of the wrong shape is refused with both shapes") {
    const auto table = tests::normal_table<float>(5, 3);
    const ids some{0, 1};
    for (matrix<float> out : {matrix<float>(1, 3), matrix<float>(3, 3), matrix<float>(2, 2), matrix<float>(2, 4)}) {
        const std::string shape = std::to_string(out.rows()) + " x " + std::to_string(out.cols());
        const std::string message = "the rows given are " + shape + ", but 2 x 3 are needed";
        REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(table, std::span<const std::uint32_t>(some), out.view()),
                                     std::invalid_argument, message);
        auto gradient = table.make_gradient();
        REQUIRE_THROWS_WITH_SENTENCE(
            pleach::accumulate(table, std::span<const std::uint32_t>(some), std::as_const(out).view(), gradient),
            std::invalid_argument, message);
        REQUIRE_THROWS_AS(pleach::gather_all(table, out.view()), std::invalid_argument);
        REQUIRE_THROWS_AS(pleach::accumulate_all(table, std::as_const(out).view(), gradient), std::invalid_argument);
        REQUIRE(gradient.is_empty());
    }
}

TEST_CASE("gather_all shows every entity") {
    const auto table = tests::normal_table<double>(2500, 5);
    matrix<double> out(2500, 5);
    pleach::gather_all(table, out.view());
    REQUIRE(rows_of(out.view()) == rows_of(table));
}

TEST_CASE("bags are sums of rows, and an empty one is zero") {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 3, 8, 20, 64, 130);
    const auto table = tests::normal_table<double>(50, dim);
    const ids some = random_ids(500, 50);
    const std::vector<std::size_t> offsets{0, 0, 1, 200, 200, 499, 500};
    matrix<double> out(6, dim), other(6, dim);
    std::ranges::fill(out.elements(), 7.0);
    pleach::gather_sum(table, std::span<const std::uint32_t>(some), offsets, out.view());
    const auto expected =
        pleach::testing::reference_sums(rows_of(table), std::span<const std::uint32_t>(some), offsets);
    pleach::gather_sum(halved{&table}, std::span<const std::uint32_t>(some), offsets, other.view());
    for (std::size_t b = 0; b < 6; ++b)
        for (std::size_t c = 0; c < dim; ++c) {
            REQUIRE(out.row(b)[c] == tests::approx(expected[b][c]).epsilon(1e-12).margin(1e-12));
            REQUIRE(2 * other.row(b)[c] == tests::approx(expected[b][c]).epsilon(1e-12).margin(1e-12));
        }
}

TEST_CASE("offsets that do not run from 0 to the number of ids are refused") {
    const auto table = tests::normal_table<float>(5, 3);
    const ids some{0, 1, 2};
    const auto sum = [&](const std::vector<std::size_t>& offsets) {
        matrix<float> out(offsets.empty() ? 0 : offsets.size() - 1, 3);
        pleach::gather_sum(table, std::span<const std::uint32_t>(some), offsets, out.view());
    };
    REQUIRE_THROWS_WITH_SENTENCE(sum({}), std::invalid_argument, "must begin with 0 and end with the number of ids, 3");
    REQUIRE_THROWS_WITH_SENTENCE(sum({1, 3}), std::invalid_argument, "must begin with 0");
    REQUIRE_THROWS_WITH_SENTENCE(sum({0, 4}), std::invalid_argument, "must begin with 0");
    REQUIRE_THROWS_WITH_SENTENCE(sum({0, 2}), std::invalid_argument, "must begin with 0");
    REQUIRE_THROWS_WITH_SENTENCE(sum({0, 2, 1, 3}), std::invalid_argument,
                                 "offset 2 is 1, less than the one before, 2");
}

TEST_CASE("repeated ids add their gradients") {
    const auto table = tests::normal_table<double>(20, 4);
    const ids some = random_ids(300, 20);
    const auto upstream = tests::normal_table<double>(300, 4, 9);
    auto gradient = table.make_gradient();
    pleach::accumulate(table, std::span<const std::uint32_t>(some), upstream.rows(), gradient);
    const auto expected =
        pleach::testing::reference_gradient(20, std::span<const std::uint32_t>(some), rows_of(upstream.rows()));
    for (std::size_t r = 0; r < 20; ++r)
        for (std::size_t c = 0; c < 4; ++c)
            REQUIRE((gradient.find(r).empty() ? 0 : gradient.find(r)[c]) ==
                    tests::approx(expected[r][c]).epsilon(1e-12).margin(1e-12));
}

TEST_CASE("accumulate_all equals accumulate of every id, on top of what was there") {
    const auto table = tests::normal_table<double>(1500, 4);
    const auto upstream = tests::normal_table<double>(1500, 4, 9);
    ids all(1500);
    for (std::uint32_t i = 0; i < 1500; ++i)
        all[i] = i;
    auto one = table.make_gradient(), other = table.make_gradient();
    for (auto* gradient : {&one, &other})
        table.accumulate(3, std::vector<double>{1, 2, 3, 4}, *gradient);
    pleach::accumulate(table, std::span<const std::uint32_t>(all), upstream.rows(), one);
    pleach::accumulate_all(table, upstream.rows(), other);
    for (std::size_t r = 0; r < 1500; ++r)
        REQUIRE(tests::same_bits(one.find(r), other.find(r)));
}
