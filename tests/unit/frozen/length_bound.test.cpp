// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/length_bound.hpp>

#include "support/catch.hpp"

#include <vector>

TEST_CASE("a bound is never below the length, however its squares were added or underflowed") {
    for (const float x : {1e-25F, 1e-20F, 3e-5F, 1.0F, 7e10F}) {
        std::vector<float> row(1000, x);
        row[3] = 9 * x;
        float forward = 0, back = 0;
        double exact = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            forward += row[i] * row[i];
            back += row[row.size() - 1 - i] * row[row.size() - 1 - i];
            exact += static_cast<double>(row[i]) * static_cast<double>(row[i]);
        }
        CAPTURE(x);
        for (const float square : {forward, back}) {
            REQUIRE(static_cast<double>(pleach::frozen::length_bound(square)) >= std::sqrt(exact));
            if (x > 1e-10F) REQUIRE(static_cast<double>(pleach::frozen::length_bound(square)) < 1.001 * std::sqrt(exact));
        }
    }
}
