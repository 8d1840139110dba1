// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/mix.hpp>

#include "support/catch.hpp"

#include <bit>

TEST_CASE("the upper half of a product of 64 bits") {
    using pleach::detail::high_product;
    STATIC_REQUIRE(high_product(0, ~std::uint64_t{0}) == 0);
    STATIC_REQUIRE(high_product(~std::uint64_t{0}, ~std::uint64_t{0}) == ~std::uint64_t{0} - 1);
    STATIC_REQUIRE(high_product(std::uint64_t{1} << 63, 6) == 3);
    STATIC_REQUIRE(high_product(0xFFFFFFFF, 0xFFFFFFFF) == 0);
    STATIC_REQUIRE(high_product(0x123456789ABCDEF0, 0xFEDCBA9876543210) == 0x121FA00AD77D7422);
}

TEST_CASE("mixing changes about half of the bits for each that changes") {
    STATIC_REQUIRE(pleach::detail::mix(0) == 0xE220A8397B1DCDAF);  // SplitMix64 from 0: its first number
    int changed = 0;
    for (std::uint64_t x = 1; x <= 100; ++x)
        for (int bit = 0; bit < 64; ++bit)
            changed += std::popcount(pleach::detail::mix(x) ^ pleach::detail::mix(x ^ std::uint64_t{1} << bit));
    REQUIRE(changed > 6400 * 31);
    REQUIRE(changed < 6400 * 33);
}
