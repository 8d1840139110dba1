// SPDX-License-Identifier: Apache-2.0

#include <pleach/kernel/sparse_levels.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace sparse_levels_test {

using namespace pleach;

TEMPLATE_TEST_CASE_SIG("levels are spread to the columns whose bit is set, at every width", "", ((unsigned Bits), Bits), 2, 3,
                       4) {
    STATIC_REQUIRE(packed_reader<bitmap_level_reader<Bits>>);
    for (std::size_t n = 1; n <= 200; ++n) {
        const random_stream stream = random_stream(7).fork(n);
        std::vector<std::byte> bits(n / 8 + 9), levels(Bits * n / 8 + 17);
        for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<std::byte>(stream.below(256, i));
        std::vector<float> expected(n);
        std::size_t level = 0;
        for (std::size_t c = 0; c < n; ++c)
            if (stream.uniform(c, 1) < 0.3) {
                bits[c / 8] |= std::byte{1} << (c % 8);
                expected[c] = 0.5F * level_at<Bits>(levels.data(), level++);
            }
        const bitmap_level_reader<Bits> row{bits.data(), levels.data(), 0.5F};
        std::vector<float> vectors(n), scalars(n), rest(n);
        copy_packed(row, vectors.data(), n);
        copy_packed<scalar_arch>(row, scalars.data(), n);
        REQUIRE(vectors == expected);
        REQUIRE(scalars == expected);
        for (std::size_t skipped = 8; skipped < n; skipped += 8) {
            auto later = row;
            later.skip(skipped);
            copy_packed(later, rest.data(), n - skipped);
            REQUIRE(std::equal(expected.begin() + static_cast<std::ptrdiff_t>(skipped), expected.end(), rest.begin()));
        }
    }
}

}  // namespace sparse_levels_test
