// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/quantized.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/testing/conformance.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <numeric>

namespace quantized_test {

using pleach::dense_table;
using pleach::quantized;
namespace frozen = pleach::frozen;

namespace {

using three_bits = frozen::level_form<3, frozen::one_byte_scale>;

/// A code that can store everything, so that the estimated gradient is exact.
struct everything {
    template <class T>
    void code_row(std::span<T>) const {}
};

/// Rows of all sizes: normal ones, zeros, values of one magnitude, one large value, and powers of two.
dense_table<float> varied_rows(std::size_t dim) {
    dense_table<float> table = tests::normal_table<float>(600, dim);
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        const auto row = table.row(x);
        for (std::size_t c = 0; c < dim; ++c) {
            if (x % 6 == 1) row[c] *= std::ldexp(1.0F, static_cast<int>(x % 30) - 20);
            if (x % 6 == 2) row[c] = std::copysign(0.3F, row[c]);
            if (x % 6 == 3) row[c] = c == 0 ? 5.0F : row[c] / 100;
            if (x % 6 == 4) row[c] = std::ldexp(1.0F, -static_cast<int>(c));
            if (x % 30 == 5) row[c] = 0;
        }
    }
    return table;
}

template <class Table>
std::vector<float> row_of(const Table& table, std::uint32_t id) {
    std::vector<float> row(table.dim());
    table.lookup(id, row);
    return row;
}

}  // namespace

TEST_CASE("A quantized row is the base's, rounded, and its gradient is that of the base") {
    const auto base = tests::normal_table<float>(5, 9);
    const quantized<dense_table<float>, three_bits> table(base);
    std::vector<float> rounded = row_of(base, 3);
    REQUIRE(three_bits::code_row(rounded) != 0);
    REQUIRE(row_of(table, 3) == rounded);
    REQUIRE(row_of(table, 3) != row_of(base, 3));
    const auto upstream = tests::random_row<float>(9);
    auto gradient = table.make_gradient(), of_base = base.make_gradient();
    table.accumulate(3, upstream, gradient);
    base.accumulate(3, upstream, of_base);
    REQUIRE(gradient.touched().size() == 1);
    REQUIRE(std::ranges::equal(gradient.row(3), of_base.row(3)));
}

TEMPLATE_TEST_CASE("Frozen rows have the bits of the rows that were trained against, whether the base is frozen or the table",
                   "", (frozen::level_rows<4, frozen::two_byte_scale>), frozen::level_rows<4>, frozen::level_rows<3>,
                   frozen::level_rows<2>, frozen::level_rows<1>) {
    for (const std::size_t dim : {std::size_t{1}, std::size_t{7}, std::size_t{30}}) {
        const auto base = varied_rows(dim);
        const quantized<dense_table<float>, typename TestType::form_type> table(base);
        for (const frozen::image& image : {pleach::freeze<TestType>(table), pleach::freeze<TestType>(base)}) {
            frozen::defect wrong;
            const auto rows = TestType::view(image.content(), wrong);
            REQUIRE(!wrong);
            for (std::uint32_t x = 0; x < table.size(); ++x) {
                CAPTURE(dim, x);
                REQUIRE(tests::same_bits(row_of(rows, x), row_of(table, x)));
            }
        }
    }
}

TEST_CASE("A quantized table conforms, and only the estimated gradient differs from finite differences") {
    const auto exact = pleach::testing::check(quantized<dense_table<double>, everything>(tests::normal_table<double>(12, 5)));
    CAPTURE(exact.text());
    REQUIRE(exact.passed());
    const auto rounded = pleach::testing::check(quantized<dense_table<float>, three_bits>(tests::normal_table<float>(12, 5)));
    CAPTURE(rounded.text());
    REQUIRE(rounded.violations.size() == 1);
    REQUIRE(rounded.violations.front().starts_with("accumulate is the derivative of lookup"));
}

TEST_CASE("Parts of a quantized table stay visible: a search inside becomes a masked table") {
    const quantized<pleach::pep_table<float>, three_bits> search(pleach::make_pep<float>(
        {.rows = 20, .dim = 6, .first_slot = -1}, pleach::normal{.deviation = 1}, pleach::random_stream(1)));
    const quantized<pleach::masked<dense_table<float>>, three_bits> ticket =
        pleach::draw_ticket(search, pleach::snapshot(search), 50);
    REQUIRE(ticket.base().mask().count() == 50);
}

TEST_CASE("Training through the rounding finds rounded rows with better products than rows that are rounded afterwards") {
    // Each row has products with four directions. Rounded to two bits it misses them; as it trains, many other rounded rows are
    // tried.
    using two_bits = frozen::level_form<2, frozen::one_byte_scale>;
    constexpr std::size_t dim = 24;
    const auto directions = tests::normal_table<float>(4, dim, 5), solution = tests::normal_table<float>(20, dim, 6);
    quantized<dense_table<float>, two_bits> table(solution);
    const auto misses = [&](std::uint32_t x) {
        std::vector<float> missing(4);
        const std::vector<float> row = row_of(table, x);
        for (std::uint32_t k = 0; k < 4; ++k)
            for (std::size_t c = 0; c < dim; ++c) missing[k] += directions.row(k)[c] * (row[c] - solution.row(x)[c]);
        return missing;
    };
    const auto error = [&](std::uint32_t x) {
        float squares = 0;
        for (const float m : misses(x)) squares += m * m;
        return squares;
    };
    pleach::optimizer opt(table, pleach::sgd{.learning_rate = 0.002});
    auto gradient = table.make_gradient();
    std::vector<float> best(table.size());
    for (std::uint32_t x = 0; x < table.size(); ++x) best[x] = error(x);
    const float before = std::accumulate(best.begin(), best.end(), 0.0F);
    for (int step = 0; step < 200; ++step) {
        for (std::uint32_t x = 0; x < table.size(); ++x) {
            std::vector<float> upstream(dim);
            const std::vector<float> missing = misses(x);
            for (std::uint32_t k = 0; k < 4; ++k)
                for (std::size_t c = 0; c < dim; ++c) upstream[c] += missing[k] * directions.row(k)[c];
            table.accumulate(x, upstream, gradient);
        }
        opt.step(table, gradient);
        for (std::uint32_t x = 0; x < table.size(); ++x) best[x] = std::min(best[x], error(x));
    }
    const float after = std::accumulate(best.begin(), best.end(), 0.0F);
    CAPTURE(before, after);
    REQUIRE(after < before / 4);
}

}  // namespace quantized_test
