// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/assignment.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

#include <limits>

namespace assignment_test {

using pleach::assignment;
using pleach::matrix;

namespace {

assignment<double> of(std::size_t codes, std::vector<std::uint32_t> ids, std::vector<double> weights, std::size_t rows) {
    matrix<std::uint32_t> id_rows(rows, ids.size() / rows);
    matrix<double> weight_rows(rows, weights.size() / rows);
    std::ranges::copy(ids, id_rows.elements().begin());
    std::ranges::copy(weights, weight_rows.elements().begin());
    return {codes, std::move(id_rows), std::move(weight_rows)};
}

}  // namespace

TEST_CASE("an assignment keeps an id and a weight for each term, and counts their bytes") {
    const auto s = of(3, {0, 2, 1, 0}, {0.5, 0.5, 1, 0}, 2);
    CHECK((s.size() == 2 && s.codes() == 3 && s.terms() == 2));
    CHECK((s.id(0, 1) == 2 && s.weight(1, 0) == 1));
    CHECK(s.bytes() == 4 * (4 + 8));
    CHECK(s == of(3, {0, 2, 1, 0}, {0.5, 0.5, 1, 0}, 2));
    CHECK_FALSE(s == of(3, {0, 2, 1, 2}, {0.5, 0.5, 1, 0}, 2));
}

TEST_CASE("an assignment that cannot be is refused in a sentence that names the entity") {
    using wrong = std::invalid_argument;
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0, 3}, {1, 1}, 2), wrong, "entity 1 is assigned to row 3, but the codebook has 3 rows");
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0, 1, 2, 2}, {1, 1, 1, 1}, 2), wrong, "entity 1 is assigned to row 2 twice");
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0}, {-0.5}, 1), wrong, "entity 0 has the weight -0.5");
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0}, {std::numeric_limits<double>::infinity()}, 1), wrong, "finite and not negative");
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0}, {std::numeric_limits<double>::quiet_NaN()}, 1), wrong, "finite and not negative");
    REQUIRE_THROWS_WITH_SENTENCE(of(1, {0, 0}, {1, 1}, 1), wrong, "2 terms, but the codebook has 1 rows");
    REQUIRE_THROWS_WITH_SENTENCE(of(0, {0}, {1}, 1), wrong, "the codebook is empty");
    REQUIRE_THROWS_WITH_SENTENCE(of(3, {0, 1}, {1}, 1), wrong, "1 x 2 ids, but 1 x 1 weights");
    REQUIRE_THROWS_WITH_SENTENCE(assignment<float>(3, matrix<std::uint32_t>(2, 0), matrix<float>(2, 0)), wrong, "0 terms");
}

TEST_CASE("add_transposed adds S^T Y, with the same bits for any number of threads") {
    constexpr std::size_t entities = 20000, codes = 7, dim = 5;
    const auto s = tests::random_assignment<float>(entities, codes, 3);
    const auto rows = tests::normal_table<float>(entities, dim);
    const auto row_of = [&](std::size_t x) { return rows.row(static_cast<std::uint32_t>(x)).data(); };
    matrix<float> sums(codes, dim), more(codes, dim);
    sums.row(2)[1] = 10;
    more.row(2)[1] = 10;
    pleach::add_transposed(s, row_of, sums.view());
    pleach::add_transposed(s, row_of, more.view(), pleach::openmp{7});
    CHECK(tests::same_bits(sums.elements(), more.elements()));
    std::vector<double> slow(codes * dim, 0);
    slow[2 * dim + 1] = 10;
    for (std::size_t x = 0; x < entities; ++x)
        for (std::size_t k = 0; k < 3; ++k)
            for (std::size_t c = 0; c < dim; ++c)
                slow[s.id(x, k) * dim + c] += static_cast<double>(s.weight(x, k)) * static_cast<double>(row_of(x)[c]);
    for (std::size_t i = 0; i < slow.size(); ++i) CHECK(std::abs(static_cast<double>(sums.elements()[i]) - slow[i]) < 1e-2);
    matrix<float> few(codes - 1, dim);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::add_transposed(s, row_of, few.view()), std::invalid_argument,
                                 "6 rows to add to, but 7 codes");
}

}  // namespace assignment_test
