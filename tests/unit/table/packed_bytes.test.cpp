// SPDX-License-Identifier: Apache-2.0
#include <pleach/table/packed_bytes.hpp>

#include "support/catch.hpp"

#include <array>

namespace packed_bytes_test {

using namespace pleach;

TEST_CASE("arrays begin at multiples of 64, and the last one ends where it ends") {
    REQUIRE(frozen::data_bytes(std::array<std::size_t, 3>{1, 64, 3}) == 64 + 64 + 3);
    REQUIRE(frozen::data_bytes(std::array<std::size_t, 2>{0, 5}) == 5);
    REQUIRE(frozen::data_bytes(std::array<std::size_t, 0>{}) == 0);
    REQUIRE(frozen::bound_bytes(0) == 0);
    REQUIRE(frozen::bound_bytes(256) == 4);
    REQUIRE(frozen::bound_bytes(257) == 8);
}

TEST_CASE("several parts take at most what each takes and the gaps between them") {
    const std::array<stored_shape, 2> parts{stored_shape{10, 8}, stored_shape{30, 8}};
    const std::size_t both = packed_bytes(packing::csr, parts, 100, 4);
    for (std::size_t first = 0; first <= 80; ++first) {
        const std::size_t one = packed_bytes(packing::csr, parts[0], first, 4);
        REQUIRE(frozen::aligned(one) + packed_bytes(packing::csr, parts[1], 100 - first, 4) <= both);
    }
}

}  // namespace packed_bytes_test
