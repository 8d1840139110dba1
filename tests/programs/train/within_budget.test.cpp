// SPDX-License-Identifier: Apache-2.0
#include "support/train/within_budget.hpp"

#include "support/catch.hpp"
#include "support/text/bytes.hpp"

namespace within_budget_test {

namespace {

using support::table_kind;

support::options with_bytes(std::uint64_t bytes, table_kind table) {
    support::options chosen;
    chosen.bytes = bytes;
    chosen.table = table;
    return chosen;
}

/// `bytes` of data, and what files take beside them.
support::options with_data(std::uint64_t bytes, table_kind table) {
    return with_bytes(bytes + support::bytes_beside(table), table);
}

}  // namespace

TEST_CASE("Without --bytes nothing changes") {
    const support::options chosen = support::within_budget({}, 1000);
    REQUIRE(chosen.dim == support::options{}.dim);
    REQUIRE(chosen.density == 1.0);
    REQUIRE(chosen.notes.empty());
}

TEST_CASE("Bytes become the width of a dense table") {
    // Bounds, the zeros after them and the rows, and the zeros after those.
    const std::size_t around = 64 + 64 + 64;
    CHECK(support::within_budget(with_data(1000 * 4 * 7 + around, table_kind::dense), 1000).dim == 7);
    CHECK(support::within_budget(with_data(1000 * 4 * 7 + around - 1, table_kind::dense), 1000).dim == 6);
    CHECK(support::within_budget(with_bytes(1 << 30, table_kind::dense), 1000).dim == 64);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(5791, table_kind::dense), 1000), support::usage_error,
                                 "files of a dense table of 1,000 rows and one column take 5,792 bytes");
}

TEST_CASE("Bytes become a density whose values fit, and one more would not") {
    for (const std::size_t bytes : {10'000u, 50'001u, 123'456u, 200'000u}) {
        const support::options chosen = support::within_budget(with_data(bytes, table_kind::masked), 1000);
        const auto kept = static_cast<std::size_t>(chosen.density * 64000);
        const auto fits = [&](std::size_t values) {
            return std::min(pleach::packed_bytes(pleach::packing::csr, {1000, 64}, values, 4),
                            pleach::packed_bytes(pleach::packing::bitmap, {1000, 64}, values, 4)) <= bytes;
        };
        REQUIRE(fits(kept));
        REQUIRE_FALSE(fits(kept + 1));
    }
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_data(4000, table_kind::masked), 1000), support::usage_error,
                                 "the smallest that does is 4165 bytes");
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(4000, table_kind::masked), 1000), support::usage_error,
                                 "headers of files take 1,600 more");
}

TEST_CASE("Bytes are read with their units") {
    REQUIRE(support::bytes_in("2MB") == 2'000'000);
    REQUIRE(support::bytes_in("1.5KiB") == 1536);
    REQUIRE(support::bytes_in("7") == 7);
    for (const char* bad : {"", "MB", "-1", "0", "2 MB", "2mb", "1e30"}) {
        CAPTURE(bad);
        REQUIRE_FALSE(support::bytes_in(bad).has_value());
    }
}

TEST_CASE("Bytes and densities become buckets of tables with shared rows") {
    const auto buckets = [](const support::options& chosen) { return support::within_budget(chosen, 1000).buckets; };
    // A row of zeros on either side of the rows, and one line for the bound.
    CHECK(buckets(with_data(64 * 4 * 10 + 192, table_kind::hash)) == 10);
    CHECK(buckets(with_data(64 * 4 * 10 + 191, table_kind::hash)) == 9);
    CHECK(buckets(with_data(64 * 4 * 10 + 2 * 192 + 63, table_kind::double_hash)) == 5);
    CHECK(buckets(with_data(64 * 4 * 10 + 2 * 192 + 62, table_kind::double_hash)) == 4);
    support::options tenth = with_bytes(0, table_kind::qr);
    tenth.density = 0.1;
    const support::options chosen = support::within_budget(tenth, 1000);
    CHECK(chosen.buckets == (25'600 - 3 * 704 - 2 * 192 - 63) / 512);
    CHECK(chosen.density == 1);
    CHECK(chosen.notes.size() == 1);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(255, table_kind::hash), 1000), support::usage_error,
                                 "255 bytes are too few for one bucket: a file of one takes 1,856 bytes at --dim 64");
}

