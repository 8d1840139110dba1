// SPDX-License-Identifier: Apache-2.0

#include <pleach/table/bags.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"
#include "support/tables.hpp"

namespace bags_test {

using ids = std::vector<std::uint32_t>;
using pleach::matrix;
using tests::rows_of;

namespace {

ids random_ids(std::size_t count, std::size_t size) {
    ids result(count);
    for (std::size_t j = 0; j < count; ++j)
        result[j] = static_cast<std::uint32_t>(pleach::random_stream(1).fork("ids").below(size, j));
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
        for (double& x : out) x /= 2;
    }
};

}  // namespace

TEST_CASE("bags are sums of rows, and an empty one is zero") {
    const std::size_t dim = GENERATE(as<std::size_t>{}, 1, 3, 8, 20, 64, 130);
    const auto table = tests::normal_table<double>(50, dim);
    const ids some = random_ids(500, 50);
    const std::vector<std::size_t> offsets{0, 0, 1, 200, 200, 499, 500};
    matrix<double> out(6, dim), other(6, dim);
    std::ranges::fill(out.elements(), 7.0);
    pleach::gather_sum(table, std::span<const std::uint32_t>(some), offsets, out.view());
    const auto expected = tests::reference_sums(rows_of(table), std::span<const std::uint32_t>(some), offsets);
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
    REQUIRE_THROWS_WITH_SENTENCE(sum({0, 2, 1, 3}), std::invalid_argument, "offset 2 is 1, less than the one before, 2");
}

TEST_CASE("weighted sums weigh each row, and need a weight for each id") {
    const auto table = tests::normal_table<double>(50, 9);
    const ids some = random_ids(70, 50);
    const auto weights = tests::random_row<double>(70, 5);
    const std::vector<std::size_t> offsets{0, 20, 20, 70};
    const auto check = [&](const auto& any, double factor) {
        matrix<double> out(3, 9);
        pleach::gather_weighted_sum(any, std::span<const std::uint32_t>(some), std::span<const double>(weights), offsets,
                                    out.view());
        for (std::size_t b = 0; b < 3; ++b)
            for (std::size_t c = 0; c < 9; ++c) {
                double sum = 0;
                for (std::size_t j = offsets[b]; j < offsets[b + 1]; ++j) sum += factor * weights[j] * table.row(some[j])[c];
                REQUIRE(out.row(b)[c] == tests::approx(sum).margin(1e-12));
            }
    };
    check(table, 1);
    check(halved{&table}, 0.5);
    matrix<double> out(3, 9);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_weighted_sum(table, std::span<const std::uint32_t>(some),
                                                             std::span<const double>(weights).first(69), offsets, out.view()),
                                 std::invalid_argument, "there are 70 ids, but 69 weights");
}

TEST_CASE("means divide by the number of ids, and an empty bag is zero") {
    const auto table = tests::normal_table<double>(50, 4);
    const ids some = random_ids(7, 50);
    const std::vector<std::size_t> offsets{0, 1, 1, 7};
    matrix<double> sums(3, 4), means(3, 4);
    std::ranges::fill(means.elements(), 7.0);
    pleach::gather_sum(table, std::span<const std::uint32_t>(some), offsets, sums.view());
    pleach::gather_mean(table, std::span<const std::uint32_t>(some), offsets, means.view());
    for (std::size_t c = 0; c < 4; ++c) {
        REQUIRE(means.row(0)[c] == sums.row(0)[c]);
        REQUIRE(means.row(1)[c] == 0);
        REQUIRE(means.row(2)[c] == sums.row(2)[c] / 6);
    }
}

TEST_CASE("policies mean the same in bags") {
    const auto table = tests::normal_table<float>(5, 3);
    const ids some{4, 9, 0, 5, 7};
    const std::span<const std::uint32_t> asked(some);
    const std::vector<std::size_t> offsets{0, 2, 4, 5};
    matrix<float> out(3, 3);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::gather_sum(table, asked, offsets, out.view()), std::out_of_range,
                                 "pleach::gather_sum: id 9 at position 1 is not in the table, whose ids are 0 to 5 - 1");
    REQUIRE(out == matrix<float>(3, 3));
    pleach::gather_sum(table, asked, offsets, out.view(), {.ids = pleach::id_policy::zero});
    REQUIRE(std::ranges::equal(out.row(0), table.row(4)));
    REQUIRE(std::ranges::equal(out.row(1), table.row(0)));
    REQUIRE(std::ranges::equal(out.row(2), std::vector<float>(3)));
    pleach::gather_mean(table, asked, offsets, out.view(), {.ids = pleach::id_policy::zero});
    REQUIRE(out.row(0)[1] == table.row(4)[1] / 2);
    pleach::gather_sum(table, asked, offsets, out.view(), {.ids = pleach::id_policy::clamp});
    REQUIRE(out.row(0)[2] == table.row(4)[2] + table.row(4)[2]);
    const std::vector<float> weights{2, 3, 4, 5, 6};
    pleach::gather_weighted_sum(table, asked, std::span<const float>(weights), offsets, out.view(),
                                {.ids = pleach::id_policy::zero});
    REQUIRE(out.row(1)[0] == 4 * table.row(0)[0]);
}

}  // namespace bags_test
