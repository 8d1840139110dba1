// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/batch.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace batch_test {

using ids = std::vector<std::uint32_t>;
using pleach::matrix;
using tests::rows_of;

namespace {

ids random_ids(std::size_t count, std::size_t size, std::uint64_t seed = 1) {
    ids result(count);
    for (std::size_t j = 0; j < count; ++j)
        result[j] = static_cast<std::uint32_t>(pleach::random_stream(seed).fork("ids").below(size, j));
    return result;
}

}  // namespace

TEST_CASE("gather copies rows in order, repeated ones too") {
    const auto table = tests::normal_table<float>(50, 7);
    const ids some = random_ids(3000, 50);
    matrix<float> out(some.size(), 7);
    pleach::gather(table, std::span<const std::uint32_t>(some), out.view());
    for (std::size_t j = 0; j < some.size(); ++j) REQUIRE(tests::same_bits(out.row(j), table.row(some[j])));
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
    const auto message = "id " + std::to_string(wrong[1]) + " at position 1 is not in the table, whose ids are 0 to 5 - 1";
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather(table, std::span<const std::uint32_t>(wrong), out.view()), std::out_of_range,
                                 "pleach::gather: " + message);
    REQUIRE(out == matrix<float>(2, 3));
    auto gradient = table.make_gradient();
    REQUIRE_THROWS_WITH_SENTENCE(
        pleach::accumulate(table, std::span<const std::uint32_t>(wrong), std::as_const(out).view(), gradient),
        std::out_of_range, "pleach::accumulate: " + message);
    REQUIRE(gradient.is_empty());
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

TEST_CASE("repeated ids add their gradients") {
    const auto table = tests::normal_table<double>(20, 4);
    const ids some = random_ids(300, 20);
    const auto upstream = tests::normal_table<double>(300, 4, 9);
    auto gradient = table.make_gradient();
    pleach::accumulate(table, std::span<const std::uint32_t>(some), upstream.rows(), gradient);
    const auto expected = tests::reference_gradient(20, std::span<const std::uint32_t>(some), rows_of(upstream.rows()));
    for (std::size_t r = 0; r < 20; ++r)
        for (std::size_t c = 0; c < 4; ++c)
            REQUIRE((gradient.find(r).empty() ? 0 : gradient.find(r)[c]) ==
                    tests::approx(expected[r][c]).epsilon(1e-12).margin(1e-12));
}

TEST_CASE("accumulate_all equals accumulate of every id, on top of what was there") {
    const auto table = tests::normal_table<double>(1500, 4);
    const auto upstream = tests::normal_table<double>(1500, 4, 9);
    ids all(1500);
    for (std::uint32_t i = 0; i < 1500; ++i) all[i] = i;
    auto one = table.make_gradient(), other = table.make_gradient();
    for (auto* gradient : {&one, &other}) table.accumulate(3, std::vector<double>{1, 2, 3, 4}, *gradient);
    pleach::accumulate(table, std::span<const std::uint32_t>(all), upstream.rows(), one);
    pleach::accumulate_all(table, upstream.rows(), other);
    for (std::size_t r = 0; r < 1500; ++r) REQUIRE(tests::same_bits(one.find(r), other.find(r)));
}

TEST_CASE("an id policy decides what a bad id gets") {
    const auto table = tests::normal_table<float>(5, 3);
    const ids some{4, 9, 0, 5};
    const std::span<const std::uint32_t> asked(some);
    matrix<float> out(4, 3);
    pleach::gather(table, asked, out.view(), {.ids = pleach::id_policy::clamp});
    for (const std::size_t bad : {1U, 3U}) REQUIRE(std::ranges::equal(out.row(bad), table.row(4)));
    pleach::gather(table, asked, out.view(), {.ids = pleach::id_policy::zero});
    for (std::size_t j = 0; j < 4; ++j)
        REQUIRE(std::ranges::equal(out.row(j), some[j] < 5
                                                   ? std::vector<float>(table.row(some[j]).begin(), table.row(some[j]).end())
                                                   : std::vector<float>(3)));
    pleach::gather(table, asked.first(1), out.view().rows_from(0, 1), {.ids = pleach::id_policy::trust});
    REQUIRE(std::ranges::equal(out.row(0), table.row(4)));

    const auto upstream = tests::normal_table<float>(4, 3, 8);
    auto gradient = table.make_gradient();
    pleach::accumulate(table, asked, upstream.rows(), gradient, pleach::id_policy::zero);
    REQUIRE(std::ranges::equal(gradient.find(4), upstream.row(0)));
    REQUIRE(std::ranges::equal(gradient.find(0), upstream.row(2)));
    auto clamped = table.make_gradient();
    pleach::accumulate(table, asked, upstream.rows(), clamped, pleach::id_policy::clamp);
    REQUIRE(clamped.find(4)[1] == upstream.row(0)[1] + upstream.row(1)[1] + upstream.row(3)[1]);

    const pleach::dense_table<float> none(0, 3);
    pleach::gather(none, asked, out.view(), {.ids = pleach::id_policy::zero});
    REQUIRE(out == matrix<float>(4, 3));
    REQUIRE_THROWS_AS(pleach::gather(none, asked, out.view(), {.ids = pleach::id_policy::clamp}), std::out_of_range);
}

}  // namespace batch_test
