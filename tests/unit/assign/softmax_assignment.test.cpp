// SPDX-License-Identifier: Apache-2.0
#include <pleach/assign/softmax_assignment.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <limits>

namespace softmax_assignment_test {

namespace {

pleach::matrix<double> scores_of(std::vector<double> values, std::size_t rows) {
    pleach::matrix<double> scores(rows, values.size() / rows);
    std::ranges::copy(values, scores.elements().begin());
    return scores;
}

}  // namespace

TEST_CASE("the most likely codes are kept with their probabilities, ties to the lower, whatever the size of scores") {
    const auto scores = scores_of({1, 3, 2, 3, 0, 0, 0, 0, 5000, -5000, 4999, 1}, 3);
    const auto s = pleach::softmax_assignment<double>(std::as_const(scores).view(), 2);
    CHECK((s.size() == 3 && s.codes() == 4));
    const double total = std::exp(1.0) + 2 * std::exp(3.0) + std::exp(2.0);
    CHECK((s.id(0, 0) == 1 && s.id(0, 1) == 3));
    CHECK(s.weight(0, 0) == tests::approx(std::exp(3.0) / total));
    CHECK((s.id(1, 0) == 0 && s.id(1, 1) == 1 && s.weight(1, 1) == 0.25));
    CHECK((s.id(2, 0) == 0 && s.id(2, 1) == 2));
    CHECK(s.weight(2, 1) == tests::approx(1 / (1 + std::exp(1.0))));
}

TEST_CASE("scores that are not finite and more terms than codes are refused") {
    const auto scores = scores_of({1, std::numeric_limits<double>::quiet_NaN()}, 1);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::softmax_assignment<float>(scores.view(), 1), std::invalid_argument,
                                 "scores must be finite");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::softmax_assignment<float>(scores.view(), 3), std::invalid_argument, "3 terms");
}

TEST_CASE("shared parts give S1^T W without W") {
    const auto s1 = tests::random_assignment<double>(50, 6, 2);
    std::vector<std::uint32_t> part_of(50);
    for (std::uint32_t x = 0; x < 50; ++x) part_of[x] = x * 7 % 4;
    const auto scores = pleach::shared_part_scores(s1, part_of, 4, 0.5);
    for (std::size_t j = 0; j < 6; ++j)
        for (std::uint32_t p = 0; p < 4; ++p) {
            double sum = 0;
            for (std::size_t x = 0; x < 50; ++x)
                for (std::size_t k = 0; k < 2; ++k)
                    if (s1.id(x, k) == j) sum += s1.weight(x, k) * (part_of[x] == p ? 0.5 : 0.5 / 3);
            CHECK(scores.row(j)[p] == tests::approx(sum));
        }
    using wrong = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(pleach::shared_part_scores(s1, part_of, 3, 0.5), wrong, "is in part 3, but there are 3");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::shared_part_scores(s1, std::span(part_of).first(9), 4, 0.5), wrong, "9 entities");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::shared_part_scores(s1, part_of, 4, 1.5), wrong, "a weight from 0 to 1");
}

}  // namespace softmax_assignment_test
