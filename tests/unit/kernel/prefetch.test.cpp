// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/prefetch.hpp>

#include "support/catch.hpp"

#include <vector>

TEST_CASE("Prefetching is a hint: any width will do, beyond the end too, and nothing changes") {
    std::vector<unsigned char> bytes(257, 7);
    for (std::size_t width = 0; width <= 300; ++width) {
        pleach::detail::prefetch_bytes(bytes.data(), width);
        pleach::detail::prefetch_bytes(bytes.data() + bytes.size(), width);
    }
    REQUIRE(bytes == std::vector<unsigned char>(257, 7));
}
