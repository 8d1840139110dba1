// SPDX-License-Identifier: Apache-2.0
#include <pleach/quantize/detail/codebook_panels.hpp>
#include <pleach/quantize/k_means.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "unit/quantize/threads.hpp"

namespace k_means_test {

using pleach::k_means;
using pleach::matrix;

namespace {

const pleach::random_stream seed(3);

// The nearest center by its definition.
std::size_t slow_nearest(std::span<const float> row, const matrix<float>& centers) {
    std::size_t best = 0;
    double least = 1e300;
    for (std::size_t j = 0; j < centers.rows(); ++j) {
        double square = 0;
        for (std::size_t c = 0; c < row.size(); ++c) {
            const double off = static_cast<double>(row[c]) - static_cast<double>(centers.row(j)[c]);
            square += off * off;
        }
        if (square < least - 1e-9) {
            best = j;
            least = square;
        }
    }
    return best;
}

double error_of(pleach::matrix_view<const float> rows, const matrix<float>& centers) {
    double sum = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        sum +=
            static_cast<double>(pleach::detail::squared_distance(rows.row(i), centers.row(slow_nearest(rows.row(i), centers))));
    return sum;
}

}  // namespace

TEST_CASE("the nearest codewords are those that a loop over all finds") {
    for (const std::size_t codewords : {1U, 3U, 16U, 37U}) {
        const auto rows = tests::normal_table<float>(101, 9);
        const matrix<float> book(tests::normal_table<float>(codewords, 9, 5).rows());
        std::vector<std::uint16_t> ids(101);
        pleach::find_nearest(rows.rows(), book.view(), ids);
        for (std::uint32_t i = 0; i < 101; ++i) REQUIRE(ids[i] == slow_nearest(rows.row(i), book));
    }
}

TEST_CASE("of equal codewords the first is the nearest") {
    const matrix<float> book(5, 2), rows(3, 2);
    std::vector<std::uint16_t> ids(3, 9);
    pleach::find_nearest(rows.view(), book.view(), ids);
    CHECK(ids == std::vector<std::uint16_t>{0, 0, 0});
}

TEST_CASE("rounds of k-means lower the error, and end where centers are the means of their rows") {
    const auto rows = tests::normal_table<float>(200, 4);
    double before = 1e300;
    for (const std::size_t rounds : {0U, 1U, 2U, 5U, 40U}) {
        const matrix<float> centers = k_means(rows.rows(), {}, 12, rounds, seed);
        const double error = error_of(rows.rows(), centers);
        CHECK(error <= before * (1 + 1e-6));
        before = error;
    }
    const matrix<float> centers = k_means(rows.rows(), {}, 12, 100, seed);
    for (std::size_t j = 0; j < 12; ++j) {
        std::vector<double> mean(4);
        double count = 0;
        for (std::uint32_t i = 0; i < 200; ++i)
            if (slow_nearest(rows.row(i), centers) == j) {
                ++count;
                for (std::size_t c = 0; c < 4; ++c) mean[c] += static_cast<double>(rows.row(i)[c]);
            }
        REQUIRE(count > 0);
        for (std::size_t c = 0; c < 4; ++c) CHECK(std::abs(mean[c] / count - static_cast<double>(centers.row(j)[c])) < 1e-5);
    }
}

TEST_CASE("as many codewords as rows keep every row") {
    const auto rows = tests::normal_table<float>(16, 3);
    CHECK(error_of(rows.rows(), k_means(rows.rows(), {}, 16, 3, seed)) == 0);
    const matrix<float> same(20, 3);  // one point, twenty times
    CHECK(error_of(same.view(), k_means(same.view(), {}, 16, 3, seed)) == 0);
}

TEST_CASE("an empty codeword moves to the row that is worst off") {
    matrix<float> rows(6, 1), centers(3, 1);
    const float values[] = {0, 1, 2, 10, 11, 30};
    for (std::size_t i = 0; i < 6; ++i) rows.row(i)[0] = values[i];
    const std::vector<std::uint16_t> ids{0, 0, 0, 1, 1, 1};
    centers.row(1)[0] = 10;
    centers.row(2)[0] = -100;
    const std::vector<double> totals{3, 3, 0};
    pleach::detail::fill_empty(centers.view(), totals, rows.view(), {}, ids);
    CHECK(centers.row(2)[0] == 30);
}

TEST_CASE("weights draw centers to their rows, and rows of weight 0 count for nothing") {
    matrix<float> rows(4, 1);
    const float values[] = {0, 1, 1000, 0.5F};
    for (std::size_t i = 0; i < 4; ++i) rows.row(i)[0] = values[i];
    const std::vector<float> weights{1, 3, 0, 0};
    CHECK(k_means(rows.view(), weights, 1, 5, seed).row(0)[0] == 0.75F);
}

TEST_CASE("k-means has the same bits at any number of threads") {
    const auto rows = tests::normal_table<float>(10000, 5);
    const matrix<float> one = k_means(rows.rows(), {}, 16, 4, seed);
    for (const std::size_t threads : {2U, 7U})
        CHECK(tests::same_bits(one.elements(), k_means(rows.rows(), {}, 16, 4, seed, tests::on_threads{threads}).elements()));
    CHECK(!tests::same_bits(one.elements(), k_means(rows.rows(), {}, 16, 4, pleach::random_stream(4)).elements()));
}

TEST_CASE("k-means refuses what it cannot cluster with a sentence") {
    const auto rows = tests::normal_table<float>(20, 3);
    CHECK_THROWS_WITH(k_means(rows.rows(), {}, 21, 4, seed),
                      "pleach::k_means: there are 20 rows for books of 21 codewords; take fewer bits");
    CHECK_THROWS_AS(k_means(rows.rows(), {}, 0, 4, seed), std::invalid_argument);
    CHECK_THROWS_WITH(k_means(rows.rows(), std::vector<float>(3, 1.0F), 4, 4, seed),
                      "pleach::k_means: there are 3 weights for 20 rows; give one for each, or none");
    CHECK_THROWS_AS(k_means(rows.rows(), std::vector<float>(20, 0.0F), 4, 4, seed), std::invalid_argument);
    CHECK_THROWS_AS(k_means(rows.rows(), std::vector<float>(20, -1.0F), 4, 4, seed), std::invalid_argument);
    auto bad = rows;
    bad.row(7)[2] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH(k_means(bad.rows(), {}, 4, 4, seed),
                      "pleach::k_means: row 7, column 2 is inf, but must be finite; check the training run");
}

}  // namespace k_means_test
