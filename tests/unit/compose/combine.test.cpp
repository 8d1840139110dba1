// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/combine.hpp>

#include "support/catch.hpp"

#include <vector>

namespace combine_test {

namespace {

const std::vector<double> a{1, -2, 3}, b{4, 5, -6}, up{1, 10, 100}, wide{1, 10, 100, 2, 20, 200};
const std::array<std::span<const double>, 2> rows{a, b};
const std::array<std::size_t, 2> same{3, 3}, different{3, 2};

template <class Combiner>
std::vector<double> combined() {
    std::vector<double> out(Combiner::dim(same));
    Combiner::combine(rows, std::span<double>(out));
    return out;
}

template <class Combiner>
std::vector<double> back(std::size_t part, const std::vector<double>& upstream) {
    std::vector<double> scratch(3);
    const auto found = Combiner::pull_back(rows, part, std::span<const double>(upstream), std::span<double>(scratch));
    return {found.begin(), found.end()};
}

}  // namespace

TEST_CASE("rows are added, and each part gets the gradient whole") {
    REQUIRE(combined<pleach::sum>() == std::vector<double>{5, 3, -3});
    REQUIRE(back<pleach::sum>(1, up) == up);
}

TEST_CASE("rows are multiplied, and a part's gradient is multiplied by the other's row") {
    REQUIRE(combined<pleach::hadamard>() == std::vector<double>{4, -10, -18});
    REQUIRE(back<pleach::hadamard>(0, up) == std::vector<double>{4, 50, -600});
    REQUIRE(back<pleach::hadamard>(1, up) == std::vector<double>{1, -20, 300});
}

TEST_CASE("rows stand side by side, and a part gets the gradient of its columns") {
    REQUIRE(combined<pleach::concat>() == std::vector<double>{1, -2, 3, 4, 5, -6});
    REQUIRE(back<pleach::concat>(0, wide) == up);
    REQUIRE(back<pleach::concat>(1, wide) == std::vector<double>{2, 20, 200});
    REQUIRE(pleach::concat::dim(different) == 5);
}

TEST_CASE("parts of two widths can only stand side by side") {
    REQUIRE_THROWS_WITH_SENTENCE(pleach::sum::dim(different), std::invalid_argument, "sum: parts of 3 and 2 columns");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::hadamard::dim(different), std::invalid_argument, "hadamard: parts of 3 and 2 columns");
}

}  // namespace combine_test
