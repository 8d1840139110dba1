// SPDX-License-Identifier: Apache-2.0
#include "programs/data/reading.hpp"

namespace inter_test {

using tests::ids;
using tests::notes_say;
using tests::read_file;
using tests::refused_file;
using tests::row_of;
using names = std::vector<std::string>;

namespace {

const char* const header = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";

}  // namespace

TEST_CASE("An .inter file is read by its header") {
    const auto data =
        read_file("d.inter", std::string(header) + "196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t1\t0\n");
    CHECK(data.user_tokens == names{"196", "186"});
    CHECK(data.item_tokens == names{"242", "302"});
    CHECK(row_of(data.train, 0) == ids{0, 1});
    CHECK(notes_say(data, "read as inter, by its name"));
    CHECK(notes_say(data, "header: user = user_id, item = item_id; not read: rating, timestamp"));
}

TEST_CASE("Sequences and other columns of .inter are not read, whatever they hold") {
    const auto data = read_file("d.inter", "item_id:token\ttags:token_seq\tuser_id:token\tv:float_seq\nx\ta b c\tu\t0.1 0.2\n");
    CHECK(data.user_tokens == names{"u"});
    CHECK(data.item_tokens == names{"x"});
}

TEST_CASE("A bad .inter header is refused where it is bad") {
    const auto refused = [](const std::string& line) { return refused_file("d.inter", line + "\na\tb\n"); };
    CHECK(tests::contains(refused("user_id\titem_id"), "d.inter:1:1: found 'user_id', expected a column as name:type"));
    CHECK(tests::contains(refused("user_id:token\titem_id:tokens"), "d.inter:1:15: found type 'tokens', expected token"));
    CHECK(tests::contains(refused("user_id:token\tuser_id:token"), "d.inter:1:15: found column 'user_id' a second time"));
    CHECK(tests::contains(refused("user_id:token\tx:token"), "found a header without item_id:token"));
    CHECK(tests::contains(refused("x:token\titem_id:token"), "found a header without user_id:token"));
    CHECK(tests::contains(refused("user_id:float\titem_id:token"), "found 'user_id:float', expected type token"));
    CHECK(tests::contains(refused_file("d.inter", "196\t242\t3\n"), "expected a column as name:type"));
    CHECK(tests::contains(refused_file("d.inter", header), "d.inter: found no interactions"));
}

TEST_CASE("The separator of .inter can be named") {
    CHECK(read_file("d.inter", "user_id:token,item_id:token\nu,x\n", {.separator = ',', .test_fraction = 0}).users == 1);
    CHECK(tests::contains(refused_file("d.inter", "user_id:token\titem_id:token\nu,x\n"),
                          "d.inter:2:1: found 1 column, expected 2; commas seen"));
}

TEST_CASE("The parts of a split .inter data set share their names") {
    const tests::temporary_directory folder;
    folder.write("d.train.inter", std::string(header) + "a\tx\t1\t0\nb\ty\t1\t0\n");
    folder.write("d.valid.inter", std::string(header) + "a\ty\t1\t0\n");
    folder.write("d.test.inter", std::string(header) + "b\tx\t1\t0\nc\tz\t1\t0\n");
    auto data = support::read_interactions(folder.path());
    CHECK(data.user_tokens == names{"a", "b", "c"});
    CHECK(row_of(data.train, 1) == ids{1});
    CHECK(row_of(data.valid, 0) == ids{1});
    CHECK(row_of(data.test, 1) == ids{0});
    CHECK(row_of(data.test, 2) == ids{2});

    support::carve_validation(data, 0.5, 1);
    CHECK(data.valid.size() == 1);
    CHECK(notes_say(data, "has a validation part of 1 pair: nothing was held out"));
}

TEST_CASE("A folder with one .inter file is split, one with several data sets is refused") {
    const tests::temporary_directory folder;
    folder.write("d.inter", std::string(header) + "a\tx\t1\t0\na\ty\t1\t0\na\tz\t1\t0\n");
    const auto data = support::read_interactions(folder.path(), {.test_fraction = 0.34});
    CHECK(data.test.size() == 1);
    CHECK(data.train.size() == 2);
    folder.write("e.inter", header);
    CHECK(tests::contains(tests::refusal([&] { support::read_interactions(folder.path()); }),
                          "found d.inter, e.inter, expected one .inter file"));
}

TEST_CASE("A train part without a test part is refused") {
    const tests::temporary_directory folder;
    folder.write("d.train.inter", std::string(header) + "a\tx\t1\t0\n");
    folder.write("d.valid.inter", std::string(header) + "a\ty\t1\t0\n");
    CHECK(tests::contains(tests::refusal([&] { support::read_interactions(folder.path()); }),
                          "NAME.train.inter and NAME.test.inter"));
}

}  // namespace inter_test
