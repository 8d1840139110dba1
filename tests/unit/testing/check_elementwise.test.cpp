// SPDX-License-Identifier: Apache-2.0
#include <pleach/testing/check_elementwise.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/sparse/threshold.hpp>

#include "support/catch.hpp"

namespace check_elementwise_test {

namespace {

using pleach::testing::check_elementwise;

struct half {
    template <class T>
    static void values(std::span<T> row) {
        for (T& x : row) x /= 2;
    }
    template <class T>
    static T slope(T, T) {
        return T(0.5);
    }
};
struct wrong_slope : half {
    template <class T>
    static T slope(T x, T) {
        return x;
    }
};
struct running_sum : half {
    template <class T>
    static void values(std::span<T> row) {
        for (std::size_t i = 1; i < row.size(); ++i) row[i] += row[i - 1];
    }
};

}  // namespace

TEST_CASE("the functions and squashings of the library conform, and a user's") {
    for (const auto& report :
         {check_elementwise<pleach::hyperbolic_tangent>(), check_elementwise<pleach::sigmoid>(),
          check_elementwise<pleach::softplus>(), check_elementwise<pleach::absolute_value>(), check_elementwise<half>()}) {
        CAPTURE(report.text());
        REQUIRE(report.passed());
    }
}

TEST_CASE("planted faults of functions are found") {
    REQUIRE(tests::contains(check_elementwise<wrong_slope>().text(), "slope is the derivative of values, but at -3"));
    REQUIRE(tests::contains(check_elementwise<running_sum>().text(), "values takes each element by itself"));
}

}  // namespace check_elementwise_test
