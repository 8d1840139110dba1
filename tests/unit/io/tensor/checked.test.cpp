// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/file/checksum.hpp>
#include <pleach/io/tensor/checked.hpp>

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace checked_test {

using pleach::checked_add;
using pleach::checked_count;
using pleach::checked_multiply;

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> count(const std::vector<std::uint64_t>& shape) { return checked_count(shape); }

}  // namespace

TEST_CASE("sums that fit are exact, others are nothing") {
    STATIC_REQUIRE(checked_add(0, 0) == 0);
    STATIC_REQUIRE(checked_add(largest, 0) == largest);
    STATIC_REQUIRE(checked_add(largest - 1, 1) == largest);
    STATIC_REQUIRE(!checked_add(largest, 1));
    STATIC_REQUIRE(!checked_add(1, largest));
    STATIC_REQUIRE(!checked_add(largest, largest));
}

TEST_CASE("products that fit are exact, others are nothing") {
    STATIC_REQUIRE(checked_multiply(0, largest) == 0);
    STATIC_REQUIRE(checked_multiply(largest, 0) == 0);
    STATIC_REQUIRE(checked_multiply(1, largest) == largest);
    STATIC_REQUIRE(checked_multiply(std::uint64_t{1} << 32U, std::uint64_t{1} << 31U) == std::uint64_t{1} << 63U);
    STATIC_REQUIRE(!checked_multiply(std::uint64_t{1} << 32U, std::uint64_t{1} << 32U));
    STATIC_REQUIRE(checked_multiply(largest / 3, 3) == largest);
    STATIC_REQUIRE(!checked_multiply(largest / 3 + 1, 3));
    STATIC_REQUIRE(!checked_multiply(3, largest / 3 + 1));
}

TEST_CASE("the number of elements does not depend on the order of the extents") {
    REQUIRE(count({}) == 1);
    REQUIRE(count({3, 4}) == 12);
    REQUIRE(count({0, largest}) == 0);
    REQUIRE(count({largest, 0}) == 0);
    REQUIRE(count({0, largest, 2}) == std::nullopt);
    REQUIRE(count({largest, 2, 0}) == std::nullopt);
}

TEST_CASE("the checksum is XXH3-64, whatever the pieces") {
    const std::string text(1000, 'x');
    const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
    pleach::checksum whole;
    whole.update(bytes);
    REQUIRE(whole.value() == XXH3_64bits(text.data(), text.size()));
    for (const std::size_t piece : {1U, 7U, 64U, 999U}) {
        pleach::checksum pieces;
        for (std::span<const std::byte> rest = bytes; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
            pieces.update(rest.first(std::min(piece, rest.size())));
        }
        REQUIRE(pieces.value() == whole.value());
    }
    // The value that the specification of XXH3 gives for no bytes.
    REQUIRE(pleach::hexadecimal(pleach::checksum().value()) == "2d06800538d394c2");
    REQUIRE(pleach::hexadecimal(0xab) == "00000000000000ab");
}

}  // namespace checked_test
