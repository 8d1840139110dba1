// SPDX-License-Identifier: Apache-2.0
#include <pleach/compose/packed_codes.hpp>

#include <pleach/core/matrix.hpp>
#include <pleach/core/random_stream.hpp>

#include "support/catch.hpp"

namespace packed_codes_test {

namespace {

pleach::matrix<std::uint16_t> random_ids(std::size_t entities, std::size_t terms, std::size_t bits) {
    pleach::matrix<std::uint16_t> ids(entities, terms);
    const pleach::random_stream stream(bits);
    for (std::size_t x = 0; x < entities; ++x)
        for (std::size_t k = 0; k < terms; ++k)
            ids.row(x)[k] = static_cast<std::uint16_t>(stream.below(std::uint64_t{1} << bits, x, k));
    return ids;
}

}  // namespace

TEST_CASE("codes of 4 to 12 bits come back from their bytes, which hold nothing between them") {
    for (std::size_t bits = 4; bits <= 12; ++bits) {
        const auto ids = random_ids(37, 3, bits);
        const pleach::packed_codes<> codes(ids.view(), bits);
        REQUIRE((codes.size() == 37 && codes.terms() == 3 && codes.bits() == bits && codes.codewords() == 1U << bits));
        CHECK(codes.bytes().size() == (37 * 3 * bits + 7) / 8 + 4);
        const pleach::borrowed_codes shared(codes.bytes(), 37, 3, bits);
        // Bit by bit, as the format says it.
        const auto bit = [&](std::size_t i) { return std::to_integer<unsigned>(codes.bytes()[i / 8]) >> (i % 8) & 1; };
        for (std::size_t x = 0; x < 37; ++x)
            for (std::size_t k = 0; k < 3; ++k) {
                std::size_t found = 0;
                for (std::size_t b = 0; b < bits; ++b) found |= std::size_t{bit((x * 3 + k) * bits + b)} << b;
                REQUIRE(found == ids.row(x)[k]);
                REQUIRE(codes.id(x, k) == found);
                REQUIRE(shared.row(x, k) == (k << bits) + found);
            }
        for (std::size_t i = 37 * 3 * bits; i < codes.bytes().size() * 8; ++i) REQUIRE(bit(i) == 0);
    }
}

TEST_CASE("codes that cannot be packed are refused with a sentence") {
    const auto ids = random_ids(5, 2, 8);
    CHECK_THROWS_WITH(pleach::packed_codes<>(ids.view(), 3),
                      "pleach::packed_codes: codes have 3 bits, but may have 4 to 12; use more terms of fewer bits");
    CHECK_THROWS_AS(pleach::packed_codes<>(ids.view(), 13), std::invalid_argument);
    CHECK_THROWS_WITH(pleach::packed_codes<>(pleach::matrix<std::uint16_t>(5, 0).view(), 8),
                      "pleach::packed_codes: there are 0 terms, but a row needs at least one codeword");
    pleach::matrix<std::uint16_t> one(2, 1);
    one.row(1)[0] = 16;
    CHECK_THROWS_WITH(pleach::packed_codes<>(one.view(), 4),
                      "pleach::packed_codes: entity 1 has the codeword 16, but books of 4 bits end at 15");
}

TEST_CASE("groups of columns differ by at most one, and the last is among the widest") {
    for (std::size_t dim = 1; dim < 40; ++dim)
        for (std::size_t groups = 1; groups <= dim; ++groups) {
            std::size_t next = 0;
            for (std::size_t k = 0; k < groups; ++k) {
                const pleach::column_group group = pleach::column_group_of(dim, groups, k);
                REQUIRE(group.first == next);
                REQUIRE((group.count == dim / groups || group.count == (dim + groups - 1) / groups));
                next += group.count;
            }
            REQUIRE(next == dim);
            REQUIRE(pleach::column_group_of(dim, groups, groups - 1).count == (dim + groups - 1) / groups);
        }
}

}  // namespace packed_codes_test
