// SPDX-License-Identifier: Apache-2.0

#include "support/data/id_table.hpp"
#include "support/run/directory.hpp"
#include "support/text/error.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace id_table_test {

using support::id_table;
using support::input_error;

TEST_CASE("the ids that a run wrote are read back, whatever the names are") {
    const tests::temporary_directory folder;
    support::interactions data = tests::small_data();
    data.user_tokens[0] = "tab\t, line\n, return\r and \\t";
    data.user_tokens[1] = "";
    support::options chosen;
    chosen.out = (folder / "run").string();
    const support::run_directory run(chosen, data);
    const auto users = id_table::read(run.path() / "users.tsv");
    REQUIRE(users.names() == data.user_tokens);
    for (std::size_t id = 0; id < users.size(); ++id) REQUIRE(users.find(users.name(id)) == id);
    REQUIRE(!users.find("nobody"));
    REQUIRE(id_table::read(run.path() / "items.tsv").names() == data.item_tokens);
}

TEST_CASE("ids that are out of order, twice or escaped wrongly are refused with their line") {
    const tests::temporary_directory folder;
    const auto read = [&](const std::string& text) { return id_table::read(folder.write("ids.tsv", text)); };
    REQUIRE(read("id\toriginal\n").size() == 0);
    REQUIRE(read("id\toriginal\n0\ta\n1\tb").find("b") == 1U);
    REQUIRE_THROWS_WITH_SENTENCE(read(""), input_error, "ids.tsv");
    REQUIRE_THROWS_WITH_SENTENCE(read("0\ta\n"), input_error, "a different first line");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n1\ta\n"), input_error, "ids.tsv:2:1: found 1, expected the id 0");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\n1 b\n"), input_error, "ids.tsv:3:1");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\n1\ta\n"), input_error, "ids.tsv:3:3: found a for a second time");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\\x\n"), input_error, "ids.tsv:2:4: found an invalid escape sequence");
}

TEST_CASE("rows that are called by their numbers are found by them, and nothing else is") {
    const auto ids = support::id_table::of_numbers(3'000'000'000);
    CHECK(ids.size() == 3'000'000'000);
    CHECK(ids.name(2'999'999'999) == "2999999999");
    CHECK(ids.find("2999999999") == 2'999'999'999U);
    CHECK(ids.find("0") == 0U);
    for (const char* other : {"3000000000", "4294967296", "01", "-1", "+1", " 1", "1 ", "", "x"}) {
        CAPTURE(other);
        CHECK_FALSE(ids.find(other));
    }
    CHECK_FALSE(support::id_table::of_numbers(0).find("0"));
}

}  // namespace id_table_test
