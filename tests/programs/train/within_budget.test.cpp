// SPDX-License-Identifier: Apache-2.0
#include "support/train/within_budget.hpp"

#include "support/catch.hpp"
#include "support/text/bytes.hpp"

#include <tuple>

namespace within_budget_test {

namespace {

using support::table_kind;

constexpr support::entity_counts counts{400, 600};

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
    const support::options chosen = support::within_budget({}, counts);
    REQUIRE(chosen.dim == support::options{}.dim);
    REQUIRE(chosen.density == 1.0);
    REQUIRE(chosen.notes.empty());
}

TEST_CASE("Bytes become the width of a dense table") {
    // Bounds, the zeros after them and the rows, and the zeros after those.
    const std::size_t around = 64 + 64 + 64;
    CHECK(support::within_budget(with_data(1000 * 4 * 7 + around, table_kind::dense), counts).dim == 7);
    CHECK(support::within_budget(with_data(1000 * 4 * 7 + around - 1, table_kind::dense), counts).dim == 6);
    CHECK(support::within_budget(with_bytes(1 << 30, table_kind::dense), counts).dim == 64);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(5791, table_kind::dense), counts), support::usage_error,
                                 "files of a dense table of 1,000 rows and one column take 5,792 bytes");
}

TEST_CASE("Bytes become a density whose values fit, and one more would not") {
    for (const std::size_t bytes : {10'000u, 50'001u, 123'456u, 200'000u}) {
        const support::options chosen = support::within_budget(with_data(bytes, table_kind::masked), counts);
        const auto kept = static_cast<std::size_t>(chosen.density * 64000);
        const auto fits = [&](std::size_t values) {
            return std::min(pleach::packed_bytes(pleach::packing::csr, {1000, 64}, values, 4),
                            pleach::packed_bytes(pleach::packing::bitmap, {1000, 64}, values, 4)) <= bytes;
        };
        REQUIRE(fits(kept));
        REQUIRE_FALSE(fits(kept + 1));
    }
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_data(4000, table_kind::masked), counts), support::usage_error,
                                 "the smallest that does is 4165 bytes");
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(4000, table_kind::masked), counts), support::usage_error,
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
    const auto buckets = [](const support::options& chosen) { return support::within_budget(chosen, counts).buckets; };
    // A row of zeros on either side of the rows, and one line for the bound.
    CHECK(buckets(with_data(64 * 4 * 10 + 192, table_kind::hash)) == 10);
    CHECK(buckets(with_data(64 * 4 * 10 + 191, table_kind::hash)) == 9);
    CHECK(buckets(with_data(64 * 4 * 10 + 2 * 192 + 63, table_kind::double_hash)) == 5);
    CHECK(buckets(with_data(64 * 4 * 10 + 2 * 192 + 62, table_kind::double_hash)) == 4);
    support::options tenth = with_bytes(0, table_kind::qr);
    tenth.density = 0.1;
    const support::options chosen = support::within_budget(tenth, counts);
    CHECK(chosen.buckets == (25'600 - 3 * 704 - 2 * 192 - 63) / 512);
    CHECK(chosen.density == 1);
    CHECK(chosen.notes.size() == 1);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(255, table_kind::hash), counts), support::usage_error,
                                 "255 bytes are too few for one bucket: a file of one takes 1,856 bytes at --dim 64");
}

