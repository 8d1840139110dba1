// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/describe.hpp>

#include "support/catch.hpp"

TEST_CASE("the kernels say which path they take") {
    const std::string line = pleach::describe_kernels();
    CAPTURE(line);
    REQUIRE(line.starts_with("pleach 0."));
    REQUIRE(line.find('\n') == std::string::npos);
    const bool is_vectored = pleach::detail::expanding_lanes > 0;
    REQUIRE(tests::contains(line, is_vectored ? "packed rows a vector at a time" : "packed rows a value at a time"));
#if defined(__x86_64__) || defined(__i386__)
    REQUIRE(tests::contains(line, "compile with -march=native") == !is_vectored);
#else
    REQUIRE_FALSE(tests::contains(line, "-m"));  // no flags of other machines
#endif
    REQUIRE(tests::contains(line, pleach::detail::machine_fuses ? "fused" : "separate"));
}
