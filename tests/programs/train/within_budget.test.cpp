// SPDX-License-Identifier: Apache-2.0
#include "support/train/within_budget.hpp"

#include "support/catch.hpp"
#include "support/text/bytes.hpp"

namespace within_budget_test {

namespace {

support::options with_bytes(std::uint64_t bytes, support::table_kind table) {
    support::options chosen;
    chosen.bytes = bytes;
    chosen.table = table;
    return chosen;
}

}  // namespace

TEST_CASE("Without --bytes nothing changes") {
    const support::options chosen = support::within_budget({}, 1000);
    REQUIRE(chosen.dim == support::options{}.dim);
    REQUIRE(chosen.density == 1.0);
    REQUIRE(chosen.notes.empty());
}

TEST_CASE("Bytes become the width of a dense table") {
    REQUIRE(support::within_budget(with_bytes(1000 * 4 * 7 + 3999, support::table_kind::dense), 1000).dim == 7);
    REQUIRE(support::within_budget(with_bytes(1 << 30, support::table_kind::dense), 1000).dim == 64);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(3999, support::table_kind::dense), 1000),
                                 support::usage_error, "takes 4,000 bytes per column");
}

TEST_CASE("Bytes become a density whose values fit, and one more would not") {
    for (const std::size_t bytes : {10'000u, 50'001u, 123'456u, 200'000u}) {
        const support::options chosen = support::within_budget(with_bytes(bytes, support::table_kind::masked), 1000);
        const auto kept = static_cast<std::size_t>(chosen.density * 64000);
        const auto fits = [&](std::size_t values) {
            return std::min(pleach::packed_bytes(pleach::packing::csr, {1000, 64}, values, 4),
                            pleach::packed_bytes(pleach::packing::bitmap, {1000, 64}, values, 4)) <= bytes;
        };
        REQUIRE(fits(kept));
        REQUIRE_FALSE(fits(kept + 1));
    }
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(4000, support::table_kind::masked), 1000),
                                 support::usage_error, "the smallest that does is 4165 bytes");
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
    REQUIRE(support::within_budget(with_bytes(64 * 4 * 10 + 255, support::table_kind::hash), 1000).buckets == 10);
    REQUIRE(support::within_budget(with_bytes(64 * 4 * 10 + 255, support::table_kind::double_hash), 1000).buckets == 5);
    support::options tenth = with_bytes(0, support::table_kind::qr);
    tenth.density = 0.1;
    const support::options chosen = support::within_budget(tenth, 1000);
    REQUIRE(chosen.buckets == 50);
    REQUIRE(chosen.density == 1);
    REQUIRE(chosen.notes.size() == 1);
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(255, support::table_kind::hash), 1000), support::usage_error,
                                 "255 bytes are too few for one bucket, which takes 256 bytes at --dim 64");
}

TEST_CASE("The buckets of a searched table hold half of their values in the smallest budget") {
    support::options chosen;
    chosen.table = support::table_kind::cerp;
    chosen.densities = {0.5, 0.1};
    // 10 % of 1000 rows of 256 bytes, over two tables of 32 values, 64 bits and a row start a bucket.
    CHECK(support::within_budget(chosen, 1000).buckets == 25600 / (2 * (32 * 4 + 8 + 8)));
    CHECK(support::within_budget(chosen, 1000).densities == chosen.densities);
    chosen.buckets = 7;
    CHECK(support::within_budget(chosen, 1000).buckets == 7);
    support::options bytes = with_bytes(25600, support::table_kind::cerp);
    CHECK(support::within_budget(bytes, 1000).density == tests::approx(0.1));
    REQUIRE_THROWS_WITH_SENTENCE(support::within_budget(with_bytes(100, support::table_kind::cerp), 1000), support::usage_error,
                                 "100 bytes are too few for one bucket");
}

TEST_CASE("Codes are as many as fit beside the terms of every entity, whose numbers take a byte up to 256") {
    auto chosen = with_bytes(1000 * 2 * 5 + 64 * 4 * 10 + 255, support::table_kind::legcf);
    REQUIRE(support::within_budget(chosen, 1000).codes == 10);
    chosen.bytes = 1000 * 2 * 6 + 64 * 4 * 257 - 1;
    REQUIRE(support::within_budget(chosen, 1000).codes == 256);
    ++chosen.bytes;
    REQUIRE(support::within_budget(chosen, 1000).codes == 257);
    chosen.bytes = 1 << 30;
    REQUIRE(support::within_budget(chosen, 1000).codes == 1000);
    chosen = with_bytes(1000 * 2 * 5 + 4 * 64 * 4 + 9 * (256 + 4 * 5), support::table_kind::c2f);
    chosen.fine_codes = 4;
    REQUIRE(support::within_budget(chosen, 1000).codes == 9);
    support::options by_density;
    by_density.table = support::table_kind::legcf;
    REQUIRE(support::within_budget(by_density, 1000).codes == 300);
    REQUIRE(support::within_budget(by_density, 200).codes == 200);
    by_density.density = 0.1;
    REQUIRE(support::within_budget(by_density, 1000).codes == (25600 - 10000) / 256);
    REQUIRE(support::within_budget(by_density, 1000).density == 1);
    by_density.density = 0.04;
    REQUIRE_THROWS_WITH_SENTENCE(
        support::within_budget(by_density, 1000), support::usage_error,
        "10,240 bytes are too few for 2 codes, which take 10,512 bytes, most of them for the terms of 1,000");
}

}  // namespace within_budget_test
