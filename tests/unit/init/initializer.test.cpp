// SPDX-License-Identifier: Apache-2.0

#include <pleach/init/initializer.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/init/uniform.hpp>

#include "support/catch.hpp"
#include "unit/init/fills.hpp"

namespace initializer_test {

using pleach::matrix;
using pleach::random_stream;
using tests::filled;

TEST_CASE("an element depends on the stream, its row and its column alone") {
    const auto small = filled<float>(pleach::uniform{}, 3, 4, random_stream(1));
    const auto large = filled<float>(pleach::uniform{}, 9000, 6, random_stream(1));
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) REQUIRE(small.row(r)[c] == large.row(r)[c]);
    REQUIRE_FALSE(small == filled<float>(pleach::uniform{}, 3, 4, random_stream(2)));
}

TEST_CASE("fills leave what lies between strided rows") {
    std::vector<float> memory(12, 5.f);
    pleach::normal{}.fill(pleach::matrix_view<float>(memory.data(), 3, 2, 4), random_stream(1));
    REQUIRE(memory[2] == 5);
    REQUIRE(memory[11] == 5);
    REQUIRE(memory[9] != 5);
}

}  // namespace initializer_test
