// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/sum_bytes.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sum_bytes_test {

TEST_CASE("rows of bytes are summed exactly, up to as many as 16 bits hold") {
    constexpr std::size_t columns = pleach::byte_sums::columns, most = pleach::byte_sums::most_rows;
    std::vector<std::uint8_t> rows(most * columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = i % columns < 2 ? std::uint8_t{255} : static_cast<std::uint8_t>(i * 37 + i / columns * 11);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, most}) {
        std::array<std::int32_t, columns> expected{}, found{};
        pleach::byte_sums sums;
        for (std::size_t r = 0; r < count; ++r) {
            sums.add(rows.data() + r * columns);
            for (std::size_t c = 0; c < columns; ++c) expected[c] += rows[r * columns + c];
        }
        sums.take(found.data());
        REQUIRE(found == expected);
        sums.take(found.data());  // they start again from 0
        REQUIRE(found == expected);
    }
}

}  // namespace sum_bytes_test