TEST_CASE("The buckets of a searched table hold half of their values in the smallest budget") {
    support::options chosen;
    chosen.table = table_kind::cerp;
    chosen.densities = {0.5, 0.1};
    // 10 % of 1000 rows of 256 bytes, over two tables of 32 values, 64 bits and a row start per bucket.
    CHECK(support::within_budget(chosen, counts).buckets == (25'600 - 3 * 704) / (2 * (32 * 4 + 8 + 8)));
    CHECK(support::within_budget(chosen, counts).densities == chosen.densities);
    chosen.buckets = 7;
    CHECK(support::within_budget(chosen, counts).buckets == 7);
    support::options bytes = with_bytes(25'600, table_kind::cerp);
    CHECK(support::within_budget(bytes, counts).density == tests::approx(0.1));
    REQUIRE_THROWS_WITH_SENTENCE(
        support::within_budget(with_bytes(100, table_kind::cerp), counts), support::usage_error,
        "100 bytes are too few for one bucket: a file of one, with half of its values, takes 2,400 bytes");
}

TEST_CASE("Codes are as many as fit beside the terms of every entity, whose numbers take a byte up to 256") {
    const auto codes = [](const support::options& chosen) { return support::within_budget(chosen, counts).codes; };
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
    CHECK(support::within_budget(by_density, {80, 120}).codes == 200);
    by_density.density = 0.1;
    CHECK(codes(by_density) == (25'600 - 2 * 704 - legcf(0, 1)) / 256);
    CHECK(support::within_budget(by_density, counts).density == 1);
    by_density.density = 0.04;
    REQUIRE_THROWS_WITH_SENTENCE(
        support::within_budget(by_density, counts), support::usage_error,
        "10,240 bytes are too few for 2 codes, which take 12,160 bytes, most of them for the terms of 1,000");
}

TEST_CASE("Bytes become the columns of a table in few bits") {
    // A scale and three bits of each column; bounds, the zeros after them and the rows, and the zeros after those.
    support::options chosen = with_data(1000 * (1 + 6) + 64 + 64 + 64, table_kind::quantized);
    chosen.code = support::few_bits::n3b;
    CHECK(support::within_budget(chosen, counts).dim == 16);
    chosen.bytes -= 64;
    CHECK(support::within_budget(chosen, counts).dim < 16);
    CHECK(support::within_budget(with_bytes(1 << 30, table_kind::quantized), counts).dim == 64);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(100, table_kind::quantized), counts), support::usage_error,
                                 "files of 1,000 rows of one column in n4b take 3,");
}

TEST_CASE("Biases take their bytes out of the budget, and the table has what they leave") {
    // A file of its own: a header, bounds, the zeros after them, 600 values, and the zeros after those.
    constexpr std::uint64_t file = 704 + 64 + 64 + 600 * 4 + 64;
    for (const table_kind table :
         {table_kind::hash, table_kind::double_hash, table_kind::qr, table_kind::cerp, table_kind::legcf, table_kind::c2f}) {
        const support::options without = support::within_budget(with_bytes(60'000, table), counts);
        support::options chosen = with_bytes(60'000 + file, table);
        chosen.program = "train_mf";
        chosen.item_biases = true;
        const support::options with = support::within_budget(chosen, counts);
        CHECK(with.bytes == 60'000 + file);
        CHECK(std::tuple(with.buckets, with.codes, with.density) ==
              std::tuple(without.buckets, without.codes, without.density));
        CHECK(with.notes.back() == "--item-biases: 3,296 bytes of --bytes");
        chosen.bytes = file;
        REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(chosen, counts), support::usage_error,
                                     "the biases of 600 items take 3,296 bytes; give more, or leave out --item-biases");
        chosen.bytes = file + 100;
        REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(chosen, counts), support::usage_error,
                                     "; the biases of items take 3,296 bytes more");
    }
    // Rows that are propagated are saved without biases, so that those are a file too.
    support::options graph = with_bytes(60'000 + file, table_kind::masked);
    graph.item_biases = true;
    graph.program = "train_lightgcn";
    CHECK(support::within_budget(graph, counts).density ==
          support::within_budget(with_bytes(60'000, table_kind::masked), counts).density);
}

TEST_CASE("Where scored rows are saved, biases are a column of them, whose every value counts") {
    support::options chosen = with_data(1000 * 4 * 8 + 3 * 64, table_kind::dense);
    chosen.program = "train_mf";
    chosen.item_biases = true;
    CHECK(support::within_budget(chosen, counts).dim == 7);
    chosen.table = table_kind::masked;
    const auto kept = static_cast<std::size_t>(support::within_budget(chosen, counts).density * 64'000);
    const auto fits = [&](std::size_t values) {
        return std::min(pleach::packed_bytes(pleach::packing::csr, {1000, 65}, values, 4),
                        pleach::packed_bytes(pleach::packing::bitmap, {1000, 65}, values, 4)) <=
               chosen.bytes - support::bytes_beside(chosen.table);
    };
    CHECK(fits(kept + 1000));
    CHECK_FALSE(fits(kept + 1001));
    chosen.bytes = 8'000;
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(chosen, counts), support::usage_error,
                                 "the biases of items leave no bytes for values; take more bytes");
    chosen.table = table_kind::dense;
    chosen.bytes = 9'791;
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(chosen, counts), support::usage_error,
                                 "files of a dense table of 1,000 rows and one column and one of biases take 9,792 bytes");
}

}  // namespace within_budget_test
