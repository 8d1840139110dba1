// SPDX-License-Identifier: Apache-2.0

#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/footprint.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace footprint_test {

using pleach::bit_mask;
using pleach::masked;

TEST_CASE("a dense table stores its values and nothing else") {
    const auto table = tests::normal_table<float>(1000, 64);
    const pleach::footprint_counts counts = pleach::footprint(table);
    REQUIRE(counts.stored == 64000);
    REQUIRE(counts.nonzero == 64000);
    REQUIRE(counts.auxiliary == 0);
    REQUIRE(counts.training_only == 0);
    REQUIRE(counts.bytes_now == 256000);
    // Four bounds and 1001 offsets, each filled up to a multiple of 64, and 64 zeros after each blob.
    REQUIRE(counts.bytes_dense == 64 + 64 + 4 * 1000 * 64 + 64);
    REQUIRE(counts.bytes_bitmap == 64 + 4032 + 4 * 64000 + 1000 * 64 / 8 + 64);
    REQUIRE(counts.bytes_csr == 64 + 4032 + 5 * 64000 + 64);
    REQUIRE(pleach::density(table) == 1);
}

TEST_CASE("a mask costs bits and saves no memory by itself") {
    masked table(tests::normal_table<float>(100, 20));
    table.keep(tests::random_mask(100, 20, 0.25));
    const std::size_t live = table.mask().count();
    const pleach::footprint_counts counts = pleach::footprint(table);
    REQUIRE(counts.stored == 2000);
    REQUIRE(counts.nonzero == live);
    REQUIRE(counts.auxiliary == 2000);
    REQUIRE(counts.bytes_now == 4 * 2000 + 100 * 8);
    REQUIRE(counts.bytes_bitmap == 64 + 448 + 4 * live + 100 * 4 + 64);  // 20 bits, in whole floats
    REQUIRE(counts.bytes_csr == 64 + 448 + 5 * live + 64);
    REQUIRE(counts.density() == static_cast<double>(live) / 2000);
}

TEST_CASE("live zeros are not counted as nonzero, nor is -0") {
    auto rows = tests::normal_table<double>(3, 4);
    rows.row(1)[2] = 0;
    rows.row(1)[3] = -0.0;
    REQUIRE(pleach::footprint(rows).nonzero == 10);
    REQUIRE(pleach::footprint(masked(rows)).nonzero == 10);
}

TEST_CASE("an overlay counts the shared values that it shows") {
    auto rows = tests::normal_table<float>(10, 70);
    const bit_mask mask = tests::random_mask(10, 70, 0.5);
    REQUIRE(pleach::footprint(pleach::mask_overlay(rows, mask)).nonzero == mask.count());
}

TEST_CASE("columns take two bytes beyond 256 of them and four beyond 65536") {
    const auto csr = [](std::size_t dim) { return pleach::footprint(tests::normal_table<double>(1, dim)).bytes_csr; };
    REQUIRE(csr(256) == 256 * 9 + 192);
    REQUIRE(csr(257) == 257 * 10 + 192);
    REQUIRE(csr(65536) == 65536 * 10 + 192);
    REQUIRE(csr(65537) == 65537 * 12 + 192);
}

TEST_CASE("footprints add up") {
    const auto users = tests::normal_table<float>(10, 4);
    pleach::footprint_counts both = pleach::footprint(users);
    both += pleach::footprint(tests::normal_table<float>(20, 4));
    REQUIRE(both.stored == 120);
    REQUIRE(both.bytes_dense == 480 + 2 * 192);
    REQUIRE(both.bytes_csr == pleach::footprint(users).bytes_csr + 64 + 128 + 20 * 4 * 5 + 64);
}

TEST_CASE("the density of nothing is 0") {
    REQUIRE(pleach::density(pleach::dense_table<float>(0, 3)) == 0);
    REQUIRE(pleach::density(pleach::dense_table<float>(4, 3)) == 0);
}

}  // namespace footprint_test
