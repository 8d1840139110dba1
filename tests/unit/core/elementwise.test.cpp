// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/elementwise.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/sparse/threshold.hpp>

#include "support/catch.hpp"

namespace elementwise_test {

namespace {

struct without_slope {
    template <class T>
    static void values(std::span<T>) {}
};

}  // namespace

TEST_CASE("functions with values and a slope are elementwise, others are not") {
    using namespace pleach;
    static_assert(elementwise<hyperbolic_tangent, float> && elementwise<sigmoid, double> && elementwise<softplus, float> &&
                  elementwise<absolute_value, double>);
    static_assert(!elementwise<without_slope, float> && !elementwise<int, float>);
    SUCCEED();
}

}  // namespace elementwise_test
