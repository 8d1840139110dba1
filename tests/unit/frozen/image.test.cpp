// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/image.hpp>

#include "support/catch.hpp"

namespace frozen = pleach::frozen;

TEST_CASE("an image's arrays are zeros from a cache line on, and stay where they are when it moves") {
    frozen::image first;
    const std::span<float> rows = first.add<float>("rows", 5);
    rows[4] = 2.5F;
    const frozen::image moved(std::move(first));
    const auto found = moved.content().find<float>("rows");
    REQUIRE(found.has_value());
    REQUIRE(found->data() == rows.data());
    REQUIRE(reinterpret_cast<std::uintptr_t>(found->data()) % 64 == 0);
    REQUIRE(((*found)[0] == 0 && (*found)[4] == 2.5F));
    REQUIRE_FALSE(moved.content().find<std::uint32_t>("rows").has_value());  // other elements
    REQUIRE_FALSE(moved.content().find<float>("row").has_value());
}

TEST_CASE("the bytes of an image are its arrays, each from a multiple of 64 on") {
    frozen::image image;
    REQUIRE(image.bytes() == 0);
    image.add<std::byte>("a", 65);
    image.add<float>("b", 3);
    REQUIRE(image.bytes() == 128 + 12);
}

TEST_CASE("a part's arrays and metadata come under its name, but what is said of a whole file does not") {
    frozen::image part, whole;
    part.add<std::byte>("rows", 2)[1] = std::byte{7};
    part.describe("dim", "8");
    part.describe("pleach.frozen", "1");
    whole.absorb(std::move(part), "base.");
    REQUIRE(whole.content().value("base.dim") == "8");
    REQUIRE(whole.content().metadata().size() == 1);
    REQUIRE((*whole.content().find<std::byte>("base.rows"))[1] == std::byte{7});
}

TEST_CASE("a number is digits alone, without zeros in front, and below the limit") {
    frozen::sections sections;
    const auto read = [&](const char* text) {
        sections.describe("n", text);
        return sections.number("n", 100);
    };
    REQUIRE(read("0") == 0U);
    REQUIRE(read("99") == 99U);
    for (const char* text : {"", "100", "07", "-1", "+1", "1 ", " 1", "0x1", "1.0", "18446744073709551617"}) {
        CAPTURE(text);
        REQUIRE_FALSE(read(text).has_value());
    }
    REQUIRE_FALSE(sections.number("absent", 100).has_value());
}
