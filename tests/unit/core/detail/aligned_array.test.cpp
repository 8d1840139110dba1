// SPDX-License-Identifier: Apache-2.0
#include <pleach/core/detail/aligned_array.hpp>

#include "support/catch.hpp"

#include <algorithm>

namespace aligned_array_test {

using pleach::detail::aligned_array;

TEST_CASE("an array begins at a cache line, a large one at a huge page, and holds zeros") {
    const auto is_at_multiple_of = [](std::size_t alignment, const void* memory) {
        return reinterpret_cast<std::uintptr_t>(memory) % alignment == 0;
    };
    for (const std::size_t size : {1U, 15U, 17U, 1000U}) {
        const aligned_array<float> array(size);
        REQUIRE(is_at_multiple_of(64, array.data()));
        REQUIRE(std::all_of(array.data(), array.data() + size, [](float x) { return x == 0; }));
    }
    const aligned_array<char> large(std::size_t{4} << 20);
    REQUIRE(is_at_multiple_of(std::size_t{2} << 20, large.data()));
}

TEST_CASE("a copy has values of its own, and a move leaves nothing behind") {
    aligned_array<int> first(3);
    first.data()[1] = 5;
    aligned_array<int> copy(first);
    copy.data()[1] = 6;
    REQUIRE(first.data()[1] == 5);
    const int* memory = first.data();
    const aligned_array<int> moved(std::move(first));
    REQUIRE(moved.data() == memory);
    REQUIRE(first.size() == 0);
    copy = moved;
    REQUIRE((copy.size() == 3 && copy.data()[1] == 5 && copy.data() != memory));
}

TEST_CASE("no bytes take no memory, and more than there can be are refused") {
    REQUIRE(aligned_array<double>(0).data() == nullptr);
    REQUIRE_THROWS_AS(aligned_array<double>(SIZE_MAX / 4), std::bad_alloc);
}

}  // namespace aligned_array_test