TEST_CASE("The buckets of a searched table hold half of their values in the smallest budget") {
    support::options chosen;
    chosen.table = table_kind::cerp;
    chosen.densities = {0.5, 0.1};
    // 10 % of 1000 rows of 256 bytes, over two tables of 32 values, 64 bits and a row start per bucket.
    CHECK(support::within_budget(chosen, 1000).buckets == (25'600 - 3 * 704) / (2 * (32 * 4 + 8 + 8)));
    CHECK(support::within_budget(chosen, 1000).densities == chosen.densities);
    chosen.buckets = 7;
    CHECK(support::within_budget(chosen, 1000).buckets == 7);
    support::options bytes = with_bytes(25'600, table_kind::cerp);
    CHECK(support::within_budget(bytes, 1000).density == tests::approx(0.1));
    REQUIRE_THROWS_WITH_SENTENCE(
        support::within_budget(with_bytes(100, table_kind::cerp), 1000), support::usage_error,
        "100 bytes are too few for one bucket: a file of one, with half of its values, takes 2,400 bytes");
}

TEST_CASE("Codes are as many as fit beside the terms of every entity, whose numbers take a byte up to 256") {
    const auto codes = [](const support::options& chosen) { return support::within_budget(chosen, 1000).codes; };
    // Weights, numbers and codes begin at cache lines; 2,000 terms, and a bound for each 256 codes.
    const auto legcf = [](std::size_t rows, std::size_t of_each) {
        return 8'000 + (2'000 * of_each + 63) / 64 * 64 + 64 * 4 * rows + 192;
    };
    CHECK(codes(with_data(legcf(10, 1), table_kind::legcf)) == 10);
    CHECK(codes(with_data(legcf(10, 1) - 1, table_kind::legcf)) == 9);
    CHECK(codes(with_data(legcf(257, 2) - 1, table_kind::legcf)) == 256);
    CHECK(codes(with_data(legcf(257, 2), table_kind::legcf)) == 257);
    CHECK(codes(with_bytes(1 << 30, table_kind::legcf)) == 1000);
    // 9 codes of 4 terms each over 4 fine ones.
    support::options fine = with_data(legcf(9, 1) + 192 + 64 + 64 * 4 * 4 + 192, table_kind::c2f);
    fine.fine_codes = 4;
    CHECK(codes(fine) == 9);
    --fine.bytes;
    CHECK(codes(fine) == 8);
    support::options by_density;
    by_density.table = table_kind::legcf;
    CHECK(codes(by_density) == 300);
    CHECK(support::within_budget(by_density, 200).codes == 200);
    by_density.density = 0.1;
    CHECK(codes(by_density) == (25'600 - 2 * 704 - legcf(0, 1)) / 256);
    CHECK(support::within_budget(by_density, 1000).density == 1);
    by_density.density = 0.04;
    REQUIRE_THROWS_WITH_SENTENCE(
        support::within_budget(by_density, 1000), support::usage_error,
        "10,240 bytes are too few for 2 codes, which take 12,160 bytes, most of them for the terms of 1,000");
}

TEST_CASE("Bytes become the columns of a table in few bits") {
    // A scale and three bits of each column; bounds, the zeros after them and the rows, and the zeros after those.
    support::options chosen = with_data(1000 * (1 + 6) + 64 + 64 + 64, table_kind::quantized);
    chosen.code = support::few_bits::n3b;
    CHECK(support::within_budget(chosen, 1000).dim == 16);
    chosen.bytes -= 64;
    CHECK(support::within_budget(chosen, 1000).dim < 16);
    CHECK(support::within_budget(with_bytes(1 << 30, table_kind::quantized), 1000).dim == 64);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(100, table_kind::quantized), 1000), support::usage_error,
                                 "files of 1,000 rows of one column in n4b take 3,");
}

}  // namespace within_budget_test
