// SPDX-License-Identifier: Apache-2.0

#include "support/serve/compress.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <pleach/frozen/erased_table.hpp>

namespace compress_test {

namespace {

const pleach::openmp exec{2};

support::served_table served(std::size_t rows, std::size_t dim) {
    return {tests::normal_table<float>(rows, dim), "normal", {}};
}

support::compressed compressed_to(const support::compress_request& asked) {
    const auto queries = tests::normal_table<float>(40, 16, 8);
    const support::table_answer answer = [&](const support::served_table& table) {
        return support::best_ids(table, queries.rows(), 10, {}, exec);
    };
    return support::compress(served(500, 16), asked, "factors", answer, exec);
}

}  // namespace

TEST_CASE("factors are compressed to the target that was asked for") {
    const auto to_bytes = compressed_to({.bytes = 8'000, .density = {}, .format = "", .tolerance = {}});
    REQUIRE(pleach::writer_of(to_bytes.frozen).bytes() <= 8'000);
    REQUIRE(to_bytes.trials.size() > 2);
    for (const auto& one : to_bytes.trials)
        if (one.kind == to_bytes.kind) REQUIRE(one.bytes == to_bytes.frozen.bytes());
    const auto cut = compressed_to({.bytes = {}, .density = 0.25, .format = "", .tolerance = {}});
    REQUIRE(cut.kept == 500 * 16 / 4);
    REQUIRE(cut.trials.empty());
    REQUIRE(cut.formats.front().kind == cut.kind);
    REQUIRE(compressed_to({.bytes = {}, .density = {}, .format = "dense_rows<n3b>", .tolerance = {}}).kind ==
            "dense_rows<n3b>");
    REQUIRE(compressed_to({.bytes = {}, .density = {}, .format = "coded<concat,2x4>", .tolerance = {}}).kind ==
            "coded<concat,2x4>");
}

TEST_CASE("a request without a target, or with two, is refused") {
    REQUIRE_THROWS_WITH_SENTENCE(support::check_request({.bytes = {}, .density = {}, .format = "", .tolerance = {}}),
                                 support::usage_error, "no target size: give either --bytes N or --density X");
    REQUIRE_THROWS_WITH_SENTENCE(support::check_request({.bytes = 1, .density = 1, .format = "", .tolerance = {}}),
                                 support::usage_error, "no target size");
    REQUIRE_THROWS_WITH_SENTENCE(support::check_request({.bytes = 1, .density = {}, .format = "paper", .tolerance = {}}),
                                 support::usage_error, "there is no format paper");
}

TEST_CASE("a file with ids takes no more bytes than it may") {
    std::vector<std::string> ids(500);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = "item " + std::to_string(i * i);
    const std::vector<pleach::frozen::id_group> groups{{"items", 500}};
    REQUIRE(!support::bytes_without_ids({}, groups, ids));
    for (const std::uint64_t bytes : {16'000U, 20'001U, 30'003U}) {
        const auto left = support::bytes_without_ids(bytes, groups, ids);
        auto made = compressed_to({.bytes = left, .density = {}, .format = "", .tolerance = {}});
        pleach::frozen::add_ids(made.frozen, groups, ids);
        REQUIRE(pleach::writer_of(made.frozen).bytes() <= bytes);
    }
    REQUIRE_THROWS_WITH_SENTENCE(support::bytes_without_ids(3'000, groups, ids), support::usage_error,
                                 "--bytes 3,000: the ids alone take");
    ids[7] = ids[8];
    REQUIRE_THROWS_WITH_SENTENCE(support::bytes_without_ids({}, groups, ids), std::invalid_argument, "occurs twice");
}

}  // namespace compress_test
