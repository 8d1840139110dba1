// SPDX-License-Identifier: Apache-2.0

#include "support/serve/coded_format.hpp"

#include "support/catch.hpp"
#include "support/program/main.hpp"
#include "support/tables.hpp"

#include <pleach/frozen/coded_rows.hpp>

namespace coded_format_test {

namespace {

const pleach::openmp exec{2};

}  // namespace

TEST_CASE("formats of codewords are read as they are written, and without a name they are sums") {
    const auto sum = support::parse_coded("coded<sum,6x8>");
    REQUIRE((sum && sum->is_sum && sum->terms == 6 && sum->bits == 8));
    CHECK(sum->name() == "coded<sum,6x8>");
    CHECK(support::parse_coded("coded<6x8>")->name() == "coded<sum,6x8>");
    CHECK(support::parse_coded("coded<concat,21x4>")->name() == "coded<concat,21x4>");
    CHECK(support::parse_coded("rotated<coded<concat,21x4>>")->is_rotated);
    CHECK(support::parse_coded("rotated<coded<concat,21x4>>")->name() == "rotated<coded<concat,21x4>>");
    CHECK(!support::parse_coded("dense_rows<n4>"));
    CHECK(!support::parse_coded(""));
    for (const char* text :
         {"coded", "coded<>", "coded<6>", "coded<6x>", "coded<6x3>", "coded<6x13>", "coded<0x8>", "coded<-1x8>",
          "coded<hadamard,6x8>", "coded<6x8", "coded<6x8>>", "coded<sum,concat,6x8>", "coded<65536x8>", "rotated<",
          "rotated<coded<concat,2x8>", "rotated<coded<sum,2x8>>", "rotated<dense_rows<n4>>"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(support::parse_coded(text), support::usage_error);
    }
    CHECK_THROWS_WITH(support::parse_coded("coded<6>", "--freeze"),
                      "--freeze coded<6>: codewords are written as coded<sum,6x8>, coded<concat,16x8> or "
                      "rotated<coded<concat,16x8>>, with the "
                      "number of terms and the bits of each, 4 to 12");
}

TEST_CASE("what a format of codewords takes is said to the byte, and the most terms that fit are found") {
    const auto table = tests::normal_table<float>(700, 10);
    for (const bool is_sum : {true, false})
        for (const std::size_t terms : {1U, 2U, 3U, 7U})
            for (const std::size_t bits : {4U, 5U, 8U}) {
                const support::coded_format format{is_sum, terms, bits};
                const auto image = support::freeze_coded(table.rows(), format, 1, exec);
                REQUIRE(image.bytes() == format.bytes(700, 10));
                REQUIRE(image.content().value("terms") == std::to_string(terms));
            }
    const support::coded_format rotated{.is_sum = false, .terms = 3, .bits = 5, .is_rotated = true};
    REQUIRE(support::freeze_coded(table.rows(), rotated, 1, exec).bytes() == rotated.bytes(700, 10));
    const std::size_t three = support::coded_format{true, 3, 8}.bytes(700, 10);
    CHECK(support::most_terms(true, 700, 10, three)->terms == 3);
    CHECK(support::most_terms(true, 700, 10, three - 1)->terms == 2);
    CHECK(support::most_terms(false, 700, 10, 1U << 30)->terms == 10);
    CHECK(!support::most_terms(true, 700, 10, 1000));
    CHECK(!support::most_terms(true, 255, 10, 1U << 30));
}

}  // namespace coded_format_test
