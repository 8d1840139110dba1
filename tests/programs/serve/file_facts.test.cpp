// SPDX-License-Identifier: Apache-2.0

#include "support/serve/file_facts.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/kept_rows.hpp>
#include <pleach/io/open.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <numeric>

namespace file_facts_test {

namespace frozen = pleach::frozen;

TEST_CASE("the facts of a file account for all of its bytes, values and rows") {
    const tests::temporary_directory folder;
    auto table = tests::normal_table<float>(6, 5);
    for (const std::uint32_t r : {1U, 4U}) std::ranges::fill(table.row(r), 0.0F);
    table.row(0)[2] = 0;
    auto image = pleach::freeze<frozen::kept_rows<frozen::dense_rows<>>>(table);
    const std::vector<std::string> ids{"a", "b", "a", "tab\there", "e", "f"};
    frozen::add_ids(image, {{"users", 2}, {"items", 4}}, ids);
    image.describe("pleach.source", "a test");
    pleach::save(image, folder / "table.frozen");

    const auto facts = support::facts_of(folder / "table.frozen");
    REQUIRE(facts.bytes == std::filesystem::file_size(folder / "table.frozen"));
    REQUIRE(facts.tables.size() == 2);
    REQUIRE(facts.table().kind == "kept");
    REQUIRE(facts.table().rows == 6);
    REQUIRE(facts.tables[1].kind == "dense_rows<f32>");
    REQUIRE(facts.tables[1].rows == 4);
    REQUIRE(facts.tables[1].bytes == 4 * 5 * 4 + 2 * 64 + 4);  // records and overflow with their guards, and a bound
    REQUIRE(facts.table().bytes == 4 + 4);
    std::uint64_t all = facts.header_bytes + facts.padding_bytes + facts.id_bytes;
    for (const auto& one : facts.tables) all += one.bytes;
    REQUIRE(all == facts.bytes);
    REQUIRE(facts.id_bytes == 13 + 8 * 6);
    REQUIRE(facts.nonzero == 4 * 5 - 1);
    REQUIRE(facts.density() == 19.0 / 30);
    REQUIRE(facts.zero_rows == 2);
    REQUIRE(facts.has_checksums);
    REQUIRE(facts.program.empty());

    const std::string text = support::describe(facts, "table.frozen");
    for (const char* part : {"table.frozen: kept, 6 x 5\n", "63.33 % of the values are not zero; 2 rows of zeros alone",
                             "rows      dense_rows<f32>, 4 x 5", "present, and right", "2 of users, such as a, b\n",
                             "4 of items, such as a, tab\\x09here, e\n", "source    a test"})
        REQUIRE(tests::contains(text, part));
    const auto json = nlohmann::json::parse(support::json_of(facts, "table.frozen"));
    REQUIRE(json["tables"]["rows"]["kind"] == "dense_rows<f32>");
    REQUIRE(json["ids"] == nlohmann::json{{"users", 2}, {"items", 4}});
    REQUIRE(json["nonzero"] == 19);
}

TEST_CASE("a file without ids says so, and one in a run directory says of which program") {
    const tests::temporary_directory folder;
    pleach::save(pleach::freeze<frozen::dense_rows<>>(tests::normal_table<float>(6, 5)), folder / "items.frozen");
    std::ofstream(folder / "run.json") << R"({"program": "train_mf"})";
    const auto facts = support::facts_of(folder / "items.frozen");
    REQUIRE(facts.program == "train_mf");
    REQUIRE(tests::contains(support::describe(facts, "x"), "none: the file knows its rows by their numbers alone"));
    std::ofstream(folder / "run.json") << "something else";
    REQUIRE(support::facts_of(folder / "items.frozen").program.empty());
}

}  // namespace file_facts_test
