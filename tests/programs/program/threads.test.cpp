// SPDX-License-Identifier: Apache-2.0
#include "support/program/threads.hpp"

#include "support/catch.hpp"

#include <sched.h>

TEST_CASE("The quota of a control group pays for whole processors, rounded up") {
    CHECK(support::processors_of_quota("100000 100000") == 1U);
    CHECK(support::processors_of_quota("150000 100000") == 2U);
    CHECK(support::processors_of_quota("50000 100000") == 1U);
    CHECK(support::processors_of_quota("18446744073709551615 1") == 18446744073709551615U);
    for (const char* none : {"max 100000", "-1 100000", "", " ", "1", "1 ", "1 0", "0 1", "1 1 1", "x"}) {
        CAPTURE(none);
        CHECK_FALSE(support::processors_of_quota(none));
    }
}

TEST_CASE("Processors are those that the process may run on") {
    cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
    const std::size_t found = support::available_processors();
    REQUIRE(::sched_setaffinity(0, sizeof before, &before) == 0);
    CHECK(found == 1);
    CHECK(support::available_processors() >= 1);
    CHECK(support::executor_of(0).threads >= 1);
    CHECK(support::executor_of(7).threads == 7);
}
