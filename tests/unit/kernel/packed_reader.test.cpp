// SPDX-License-Identifier: Apache-2.0
#include <pleach/kernel/packed_reader.hpp>

#include <pleach/kernel/column_list.hpp>
#include <pleach/kernel/levels.hpp>
#include <pleach/kernel/packed_row.hpp>

#include "support/catch.hpp"

namespace packed_reader_test {

using namespace pleach;

namespace {

struct rows_of_floats {
    [[maybe_unused]] static constexpr bool is_dense = true;
    [[nodiscard]] dense_reader<value_code::f32> reader(std::uint32_t) const { return {nullptr, 1}; }
    void prefetch(std::uint32_t) const {}
};
struct rows_without_prefetch {
    [[maybe_unused]] static constexpr bool is_dense = true;
    [[nodiscard]] dense_reader<value_code::f32> reader(std::uint32_t) const { return {nullptr, 1}; }
};

}  // namespace

TEST_CASE("readers are told from lists of columns, and rows of readers from others") {
    STATIC_REQUIRE(packed_reader<dense_reader<value_code::i8>>);
    STATIC_REQUIRE(packed_reader<bitmap_reader<value_code::f16>>);
    STATIC_REQUIRE(packed_reader<level_reader<3>>);
    STATIC_REQUIRE(!packed_reader<column_list<value_code::f32, std::uint8_t>>);
    STATIC_REQUIRE(packed_rows<rows_of_floats, std::uint32_t>);
    STATIC_REQUIRE(!packed_rows<rows_without_prefetch, std::uint32_t>);
}

}  // namespace packed_reader_test
