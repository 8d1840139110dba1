// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/scratch.hpp>

#include "support/catch.hpp"

TEST_CASE("scratch memory is as long as asked for, and for the call alone") {
    for (const std::size_t n : {0U, 1U, 256U, 257U, 5000U}) {
        std::size_t seen = 0;
        pleach::detail::with_scratch<double>(n, [&](std::span<double> outer) {
            for (double& x : outer) x = 1;
            pleach::detail::with_scratch<double>(n, [&](std::span<double> inner) {
                for (double& x : inner) x = 2;
            });
            for (const double x : outer) seen += x == 1;
        });
        REQUIRE(seen == n);
    }
}
