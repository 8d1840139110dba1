// SPDX-License-Identifier: Apache-2.0
#include "programs/data/reading.hpp"

namespace adjacency_test {

using tests::ids;
using tests::notes_say;
using tests::read_folder;
using tests::refused_train;
using tests::row_of;

TEST_CASE("A LightGCN folder is read, with sizes over both files") {
    const auto data = read_folder("0 3 1\n2 0\n", "0 2\n3 5\n");
    CHECK(data.users == 4);
    CHECK(data.items == 6);
    CHECK(row_of(data.train, 0) == ids{1, 3});
    CHECK(row_of(data.train, 1).empty());
    CHECK(row_of(data.train, 2) == ids{0});
    CHECK(row_of(data.test, 3) == ids{5});
    CHECK(data.train.rows() == 4);
    CHECK(data.valid.rows() == 4);
    CHECK(data.test.rows() == 4);
    CHECK(data.user_tokens == std::vector<std::string>{"0", "1", "2", "3"});
    CHECK(notes_say(data, "read as lightgcn, because the folder has train.txt"));
}

TEST_CASE("Spaces and tabs may stand anywhere between ids") {
    CHECK(read_folder("  0 \t 1  2\t\n\n \n", "0 0\n").train == read_folder("0 1 2\n", "0 0\n").train);
}

TEST_CASE("An id that is no plain whole number is refused where it stands") {
    for (const char* const bad : {"-1", "+5", "5.0", "0x5", "5e3", "\xd9\xa5", "x"}) {
        const std::string sentence = refused_train("0 1\n1 2 " + std::string(bad) + " 3\n");
        CAPTURE(bad, sentence);
        CHECK(tests::contains(sentence, "train.txt:2:5: found '"));
        CHECK(tests::contains(sentence, "expected a whole item id from 0 in plain digits"));
    }
    CHECK(tests::contains(refused_train("u1 1\n"), "train.txt:1:1: found 'u1', expected a whole user id"));
}

TEST_CASE("A table of pairs in place of the lists is recognized by its separators") {
    CHECK(tests::contains(refused_train("0,1,5\n"), "if this is a table of pairs, use --format"));
}

TEST_CASE("Ids beyond 32 and 64 bits are refused") {
    for (const char* const bad : {"4294967294", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616"}) {
        const std::string sentence = refused_train("0 " + std::string(bad) + "\n", {.row_limit = std::size_t(-1)});
        CAPTURE(bad, sentence);
        CHECK(tests::contains(sentence, "train.txt:1:3: found '" + std::string(bad) + "'"));
        CHECK(tests::contains(sentence, "below 2^32 - 2"));
    }
}

TEST_CASE("A huge id is refused by the limit of rows") {
    const std::string sentence = refused_train("0 1\n1 4000000000\n2 3\n");
    CHECK(tests::contains(sentence, "train.txt:2:3: found '4000000000'"));
    CHECK(tests::contains(sentence, "limit of 100,000,000 rows; renumber the ids"));
    CHECK(read_folder("0 7\n", "0 0\n", {.row_limit = 8}).items == 8);
    CHECK(tests::contains(refused_train("0 8\n", {.row_limit = 8}), "limit of 8 rows"));
}

TEST_CASE("Leading zeros of an id do not count") { CHECK(row_of(read_folder("0 007\n", "0 0\n").train, 0) == ids{7}); }

TEST_CASE("More items on a line than the limit are refused, on two lines they are read") {
    const support::read_options options = {.limits = {.items_per_line = 3}};
    CHECK(read_folder("0 1 2\n", "0 0\n", options).train.size() == 2);
    CHECK(read_folder("0 1 2 3\n0 4\n", "0 0\n", options).train.size() == 4);
    CHECK(tests::contains(refused_train("0 1 2 3 4\n", options), "train.txt:1:9: found more than 3 items on a line"));
}

TEST_CASE("A user without items has an empty list, with and without a space") {
    const auto data = read_folder("0\n1 \n2 5\n", "0 1\n1 \n");
    CHECK(row_of(data.train, 0).empty());
    CHECK(row_of(data.train, 1).empty());
    CHECK(data.users == 3);
    CHECK(notes_say(data, "2 users with an empty list"));
    CHECK(notes_say(data, "1 user with an empty list"));
}

TEST_CASE("Repeated items and users are merged, and counted") {
    const auto data = read_folder("0 1 2 1 1\n1 4\n0 3 2\n", "0 0\n");
    CHECK(row_of(data.train, 0) == ids{1, 2, 3});
    CHECK(notes_say(data, "train: 3 repeated pairs kept once"));
    CHECK(notes_say(data, "1 line for a user that occurred before: merged"));
}

TEST_CASE("A pair in train and test is kept in both, counted and named") {
    const auto data = read_folder("0 1 2\n1 3\n", "0 2\n1 3 4\n");
    CHECK(data.test.contains(0, 2));
    CHECK(notes_say(data, "2 pairs in both train and test (the first is user 0, item 2)"));
}

TEST_CASE("Test users and test items that train lacks are counted") {
    const auto data = read_folder("0 1\n", "0 4\n2 1\n3 4\n");
    CHECK(notes_say(data, "2 test users without train items"));
    CHECK(notes_say(data, "1 item only in test"));
    CHECK(data.items == 5);
}

TEST_CASE("Users without test items are left out of the averages, and said") {
    CHECK(notes_say(read_folder("0 1\n1 2\n2 0\n", "0 2\n1 \n"), "2 users without test items: left out of the averages"));
}

TEST_CASE("One user with one item is a data set") {
    const auto data = tests::read_file("train.txt", "0 0\n");
    CHECK(data.users == 1);
    CHECK(data.items == 1);
    CHECK(data.train.size() == 1);
}

TEST_CASE("A user with every item is read") { CHECK(read_folder("0 0 1 2\n", "0 0\n").train.size() == 3); }

TEST_CASE("Ids that count from 1 raise suspicion") {
    const auto data = read_folder("1 1 2\n2 1\n", "1 3\n");
    CHECK(notes_say(data, "1 user id below 3 used by no pair; id 0 unused"));
    CHECK(notes_say(data, "1 item id below 4 used by no pair; id 0 unused"));
    CHECK_FALSE(notes_say(read_folder("0 0 2\n", "0 1\n"), "in no pair"));
}

TEST_CASE("A folder needs both files, each with pairs") {
    const tests::temporary_directory folder;
    folder.write("train.txt", "0 1\n");
    CHECK(tests::contains(tests::refusal([&] { support::read_interactions(folder.path()); }), "test.txt: found no such file"));
    CHECK(tests::contains(tests::refusal([] { read_folder("0 1\n", "0\n"); }), "test.txt: found no interactions"));
    CHECK(tests::contains(refused_train("\n"), "train.txt: found no interactions"));
}

TEST_CASE("Lists give ids their original names, in either order of columns") {
    const tests::temporary_directory folder;
    folder.write("train.txt", "0 1\n");
    folder.write("test.txt", "1 0\n");
    folder.write("user_list.txt", "org_id remap_id\nanna 0\nbert 1\ncora 2\n");
    folder.write("item_list.txt", "remap_id org_id freebase_id\n1 tea m.0\n");
    const auto data = support::read_interactions(folder.path());
    CHECK(data.user_tokens == std::vector<std::string>{"anna", "bert"});
    CHECK(data.item_tokens == std::vector<std::string>{"0", "tea"});
    CHECK(notes_say(data, "1 id that no pair uses: left out"));
    CHECK(notes_say(data, "1 id without a name: identified by number"));

    const auto refused = [&](const char* list) {
        folder.write("user_list.txt", list);
        return tests::refusal([&] { support::read_interactions(folder.path()); });
    };
    CHECK(tests::contains(refused("anna 0\n"), "user_list.txt:1:1: found 'anna 0', expected a header"));
    CHECK(tests::contains(refused("org_id remap_id\nanna x\n"), "user_list.txt:2:6: found 'x'"));
    CHECK(tests::contains(refused("org_id remap_id\nanna\n"), "user_list.txt:2:1: found 1 column, expected 2"));
    CHECK(tests::contains(refused("org_id remap_id\nanna 0\nbert 0\n"), "user_list.txt:3:6: found id 0 a second time"));
    CHECK(tests::contains(refused("org_id remap_id\nanna 0\nanna 1\n"),
                          "user_list.txt:3:1: found 'anna' a second time, after line 2, expected another name for each id"));
    CHECK(tests::contains(refused(""), "user_list.txt: found no lines"));
}

TEST_CASE("valid.txt is not read, and that is said") {
    const tests::temporary_directory folder;
    folder.write("train.txt", "0 1 2\n");
    folder.write("test.txt", "0 0\n");
    folder.write("valid.txt", "this is no data\n");
    const auto data = support::read_interactions(folder.path());
    CHECK(data.valid.size() == 0);
    CHECK(notes_say(data, "valid.txt exists but is not read"));
}

TEST_CASE("A slash after the folder does not change its name") {
    const tests::temporary_directory folder;
    folder.write("gowalla/train.txt", "0 1\n");
    folder.write("gowalla/test.txt", "0 0\n");
    CHECK(support::read_interactions(folder / "gowalla").name == "gowalla");
    CHECK(support::read_interactions(folder / "gowalla/").name == "gowalla");
}

TEST_CASE("An id without a name whose number is the name of another gets a name of its own") {
    const tests::temporary_directory folder;
    folder.write("train.txt", "0 1\n");
    folder.write("test.txt", "1 0\n");
    folder.write("user_list.txt", "org_id remap_id\n1 0\n");
    CHECK(support::read_interactions(folder.path()).user_tokens == std::vector<std::string>{"1", "#1"});
}

TEST_CASE("Ids a thousand times the pairs are refused where the largest stands, unless a limit is named") {
    CHECK(read_folder("0 9999\n", "0 0\n").items == 10'000);
    CHECK(tests::contains(
        refused_train("0 1\n0 10000\n"),
        "train.txt:2:3: found id 10,000 among 3 pairs, expected ids below 10,000, a thousand times the number of pairs; "
        "renumber the ids without gaps"));
    CHECK(read_folder("0 10000\n", "0 0\n", {.row_limit = 20'000}).items == 10'001);
}

}  // namespace adjacency_test
