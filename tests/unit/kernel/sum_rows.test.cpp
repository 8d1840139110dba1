// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/sum_rows.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <limits>

TEMPLATE_TEST_CASE("sum_rows equals the sum in the order of ids, for every width", "", float, double) {
    constexpr std::size_t rows = 40, count = 37;
    for (std::size_t n = 1; n <= 130; ++n) {
        const std::size_t stride = n + n % 3;
        const auto values = tests::random_row<TestType>(rows * stride, n);
        const auto weights = tests::random_row<TestType>(count, 7);
        std::vector<std::uint32_t> ids(count);
        for (std::size_t j = 0; j < count; ++j) ids[j] = static_cast<std::uint32_t>(pleach::random_stream(n).below(rows, j));
        std::vector<TestType> out(n + 2, TestType(9)), scalar(n), weighted(n), weighted_scalar(n);
        const pleach::detail::given_weights<TestType> given{weights.data()};
        pleach::sum_rows<pleach::native_arch>(values.data(), stride, ids.data(), count, 0, out.data() + 1, n);
        pleach::sum_rows<pleach::scalar_arch>(values.data(), stride, ids.data(), count, 0, scalar.data(), n);
        pleach::sum_rows<pleach::native_arch>(values.data(), stride, ids.data(), count, 0, weighted.data(), n, given);
        pleach::sum_rows<pleach::scalar_arch>(values.data(), stride, ids.data(), count, 0, weighted_scalar.data(), n, given);
        REQUIRE(out.front() == 9);
        REQUIRE(out.back() == 9);
        for (std::size_t c = 0; c < n; ++c) {
            double sum = 0, weighted_sum = 0;
            for (std::size_t j = 0; j < count; ++j) {
                sum += static_cast<double>(values[ids[j] * stride + c]);
                weighted_sum += static_cast<double>(weights[j]) * static_cast<double>(values[ids[j] * stride + c]);
            }
            const double bound = count * count * static_cast<double>(std::numeric_limits<TestType>::epsilon());
            if (!(out[c + 1] == scalar[c] && std::abs(scalar[c] - sum) <= bound &&
                  std::abs(weighted[c] - weighted_sum) <= bound && std::abs(weighted_scalar[c] - weighted_sum) <= bound))
                FAIL("width " << n << ", column " << c);
        }
    }
    SUCCEED();
}

TEST_CASE("a sum of no rows is zero") {
    std::vector<float> out(33, 5.f);
    const std::uint32_t* none = nullptr;
    pleach::sum_rows(static_cast<const float*>(nullptr), 33, none, 0, 0, out.data(), out.size());
    REQUIRE(tests::same_bits(out, std::vector<float>(33)));
}

TEST_CASE("ids behind the last one are read as hints only") {
    const auto values = tests::random_row<float>(64 * 16, 1);
    std::vector<std::uint32_t> ids(40, 3);
    std::vector<float> with(16), without(16);
    pleach::sum_rows(values.data(), 16, ids.data(), 5, 35, with.data(), 16);
    pleach::sum_rows(values.data(), 16, ids.data(), 5, 0, without.data(), 16);
    REQUIRE(tests::same_bits(with, without));
}
