// SPDX-License-Identifier: Apache-2.0

#include "support/data/id_table.hpp"
#include "support/run/directory.hpp"
#include "support/text/error.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_folder.hpp"

#include <string>
#include <vector>

using support::id_table;
using support::input_error;

TEST_CASE("the ids that a run wrote are read back, whatever the names are") {
    const tests::temporary_folder folder;
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
    const tests::temporary_folder folder;
    const auto read = [&](const std::string& text) { return id_table::read(folder.write("ids.tsv", text)); };
    REQUIRE(read("id\toriginal\n").size() == 0);
    REQUIRE(read("id\toriginal\n0\ta\n1\tb").find("b") == 1U);
    REQUIRE_THROWS_WITH_SENTENCE(read(""), input_error, "ids.tsv");
    REQUIRE_THROWS_WITH_SENTENCE(read("0\ta\n"), input_error, "another first line");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n1\ta\n"), input_error, "ids.tsv:2:1: found 1, expected the id 0");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\n1 b\n"), input_error, "ids.tsv:3:1");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\n1\ta\n"), input_error, "ids.tsv:3:3: found a for a second time");
    REQUIRE_THROWS_WITH_SENTENCE(read("id\toriginal\n0\ta\\x\n"), input_error, "ids.tsv:2:4: found a backslash");
}
