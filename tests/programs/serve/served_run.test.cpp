// SPDX-License-Identifier: Apache-2.0
#include "support/serve/served_run.hpp"

#include "support/catch.hpp"
#include "support/data/dataset.hpp"
#include "support/run/directory.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

namespace served_run_test {

TEST_CASE("The tables of a run are found by its directory alone") {
    const tests::temporary_directory folder;
    const auto refused = [&] {
        return tests::sentence_of<support::usage_error>([&] { static_cast<void>(support::files_of_run(folder.path())); });
    };
    CHECK(tests::contains(refused(), "has no frozen tables: freeze the run, with --resume --freeze auto"));
    folder.write("users.frozen", "");
    CHECK(tests::contains(refused(), "has no frozen tables"));
    folder.write("table.frozen", "");
    CHECK(support::files_of_run(folder.path()).table.path == folder / "table.frozen");
    folder.write("items.frozen", "");
    const support::served_files both = support::files_of_run(folder.path());
    CHECK(both.users.path == folder / "users.frozen");
    CHECK(both.items.path == folder / "items.frozen");
    CHECK(both.table.path.empty());
}

TEST_CASE("The pairs that users have seen are all of the run's data, read as the run read them") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options(GENERATE(std::string("train_mf"), std::string("train_lightgcn")));
    chosen.dataset = folder.write("pairs.csv", "anna;a;5\nanna;b;5\nanna;c;1\nbert;a;4\nbert;c;5\n").string();
    chosen.separator = support::column_separator::semicolon;
    chosen.header = support::header_line::no;
    chosen.min_rating = 3;
    chosen.out = (folder / "run").string();
    const support::interactions trained = support::read_dataset(chosen);
    const support::run_directory directory(chosen, trained);
    const support::interactions seen = support::pairs_of_run(folder / "run");
    CHECK(seen.train.size() == 4);
    CHECK(seen.user_tokens == trained.user_tokens);
    std::filesystem::remove(folder / "pairs.csv");
    CHECK_THROWS_AS(support::pairs_of_run(folder / "run"), support::input_error);
    CHECK_THROWS_AS(support::pairs_of_run(folder / "absent"), support::input_error);
}

TEST_CASE("Unknown ids of a batch are left out and counted, but a user that is named must exist") {
    const support::id_table users({"anna", "bert", "DOM\\user", "tab\there"});
    const support::asked_users asked =
        support::find_users(users, {"bert"}, {"nobody", "anna", "tab\\x09here", "somebody", "DOM\\user"});
    CHECK(asked.rows == std::vector<std::uint32_t>{1, 0, 3, 2});
    CHECK(asked.unknown == 2);
    CHECK(asked.first_unknown == "nobody");
    REQUIRE_THROWS_WITH_SENTENCE(support::find_users(users, {"nobody"}, {"anna"}), support::usage_error,
                                 "there is no user nobody; give the user's original id");
    REQUIRE_THROWS_WITH_SENTENCE(support::find_users(users, {}, {"x\x1b", "y"}), support::usage_error,
                                 "no id of --batch is that of a user, such as x\\x1b; give original ids, one per line");
    REQUIRE_THROWS_WITH_SENTENCE(support::find_users(users, {}, {}), support::usage_error, "--batch names no user");
}

}  // namespace served_run_test
