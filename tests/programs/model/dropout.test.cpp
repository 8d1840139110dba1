// SPDX-License-Identifier: Apache-2.0
#include "support/model/dropout.hpp"

#include "support/catch.hpp"

#include <pleach/interop/openmp.hpp>

#include <cmath>

namespace dropout_test {

namespace {

pleach::matrix<float> dropped(double share, std::uint64_t seed, int threads = 1, std::size_t columns = 61) {
    pleach::matrix<float> rows(3000, columns);
    std::ranges::fill(rows.elements(), 1.0F);
    support::drop_values(rows.view(), share, pleach::random_stream(seed), pleach::openmp{threads});
    return rows;
}

}  // namespace

TEST_CASE("Dropout drops the share that was asked for, below 1/256 and between its multiples too, and scales the others") {
    for (const double share : {0.0005, 0.001, 0.003, 1.0 / 256, 0.3, 0.5, 0.9, 0.999}) {
        const auto rows = dropped(share, 1);
        const auto all = static_cast<double>(rows.elements().size());
        const auto zeros = static_cast<double>(std::ranges::count(rows.elements(), 0.0F));
        CAPTURE(share, zeros, all);
        // Four standard deviations of as many draws.
        CHECK(std::abs(zeros - share * all) < 4 * std::sqrt(all * share * (1 - share)));
        const auto scale = static_cast<float>(1 / (1 - share));
        CHECK(std::ranges::all_of(rows.elements(), [&](float x) { return x == 0 || x == scale; }));
    }
    const auto rows = dropped(0, 1);
    CHECK(std::ranges::all_of(rows.elements(), [](float x) { return x == 1; }));
}

TEST_CASE("What is dropped follows from the stream and the place, on any number of threads") {
    const auto rows = dropped(0.301, 7);
    CHECK(std::ranges::equal(rows.elements(), dropped(0.301, 7, 3).elements()));
    CHECK_FALSE(std::ranges::equal(rows.elements(), dropped(0.301, 8).elements()));
    const auto narrow = dropped(0.301, 7, 1, 13);
    for (std::size_t r = 0; r < rows.rows(); ++r) CHECK(std::ranges::equal(narrow.row(r), rows.row(r).subspan(0, 13)));
}

}  // namespace dropout_test
