// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/nibbles.hpp>
#include <pleach/kernel/packed_row.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

using namespace pleach;

TEST_CASE("levels ascend, are their own nearest, and halfway lies between two") {
    for (unsigned i = 0; i < 16; ++i) {
        REQUIRE(nearest_level(normal_levels[i]) == i);
        REQUIRE(normal_levels[i] == -normal_levels[15 - i]);
        if (i == 0)
            continue;
        REQUIRE(normal_levels[i - 1] < normal_levels[i]);
        const float middle = (normal_levels[i - 1] + normal_levels[i]) / 2;
        REQUIRE(nearest_level(std::nextafter(middle, -9.0F)) == i - 1);
        REQUIRE(nearest_level(std::nextafter(middle, 9.0F)) == i);
    }
}

TEST_CASE("vectors of nibbles are the nibbles one by one, at every width") {
    std::vector<std::byte> bytes(80);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 37 + 11);
    for (std::size_t n = 1; n <= 130; ++n) {
        const nibble_reader row{bytes.data(), 0.5F};
        std::vector<float> vectors(n), scalars(n);
        copy_packed(row, vectors.data(), n);
        copy_packed<scalar_arch>(row, scalars.data(), n);
        REQUIRE(vectors == scalars);
        for (std::size_t c = 0; c < n; ++c)
            REQUIRE(vectors[c] == 0.5F * normal_levels[static_cast<unsigned>(bytes[c / 2]) >> (c % 2 * 4) & 15U]);
    }
}
