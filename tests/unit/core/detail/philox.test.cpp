// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/detail/philox.hpp>

#include "support/catch.hpp"

namespace philox_test {

namespace {
using counter = std::array<std::uint32_t, 4>;
using key = std::array<std::uint32_t, 2>;
}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers of the Random123 distribution") {
    constexpr std::uint32_t ones = 0xffffffff;
    STATIC_REQUIRE(pleach::detail::philox4x32(counter{0, 0, 0, 0}, key{0, 0}) ==
                   counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    STATIC_REQUIRE(pleach::detail::philox4x32(counter{ones, ones, ones, ones}, key{ones, ones}) ==
                   counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    STATIC_REQUIRE(
        pleach::detail::philox4x32(counter{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, key{0xa4093822, 0x299f31d0}) ==
        counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

}  // namespace philox_test
