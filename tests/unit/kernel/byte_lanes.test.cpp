// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/byte_lanes.hpp>

#include "support/catch.hpp"

#include <array>

namespace byte_lanes_test {

TEST_CASE("bytes are added and compared lane by lane, without a sign") {
    std::array<std::uint8_t, 64> a{}, b{}, c{};
    for (std::size_t i = 0; i < 64; ++i) {
        a[i] = static_cast<std::uint8_t>(i * 3);
        b[i] = static_cast<std::uint8_t>(200 - i * 2);
        c[i] = static_cast<std::uint8_t>(i % 2 == 0 ? a[i] + b[i] : i * 4);
    }
    auto sums = pleach::byte_lanes::load(a.data());
    sums.add(b.data());
    const std::uint64_t bits = sums.at_least(pleach::byte_lanes::load(c.data()));
    for (std::size_t i = 0; i < 64; ++i) REQUIRE((bits >> i & 1) == (static_cast<std::uint8_t>(a[i] + b[i]) >= c[i] ? 1 : 0));
}

}  // namespace byte_lanes_test
