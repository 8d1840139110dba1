// SPDX-License-Identifier: Apache-2.0
#include "support/train/first_codes.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"

#include <pleach/factor/sparse_pca.hpp>

#include <map>

namespace first_codes_test {

namespace {

constexpr std::size_t codes = 14, fine_codes = 6, dim = 8;

struct started {
    tests::dense coarse;
    tests::dense fine;
};

started start(support::fine_code_start how) {
    support::options chosen = support::default_options("train_lightgcn");
    chosen.codes = codes;
    chosen.fine_codes = fine_codes;
    chosen.fine_terms = 2;
    chosen.dim = dim;
    chosen.partition = support::partition_method::streaming;
    chosen.fine_start = how;
    const auto data = tests::small_data();
    const support::legcf_rows coarse = support::first_coarse_table(chosen, data, pleach::random_stream(1));
    const support::c2f_rows fine = support::first_fine_table(chosen, data, coarse, pleach::random_stream(2));
    return {coarse.base().base(), fine.base().base().first().base().base()};
}

std::vector<float> row_of(const tests::dense& rows, std::uint32_t r) { return {rows.row(r).begin(), rows.row(r).end()}; }

}  // namespace

TEST_CASE("Fine codes begin as coarse ones that are drawn, or as values that are") {
    const started drawn = start(support::fine_code_start::rows);
    for (std::uint32_t k = 0; k < fine_codes; ++k) {
        bool is_coarse = false;
        for (std::uint32_t c = 0; c < codes; ++c) is_coarse = is_coarse || row_of(drawn.fine, k) == row_of(drawn.coarse, c);
        CHECK(is_coarse);
    }
    const started random = start(support::fine_code_start::random);
    CHECK_FALSE(row_of(random.fine, 0) == row_of(drawn.fine, 0));
}

TEST_CASE("Fine codes begin as sparse components of the coarse ones, in their length") {
    const started found = start(support::fine_code_start::components);
    const auto components =
        pleach::sparse_pca(pleach::dense_operator<float>(found.coarse.rows()), {.components = fine_codes, .alpha = 1});
    double squares = 0;
    std::size_t zeros = 0;
    for (std::uint32_t c = 0; c < codes; ++c)
        for (const float x : found.coarse.row(c)) squares += static_cast<double>(x * x);
    const double length = std::sqrt(squares / static_cast<double>(codes));
    for (std::uint32_t k = 0; k < fine_codes; ++k)
        for (std::size_t c = 0; c < dim; ++c) {
            CHECK(found.fine.row(k)[c] == tests::approx(components.components.row(k)[c] * length).margin(1e-6));
            zeros += found.fine.row(k)[c] == 0;
        }
    CHECK(zeros > 0);
}

TEST_CASE("Fine codes begin as scores of drawn coarse ones, in columns drawn for each") {
    // Which codes were drawn follows from another start of the same seed.
    const tests::dense drawn = start(support::fine_code_start::rows).fine, fine = start(support::fine_code_start::scores).fine;
    std::map<std::vector<float>, int> distinct;
    for (std::uint32_t k = 0; k < fine_codes; ++k) ++distinct[row_of(drawn, k)];
    const std::size_t components = std::min(5 * dim / 8, distinct.size() - 1);
    const auto found = pleach::sparse_pca(pleach::dense_operator<float>(drawn.rows()), {.components = components, .alpha = 1});
    for (std::uint32_t k = 0; k < fine_codes; ++k) {
        std::vector<float> placed, scores;
        for (const float x : fine.row(k))
            if (x != 0) placed.push_back(x);
        for (const double x : found.scores.row(k)) scores.push_back(static_cast<float>(x));
        CHECK(placed == scores);
    }
}

TEST_CASE("More sparse components than the coarse codes have are refused") {
    support::options chosen = support::default_options("train_lightgcn");
    chosen.codes = 5;
    chosen.fine_codes = 7;
    chosen.dim = dim;
    chosen.partition = support::partition_method::streaming;
    chosen.fine_start = support::fine_code_start::components;
    const auto data = tests::small_data();
    const support::legcf_rows coarse = support::first_coarse_table(chosen, data, pleach::random_stream(1));
    REQUIRE_THROWS_WITH_SENTENCE(support::first_fine_table(chosen, data, coarse, pleach::random_stream(2)),
                                 std::invalid_argument, "7 components were asked for");
}

}  // namespace first_codes_test
