// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/add_scaled.hpp>
#include <pleach/kernel/arch.hpp>
#include <pleach/kernel/dot.hpp>
#include <pleach/kernel/mask_rows.hpp>
#include <pleach/kernel/simd.hpp>
#include <pleach/kernel/spread_row.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <limits>

namespace rows_test {

using pleach::native_arch;
using pleach::scalar_arch;

TEMPLATE_TEST_CASE("add_scaled and add_row touch n elements at any offset", "", float, double) {
    for (std::size_t n = 1; n <= 130; ++n)
        for (std::size_t offset = 0; offset < 4; ++offset) {
            const auto x = tests::random_row<TestType>(n + offset, 1);
            auto out = tests::random_row<TestType>(n + offset + 5, 2), other = out;
            const auto before = out;
            pleach::add_scaled<native_arch>(TestType(-0.75), x.data() + offset, out.data() + offset, n);
            pleach::add_row<native_arch>(x.data() + offset, other.data() + offset, n);
            for (std::size_t i = 0; i < out.size(); ++i) {
                const bool inside = i >= offset && i < offset + n;
                const TestType scaled = inside ? before[i] + TestType(-0.75) * x[i] : before[i];
                if (std::abs(out[i] - scaled) > std::numeric_limits<TestType>::epsilon()) FAIL("n " << n << ", i " << i);
                if (other[i] != (inside ? before[i] + x[i] : before[i])) FAIL("n " << n << ", i " << i);
            }
        }
    SUCCEED();
}

TEMPLATE_TEST_CASE("dot of vectors and of scalars differ only by the order of the sum", "", float, double) {
    for (std::size_t n = 0; n <= 130; ++n)
        for (std::size_t offset = 0; offset < 4; ++offset) {
            const auto x = tests::random_row<TestType>(n + offset, 3), y = tests::random_row<TestType>(n + offset, 4);
            double exact = 0, magnitude = 0;
            for (std::size_t i = offset; i < n + offset; ++i) {
                exact += static_cast<double>(x[i]) * static_cast<double>(y[i]);
                magnitude += std::abs(static_cast<double>(x[i]) * static_cast<double>(y[i]));
            }
            const double bound = static_cast<double>(n + 1) * std::numeric_limits<TestType>::epsilon() * magnitude;
            CAPTURE(n, offset);
            REQUIRE(std::abs(pleach::dot<native_arch>(x.data() + offset, y.data() + offset, n) - exact) <= bound);
            REQUIRE(std::abs(pleach::dot<scalar_arch>(x.data() + offset, y.data() + offset, n) - exact) <= bound);
        }
}

TEMPLATE_TEST_CASE("dot of small integers is exact", "", float, double) {
    std::vector<TestType> x(130), y(130);
    TestType sum{0};
    for (std::size_t n = 0; n < x.size(); ++n) {
        REQUIRE(pleach::dot<native_arch>(x.data(), y.data(), n) == sum);
        x[n] = static_cast<TestType>(n % 7);
        y[n] = static_cast<TestType>(n % 5) - 2;
        sum += x[n] * y[n];
    }
}

TEMPLATE_TEST_CASE("mask_row writes +0 where a bit is missing and nothing else", "", float, double) {
    for (std::size_t n = 1; n <= 130; ++n) {
        const pleach::bit_mask mask = tests::random_mask(1, n, 0.5, n);
        auto row = tests::random_row<TestType>(n + 3, 5);
        row[0] = TestType(-0.0);
        const auto before = row;
        pleach::mask_row(mask.row_words(0).data(), row.data(), n);
        std::vector<TestType> expected = before;
        for (std::size_t i = 0; i < n; ++i)
            if (!mask.test(0, i)) expected[i] = TestType(0);
        CAPTURE(n);
        REQUIRE(tests::same_bits(row, expected));
    }
}

TEST_CASE("mask_row drops what is not a number") {
    const pleach::bit_mask none = pleach::bit_mask::zeros(1, 3);
    std::vector<float> row{std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), -1.f};
    pleach::mask_row(none.row_words(0).data(), row.data(), row.size());
    REQUIRE(tests::same_bits(row, std::vector<float>(3)));
}

TEMPLATE_TEST_CASE("add_masked_row adds where a bit is set and leaves the other elements alone", "", float, double) {
    for (std::size_t n = 1; n <= 130; ++n) {
        const pleach::bit_mask mask = tests::random_mask(1, n, 0.5, n);
        const auto row = tests::random_row<TestType>(n, 5);
        auto out = tests::random_row<TestType>(n, 6);
        const auto before = out;
        pleach::add_masked_row(mask.row_words(0).data(), TestType(0.5), row.data(), out.data(), n);
        CAPTURE(n);
        for (std::size_t i = 0; i < n; ++i) {
            if (mask.test(0, i))
                REQUIRE(out[i] == tests::approx(before[i] + TestType(0.5) * row[i]).epsilon(1e-5).margin(1e-6));
            else
                REQUIRE(out[i] == before[i]);
        }
    }
}

TEMPLATE_TEST_CASE("values are spread to the set bits of a row, and picked from them", "", float, double) {
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 7, 63, 64, 65, 130}) {
        const pleach::bit_mask mask = tests::random_mask(1, n, 0.3, n);
        const std::uint64_t* words = mask.row_words(0).data();
        const auto row = tests::random_row<TestType>(n, 1), before = tests::random_row<TestType>(n, 2);
        std::vector<TestType> values(mask.count() + 1, TestType(7)), spread(n, TestType(7)), added = before, twice;
        pleach::pick_row(words, row.data(), values.data(), n);
        pleach::spread_row(words, values.data(), spread.data(), n);
        pleach::add_spread_row(words, TestType(0.5), values.data(), added.data(), n);
        twice = values;
        pleach::add_picked_row(words, row.data(), twice.data(), n);
        REQUIRE(values.back() == TestType(7));
        REQUIRE(twice.back() == TestType(7));
        for (std::size_t k = 0; k < mask.count(); ++k) REQUIRE(twice[k] == values[k] + values[k]);
        for (std::size_t i = 0; i < n; ++i) {
            REQUIRE(spread[i] == (mask.test(0, i) ? row[i] : TestType(0)));
            REQUIRE(added[i] ==
                    (mask.test(0, i) ? tests::approx(before[i] + TestType(0.5) * row[i]) : tests::approx(before[i])));
        }
    }
}

}  // namespace rows_test
