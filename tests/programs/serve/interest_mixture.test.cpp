// SPDX-License-Identifier: Apache-2.0

#include "support/serve/interest_mixture.hpp"

#include "support/catch.hpp"

namespace interest_mixture_test {

namespace {

/// Five items in three clusters; three users.
const std::vector<std::uint16_t> clusters{0, 0, 1, 1, 2};

pleach::matrix<float> items() {
    pleach::matrix<float> rows(5, 2);
    for (std::size_t r = 0; r < 5; ++r) {
        rows.row(r)[0] = static_cast<float>(r);
        rows.row(r)[1] = 1;
    }
    return rows;
}

support::csr taken() {
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs{{0, 0}, {0, 1}, {0, 2}, {1, 2}, {1, 3}};
    return support::make_csr(3, pairs);
}

}  // namespace

TEST_CASE("without neighbors, interests are the means of a user's items in each cluster, by their share") {
    const auto rows = items();
    const auto found = support::interests_of(0, {}, taken(), rows.view(), clusters, 0.5, 9);
    REQUIRE(found.size() == 2);
    CHECK((found[0].cluster == 0 && found[0].weight == tests::approx(2.0 / 3)));
    CHECK(found[0].vector == std::vector<float>{0.5F, 1});
    CHECK((found[1].cluster == 1 && found[1].weight == tests::approx(1.0 / 3)));
    CHECK(found[1].vector == std::vector<float>{2, 1});
    CHECK(support::interests_of(0, {}, taken(), rows.view(), clusters, 0.5, 1).size() == 1);
    CHECK(support::interests_of(2, {}, taken(), rows.view(), clusters, 0.5, 9).empty());
}

TEST_CASE("neighbors smooth shares and vectors, and stand in for a user without items") {
    const auto rows = items();
    const std::vector<std::uint32_t> neighbors{1};
    const auto found = support::interests_of(0, neighbors, taken(), rows.view(), clusters, 0.6, 9);
    REQUIRE(found.size() == 2);
    // Cluster 1: .6 of a third of user 0 (item 2), and .4 of all of user 1 (items 2 and 3).
    CHECK((found[0].cluster == 1 && found[0].weight == tests::approx(0.6)));
    CHECK(found[0].vector[0] == tests::approx((0.2 * 2 + 0.4 * 2.5) / 0.6));
    CHECK((found[1].cluster == 0 && found[1].weight == tests::approx(0.4)));
    const auto of_neighbor = support::interests_of(2, neighbors, taken(), rows.view(), clusters, 0.6, 9);
    REQUIRE(of_neighbor.size() == 1);
    CHECK((of_neighbor[0].weight == tests::approx(1) && of_neighbor[0].vector[0] == tests::approx(2.5)));
}

TEST_CASE("merged lists take from each list in proportion to its weight, no item twice, and begin longer ones") {
    const std::vector<std::vector<std::uint32_t>> lists{{1, 2, 3, 4, 5, 6}, {1, 9, 8, 7}};
    const std::vector<double> weights{0.75, 0.25};
    CHECK(support::merge_lists(lists, weights, 4) == std::vector<std::uint32_t>{1, 2, 3, 9});
    CHECK(support::merge_lists(lists, weights, 2) == std::vector<std::uint32_t>{1, 2});
    CHECK(support::merge_lists(lists, weights, 99).size() == 9);
    CHECK(support::merge_lists({}, {}, 3).empty());
}

}  // namespace interest_mixture_test
