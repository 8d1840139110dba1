// SPDX-License-Identifier: Apache-2.0

#include <pleach/core/bit_mask.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"

namespace bit_mask_test {

using pleach::bit_mask;

TEST_CASE("a mask of ones has every bit up to the last column and none beyond") {
    const std::size_t cols = GENERATE(as<std::size_t>{}, 1, 7, 63, 64, 65, 127, 128, 129, 200);
    const bit_mask mask = bit_mask::ones(3, cols);
    REQUIRE(mask.count() == 3 * cols);
    REQUIRE(mask.count_row(2) == cols);
    REQUIRE(mask.words_per_row() == (cols + 63) / 64);
    REQUIRE(mask.bytes() == 3 * mask.words_per_row() * 8);
    REQUIRE(bit_mask::zeros(3, cols).count() == 0);
}

TEST_CASE("set and reset change one bit") {
    bit_mask mask = bit_mask::zeros(4, 130);
    mask.set(2, 129);
    mask.set(2, 64);
    mask.set(0, 0);
    REQUIRE(mask.test(2, 129));
    REQUIRE(mask.count() == 3);
    REQUIRE(mask.count_row(2) == 2);
    REQUIRE(mask.row_words(2)[2] == 2);
    mask.reset(2, 129);
    REQUIRE_FALSE(mask.test(2, 129));
    REQUIRE(mask.count() == 2);
}

TEST_CASE("an intersection keeps the bits of both and is a subset of each") {
    bit_mask a = bit_mask::zeros(2, 70), b = bit_mask::ones(2, 70);
    a.set(1, 69);
    a.set(0, 3);
    b.reset(0, 3);
    bit_mask both = a;
    both &= b;
    REQUIRE(both.count() == 1);
    REQUIRE(both.test(1, 69));
    REQUIRE(both.is_subset_of(a));
    REQUIRE(both.is_subset_of(b));
    REQUIRE_FALSE(a.is_subset_of(b));
}

TEST_CASE("masks of different shapes do not intersect") {
    bit_mask a = bit_mask::ones(2, 3);
    REQUIRE_THROWS_WITH_SENTENCE(a &= bit_mask::ones(3, 2), std::invalid_argument,
                                 "cannot intersect a mask of 2 x 3 with one of 3 x 2");
    REQUIRE(a == bit_mask::ones(2, 3));
}

TEST_CASE("words give the same mask back") {
    bit_mask mask = bit_mask::ones(3, 70);
    mask.reset(1, 68);
    REQUIRE(bit_mask::from_words(3, 70, mask.words()) == mask);
}

TEST_CASE("words that do not fit are refused") {
    const bit_mask mask = bit_mask::ones(3, 70);
    REQUIRE_THROWS_WITH_SENTENCE(bit_mask::from_words(2, 70, mask.words()), std::invalid_argument,
                                 "a mask of 2 x 70 has 4 words, but 6 were given");
    REQUIRE_THROWS_WITH_SENTENCE(bit_mask::from_words(3, 69, mask.words()), std::invalid_argument,
                                 "a bit beyond column 69 is set");
}

TEST_CASE("a mask without rows or columns is empty") {
    REQUIRE(bit_mask::ones(0, 5).count() == 0);
    REQUIRE(bit_mask::ones(5, 0).count() == 0);
    REQUIRE(bit_mask() == bit_mask::zeros(0, 0));
}

#if PLEACH_HARDENED
TEST_CASE("hardened builds refuse bits outside the shape") {
    const tests::throwing_contracts contracts;
    bit_mask mask = bit_mask::ones(2, 3);
    REQUIRE_THROWS_AS(mask.test(2, 0), tests::contract_failed);
    REQUIRE_THROWS_AS(mask.set(0, 3), tests::contract_failed);
    REQUIRE_THROWS_AS(mask.row_words(2), tests::contract_failed);
}
#endif

}  // namespace bit_mask_test
