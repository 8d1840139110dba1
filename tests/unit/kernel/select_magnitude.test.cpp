// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/select_magnitude.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

TEST_CASE("the cut removes exactly k, against sorting") {
    for (std::size_t n = 1; n <= 60; ++n)
        for (std::size_t k = 0; k <= n; ++k) {
            std::vector<float> values(n);
            for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(pleach::random_stream(n).below(7, i));
            std::vector<float> sorted = values, scratch = values;
            std::ranges::sort(sorted);
            pleach::magnitude_cut<float> cut = pleach::cut_smallest(std::span(scratch), k);
            std::vector<float> removed;
            for (const float x : values)
                if (cut.takes(x)) removed.push_back(x);
            std::ranges::sort(removed);
            CAPTURE(n, k);
            REQUIRE(removed == std::vector<float>(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(k)));
        }
}

TEST_CASE("the cut counts integers too") {
    std::vector<std::uint64_t> tickets{5, 3, 3, ~std::uint64_t{0}, 3};
    const auto cut = pleach::cut_smallest(std::span(tickets), 2);
    REQUIRE(cut.magnitude == 3);
    REQUIRE(cut.ties == 2);
}

TEST_CASE("a cut takes what is smaller, and as many of the equal ones as it has ties, the first") {
    const std::vector<float> values{3, 1, 2, 2, 0, 2};
    std::vector<float> copy = values;
    auto cut = pleach::cut_smallest(std::span(copy), 4);
    std::vector<bool> taken;
    for (const float x : values) taken.push_back(cut.takes(x));
    REQUIRE(taken == std::vector<bool>{false, true, true, true, true, false});
}
