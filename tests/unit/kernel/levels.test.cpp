// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/levels.hpp>
#include <pleach/kernel/packed_row.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace levels_test {

using namespace pleach;

TEMPLATE_TEST_CASE_SIG("levels ascend, are their own nearest, and halfway lies between two", "", ((unsigned Bits), Bits), 1, 2,
                       3, 4) {
    const auto& levels = normal_levels<Bits>;
    const unsigned last = (1U << Bits) - 1;
    for (unsigned i = 0; i <= last; ++i) {
        REQUIRE(nearest_level<Bits>(levels[i]) == i);
        REQUIRE(levels[i] == -levels[last - i]);
        if (i == 0) continue;
        REQUIRE(levels[i - 1] < levels[i]);
        const float middle = (levels[i - 1] + levels[i]) / 2;
        REQUIRE(nearest_level<Bits>(std::nextafter(middle, -9.0F)) == i - 1);
        REQUIRE(nearest_level<Bits>(std::nextafter(middle, 9.0F)) == i);
    }
}

namespace {

// As in frozen/forms/level.hpp; a loop that compilers vectorize.
template <unsigned Bits>
[[gnu::noinline]] void round_all(std::span<float> row, float scale) {
    for (float& x : row) x = scale == 0 ? 0.0F : scale * normal_levels<Bits>[nearest_level<Bits>(x / scale)];
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("whole rows are rounded to the levels that single values are", "", ((unsigned Bits), Bits), 1, 2, 3, 4) {
    auto row = tests::random_row<float>(1000);
    const auto before = row;
    round_all<Bits>(row, 0.25F);
    for (std::size_t c = 0; c < row.size(); ++c) {
        const volatile float x = before[c] / 0.25F;
        REQUIRE(row[c] == 0.25F * normal_levels<Bits>[nearest_level<Bits>(x)]);
    }
}

TEMPLATE_TEST_CASE_SIG("vectors of levels are the levels one by one, at every width", "", ((unsigned Bits), Bits), 1, 2, 3, 4) {
    std::vector<std::byte> bytes(80);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
    const auto bit = [&](std::size_t i) { return static_cast<unsigned>(bytes[i / 8]) >> (i % 8) & 1U; };
    for (std::size_t n = 1; n <= 130; ++n) {
        const level_reader<Bits> row{bytes.data(), 0.5F};
        std::vector<float> vectors(n), scalars(n);
        copy_packed(row, vectors.data(), n);
        copy_packed<scalar_arch>(row, scalars.data(), n);
        REQUIRE(vectors == scalars);
        for (std::size_t c = 0; c < n; ++c) {
            unsigned level = 0;
            for (unsigned b = 0; b < Bits; ++b) level |= bit(Bits * c + b) << b;
            REQUIRE(vectors[c] == 0.5F * normal_levels<Bits>[level]);
        }
    }
}

}  // namespace levels_test
