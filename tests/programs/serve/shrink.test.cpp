// SPDX-License-Identifier: Apache-2.0

#include "support/serve/shrink.hpp"

#include "support/catch.hpp"
#include "support/serve/served_table.hpp"
#include "support/tables.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/io/tensor/npy.hpp>
#include <pleach/table/top_k.hpp>

namespace shrink_test {

namespace {

using pleach::value_code;
const pleach::openmp exec{2};

pleach::frozen::best_image shrunk(const pleach::dense_table<float>& table, const support::shrink_request& asked) {
    const auto largest = pleach::frozen::survey_rows(table, exec).largest;
    return support::shrink(table, support::plan_shrink(table.size(), table.dim(), asked, largest), asked, "factors", exec);
}

}  // namespace

TEST_CASE("the bytes asked for are never exceeded, and nearly used") {
    const auto table = tests::normal_table<float>(2000, 48);
    for (const std::uint64_t bytes : {30'000U, 60'000U, 100'000U, 180'000U, 250'000U, 400'000U}) {
        CAPTURE(bytes);
        const auto best = shrunk(table, {.bytes = bytes, .density = {}, .kind = ""});
        REQUIRE(pleach::writer_of(best.frozen).bytes() <= bytes);
        // Codes differ by a factor of two: a dense table need not use all.
        if (bytes < 90'000) REQUIRE(best.frozen.bytes() > bytes * 97 / 100);
    }
}

TEST_CASE("the file of any budget is not larger than it, header and all") {
    const tests::temporary_directory folder;
    const auto table = tests::normal_table<float>(500, 20);
    for (std::uint64_t bytes = 5'000; bytes < 50'000; bytes += 3'331) {
        pleach::save(shrunk(table, {.bytes = bytes, .density = {}, .kind = ""}).frozen, folder.path() / "rows");
        CAPTURE(bytes);
        REQUIRE(std::filesystem::file_size(folder.path() / "rows") <= bytes);
    }
}

TEST_CASE("the values that are planned with are the most that the format holds") {
    const std::size_t rows = 300, dim = 20;
    for (const std::size_t bytes : {2'000UL, 5'000UL, 9'000UL}) {
        const std::size_t most = support::values_that_fit(value_code::f16, rows, dim, bytes);
        const auto fits = [&](std::size_t values) {
            auto table = tests::normal_table<float>(rows, dim);
            const auto cut =
                support::cut_table<pleach::dense_table<float>>(table, support::keep_largest(table, values, "factors", exec));
            return pleach::frozen::bytes_of<pleach::frozen::bitmap_rows<value_code::f16>>(cut) <= bytes ||
                   pleach::frozen::bytes_of<pleach::frozen::csr_rows<value_code::f16>>(cut) <= bytes;
        };
        CAPTURE(bytes, most);
        REQUIRE(fits(most));
        REQUIRE(!fits(most + 1));
    }
}

TEST_CASE("what fits is kept whole, in the most exact code that does") {
    const auto plan = [](std::uint64_t bytes) {
        return support::plan_shrink(1000, 64, {.bytes = bytes, .density = {}, .kind = ""});
    };
    REQUIRE(plan(300'000).code == value_code::f32);
    REQUIRE(plan(150'000).code == value_code::f16);
    REQUIRE(plan(70'000).code == value_code::i8);
    for (const std::uint64_t bytes : {300'000U, 150'000U, 70'000U}) REQUIRE(plan(bytes).kept == 64'000);
    REQUIRE(plan(40'000).kept < 64'000);
    REQUIRE_THROWS_AS(plan(4'100), support::usage_error);
}

TEST_CASE("a code that would round a row of tiny values away is not planned with") {
    auto table = tests::normal_table<float>(1000, 64);
    const auto code = [&] {
        const auto best = shrunk(table, {.bytes = 150'000, .density = {}, .kind = ""});
        return best.formats.front().kind;
    };
    REQUIRE(code() == "dense_rows<f16>");
    for (float& x : table.row(7)) x *= 1e-9F;
    REQUIRE(code() == "dense_rows<bf16>");
}

TEST_CASE("a density keeps the largest values, and a format can be named") {
    const auto table = tests::normal_table<float>(300, 32);
    const auto best = shrunk(table, {.bytes = {}, .density = 0.25, .kind = "", .tolerance = 0});
    const auto view = std::make_shared<const pleach::frozen::image>(pleach::freeze<pleach::frozen::csr_rows<>>(
        support::cut_table<pleach::dense_table<float>>(table, support::keep_largest(table, 2400, "factors", exec))));
    REQUIRE(best.formats.front().error == 0);
    const auto rows = pleach::frozen::view<pleach::frozen::csr_rows<>>(view);
    std::size_t kept = 0;
    std::vector<float> row(32);
    for (std::uint32_t r = 0; r < 300; ++r) {
        rows.lookup(r, row);
        for (std::size_t c = 0; c < 32; ++c) {
            kept += row[c] != 0;
            REQUIRE((row[c] == 0 || row[c] == table.row(r)[c]));
        }
    }
    REQUIRE(kept == 2400);
    REQUIRE(shrunk(table, {.bytes = {}, .density = 1, .kind = "dense_rows<n4>"}).frozen.content().value("kind") ==
            "dense_rows<n4>");
    REQUIRE_THROWS_WITH_SENTENCE(shrunk(table, {.bytes = {}, .density = 1, .kind = "dense"}), support::usage_error,
                                 "there is no format dense; there are dense_rows<f32>");
}

TEST_CASE("a served table is the file's, frozen or dense, and ranks as it") {
    const tests::temporary_directory folder;
    const auto table = tests::normal_table<float>(500, 16);
    pleach::save(pleach::freeze<pleach::frozen::dense_rows<>>(table), folder.path() / "frozen");
    pleach::save_npy<float>(folder.path() / "dense.npy", table.rows());
    std::vector<std::vector<std::size_t>> answers;
    for (const char* name : {"frozen", "dense.npy"}) {
        const auto served = support::open_served({folder.path() / name, {}});
        REQUIRE(served.size() == 500);
        REQUIRE(served.dim() == 16);
        std::vector<float> row(16);
        served.lookup(77, row);
        REQUIRE(std::ranges::equal(row, table.row(77)));
        auto& ids = answers.emplace_back();
        pleach::matrix<float> query(1, 16);
        pleach::detail::copy_values(table.row(3), query.row(0));
        pleach::top_k(served, std::as_const(query).view(), 5,
                      [&](std::size_t, std::span<const pleach::scored<float>> best) {
                          for (const auto& one : best) ids.push_back(one.id);
                      },
                      {.exec = exec});
    }
    REQUIRE(answers[0].size() == 5);
    REQUIRE(answers[0] == answers[1]);
}

}  // namespace shrink_test
