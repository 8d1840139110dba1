// SPDX-License-Identifier: Apache-2.0
//
// Pairs a line each: csv, tsv, ssv and MovieLens' forms.

#include "programs/data/reading.hpp"

#include <locale>

namespace tables_test {

using tests::ids;
using tests::notes_say;
using tests::read_file;
using tests::refused_file;
using tests::row_of;
using names = std::vector<std::string>;

TEST_CASE("Plain pairs are read from csv, tsv and ssv, by name or by look") {
    const auto same = [](const support::interactions& data) {
        CHECK(data.user_tokens == names{"a", "b"});
        CHECK(data.item_tokens == names{"x", "y"});
        CHECK(row_of(data.train, 0) == ids{0, 1});
        CHECK(row_of(data.train, 1) == ids{1});
    };
    same(read_file("p.csv", "a,x\na,y\nb,y\n"));
    same(read_file("p.csv", "a;x\na;y\nb;y\n"));
    same(read_file("p.tsv", "a\tx\na\ty\nb\ty\n"));
    same(read_file("p.txt", "a\tx\na\ty\nb\ty\n"));
    same(read_file("p.txt", "a x\na  y\n b y \n"));
    same(read_file("p.ssv", "a x\na y\nb y\n"));
    same(read_file("p.dat", "a::x\na::y\nb::y\n"));
    same(read_file("p.csv", "a|x\na|y\nb|y\n", {.separator = '|', .test_fraction = 0}));
    same(read_file("p.txt", "a\tx\na\ty\nb\ty\n", {.format = support::data_format::tsv, .test_fraction = 0}));
}

TEST_CASE("What was guessed about a table is in the notes") {
    const auto data = read_file("p.txt", "1\t2\t3\t881250949\n", {.min_rating = 1, .test_fraction = 0});
    CHECK(notes_say(data, "read as tsv, because its first line has a tab"));
    CHECK(notes_say(data, "columns separated by tabs; no header; column 1 = user, 2 = item, 3 = rating; not read: 4"));
    CHECK(notes_say(read_file("p.csv", "userId,movieId,rating,timestamp\n1,2,3,4\n", {.min_rating = 1, .test_fraction = 0}),
                    "header: user = userId, item = movieId, rating = rating; not read: timestamp"));
    CHECK(notes_say(read_file("p.csv", "a,x\n", {.format = support::data_format::csv}), "read as csv, as asked"));
}

TEST_CASE("MovieLens folders are read: ratings.csv, u.data, ratings.dat") {
    const auto read = [](const char* name, const char* text) {
        const tests::temporary_directory folder;
        folder.write(name, text);
        return support::read_interactions(folder.path(), {.test_fraction = 0});
    };
    const auto csv =
        read("ratings.csv", "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,1029,3.0,1260759179\n2,31,4.0,0\n");
    const auto tab = read("u.data", "1\t31\t2\t1260759144\n1\t1029\t3\t1260759179\n2\t31\t4\t0\n");
    const auto dat = read("ratings.dat", "1::31::2::1260759144\n1::1029::3::1260759179\n2::31::4::0\n");
    for (const auto* data : {&csv, &tab, &dat}) {
        CHECK(data->user_tokens == names{"1", "2"});
        CHECK(data->item_tokens == names{"31", "1029"});
        CHECK(data->train == csv.train);
        CHECK(data->train.size() == 3);
    }
}

TEST_CASE("Columns are found by the names in the header, in any order and case") {
    const auto data = read_file("p.csv", "title,Item_ID,when,USER\n\"a, b\",x,3,u\n");
    CHECK(data.user_tokens == names{"u"});
    CHECK(data.item_tokens == names{"x"});
}

TEST_CASE("Names are kept as they stand: leading zeros make two") {
    CHECK(read_file("p.csv", "007,1\n7,1\n").user_tokens == names{"007", "7"});
}

TEST_CASE("Quotes in csv hold separators and quotes, and must be closed") {
    CHECK(read_file("p.csv", "\"a,b\",\"c\"\"d\"\n \"e\" , f \n").item_tokens == names{"c\"d", "f"});
    CHECK(tests::contains(refused_file("p.csv", "a,b\nc,\"d\n"), "p.csv:2:3: found a quote that is not closed on its line"));
    CHECK(tests::contains(refused_file("p.csv", "a,\"b\"c\n"), "p.csv:1:6: found 'c' after a closing quote"));
}

TEST_CASE("The wrong separator is refused with those that were seen") {
    CHECK(tests::contains(refused_file("p.tsv", "1,2,3\n"), "p.tsv:1:1: found 1 column, expected 2; commas seen"));
    CHECK(tests::contains(refused_file("p.csv", "1\t2\n", {.format = support::data_format::csv}),
                          "found 1 column, expected 2; tabs seen"));
    CHECK(tests::contains(refused_file("p.csv", "1 2\n", {.format = support::data_format::csv}), "spaces seen"));
    CHECK(tests::contains(refused_file("p.dat", "1:2:3\n"), "p.dat:1:1: found 1 column, expected 2; colons seen"));
}

TEST_CASE("Lines with more or fewer columns than the first are refused where they differ") {
    CHECK(tests::contains(refused_file("p.csv", "1,2,3\n1,2\n"), "p.csv:2:1: found 2 columns, expected 3"));
    CHECK(tests::contains(refused_file("p.csv", "1,2\n1,2,3\n"), "p.csv:2:5: found 3 columns, expected 2"));
}

TEST_CASE("Lone colons in dat are refused in a rating, more columns after it are not read") {
    CHECK(tests::contains(refused_file("p.dat", "1::2::3:4\n", {.min_rating = 1}), "p.dat:1:7: found '3:4' as a rating"));
    CHECK(read_file("p.dat", "1::2::3::A::B\n1::4::5\n2::2::1::title :: with :: colons\n").train.size() == 3);
}

TEST_CASE("A header that is missing or extra is refused, or settled by the option") {
    CHECK(tests::contains(refused_file("p.csv", "1,2\n3,4\n", {.header = support::header_line::yes}),
                          "p.csv:1:1: found '1,2', expected a header"));
    CHECK(tests::contains(refused_file("p.csv", "who,what\n3,4\n"), "p.csv:1:1: found 'who,what' above columns of numbers"));
    const auto skipped = read_file("p.csv", "who,what\n3,4\n", {.header = support::header_line::yes, .test_fraction = 0});
    CHECK(skipped.user_tokens == names{"3"});
    CHECK(notes_say(skipped, "header without known names skipped"));
    CHECK(read_file("p.csv", "who,what\n3,4\n", {.header = support::header_line::no}).user_tokens == names{"who", "3"});
    CHECK(tests::contains(
        refused_file("p.csv", "user,item,rating\n3,4,5\n", {.header = support::header_line::no, .min_rating = 1}),
        "p.csv:1:11: found 'rating' as a rating, expected a finite number; if this line is a header"));
}

TEST_CASE("A rating that is no finite number is refused with its line") {
    for (const char* const bad : {"good", "nan", "inf", "-inf", "1e999", "", "3.5x", "+4"}) {
        const std::string sentence = refused_file("p.csv", "u,i,5\nu,j," + std::string(bad) + "\n", {.min_rating = 1});
        CAPTURE(bad, sentence);
        CHECK(tests::contains(sentence, "p.csv:2:5: found "));
        CHECK(tests::contains(sentence, "expected a finite number"));
    }
    CHECK(tests::contains(refused_file("p.csv", "u,i,5\nu,j,\n", {.min_rating = 1}), "found an empty rating"));
}

TEST_CASE("A decimal comma is refused with what to write") {
    CHECK(tests::contains(refused_file("p.csv", "u;i;3,5\n", {.min_rating = 1}), "p.csv:1:5: found '3,5' as a rating"));
    CHECK(tests::contains(refused_file("p.tsv", "u\ti\t3,5\n", {.min_rating = 1}), "write a decimal point, not a comma"));
}

TEST_CASE("Numbers are read the same under a locale with a decimal comma") {
    struct comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    const char* const text = "u,i,3.5\nv,j,2.5\n";
    const support::read_options options = {.min_rating = 2.75, .test_fraction = 0};
    const auto expected = read_file("p.csv", text, options);
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new comma));
    const auto found = read_file("p.csv", text, options);
    std::locale::global(before);
    CHECK(found.train == expected.train);
    CHECK(found.notes == expected.notes);
    CHECK(notes_say(found, "1 pair rated below 2.75 skipped"));
}

TEST_CASE("Pairs rated too low are skipped and counted, and it is an error if none is left") {
    const auto data = read_file("p.csv", "u,i,5\nv,j,3.5\nu,k,4\n", {.min_rating = 4, .test_fraction = 0});
    CHECK(data.users == 1);
    CHECK(data.item_tokens == names{"i", "k"});
    CHECK(notes_say(data, "1 pair rated below 4 skipped"));
    CHECK(tests::contains(refused_file("p.csv", "u,i,1\n", {.min_rating = 4}), "found no interactions rated 4 or more"));
}

TEST_CASE("Empty users and items are refused") {
    CHECK(tests::contains(refused_file("p.csv", "a,b\n,c\n"), "p.csv:2:1: found an empty user"));
    CHECK(tests::contains(refused_file("p.csv", "a,b\nc, \n"), "p.csv:2:4: found an empty item"));
}

TEST_CASE("Names up to the limit are kept, longer ones are refused and shown cut and escaped") {
    const std::string longest(4096, 'x'), longer = "\x1b" + std::string(1 << 20, 'y');
    CHECK(read_file("p.csv", longest + ",1\n").user_tokens == names{longest});
    CHECK(tests::contains(refused_file("p.csv", longest + "x,1\n"), "at most 4,096 bytes"));
    const std::string sentence = refused_file("p.csv", longer + ",1\n");
    CHECK(tests::contains(sentence, "p.csv:1:1: found user '\\x1byyy"));
    CHECK(sentence.size() < 400);
}

TEST_CASE("More names than the limit are refused") {
    CHECK(read_file("p.csv", "a,1\nb,1\na,2\n", {.row_limit = 2, .test_fraction = 0}).users == 2);
    CHECK(tests::contains(refused_file("p.csv", "a,1\nb,1\nc,1\n", {.row_limit = 2}),
                          "p.csv:3:1: found more than 2 different users"));
}

TEST_CASE("As many unreadable lines as allowed are skipped, and the first one is shown") {
    const std::string bad = "user,item\na,x\n5,\n,\nb,y,z\n\"c,x\nb,x\n";
    CHECK(tests::contains(refused_file("p.csv", bad), "p.csv:3:3: found an empty item"));
    CHECK(tests::contains(refused_file("p.csv", bad, {.skip_bad = 3}), "p.csv:6:1: found a quote that is not closed"));
    const auto data = read_file("p.csv", bad, {.skip_bad = 4, .test_fraction = 0});
    CHECK(data.user_tokens == names{"a", "b"});  // those of skipped lines do not count
    CHECK(data.item_tokens == names{"x"});
    CHECK(notes_say(data, "4 lines that cannot be read skipped, the first one "));
    CHECK(notes_say(data, "p.csv:3:3: found an empty item"));
    CHECK(tests::contains(refused_file("p.csv", "a,1\nb,1\nc,1\n", {.row_limit = 2, .skip_bad = 9}), "more than 2 different"));
    CHECK(tests::contains(refused_file("p.csv", "user,item\n,\n", {.skip_bad = 9}), "found no interactions"));
    CHECK(read_file("p.csv", "user,item,rating\na,x,good\na,y,4\n", {.skip_bad = 1, .min_rating = 3, .test_fraction = 0})
              .train.size() == 1);
}

TEST_CASE("A csv of one column, or that begins with a comment, is refused as what it is") {
    CHECK(tests::contains(refused_file("p.csv", "1\n2\n"),
                          "p.csv:1:1: found one column, expected a user and an item, separated by a comma or semicolon"));
    CHECK(tests::contains(refused_file("p.csv", "# from somewhere\n1,2\n"), "p.csv:1:1: found a comment, expected a user and"));
    CHECK(read_file("p.csv", "1 2\n1 3\n").train.size() == 2);
}

TEST_CASE("Names of columns that are empty or have blanks are shown in quotes") {
    CHECK(notes_say(read_file("p.csv", ",user,item,the time\n0,a,x,9\n"), "not read: '', 'the time'"));
}

TEST_CASE("A repeated pair is kept once, and counted") {
    const auto data = read_file("p.csv", "a,1,5,100\na,1,3,200\n");
    CHECK(data.train.size() == 1);
    CHECK(notes_say(data, "train: 1 repeated pair kept once"));
}

TEST_CASE("A file of lists is told from a file of pairs by the number of words") {
    CHECK(notes_say(read_file("x.txt", "0 1 2\n1 5 6 7 8\n"), "read as lightgcn"));
    CHECK(notes_say(read_file("x.txt", "0 1\n1 5\n"), "if these are a user and a list of items, use --format lightgcn"));
    CHECK(read_file("x.txt", "0 1 3\n1 5 2\n", {.format = support::data_format::lightgcn, .test_fraction = 0}).items == 6);
}

TEST_CASE("A column that does not count decides about nothing") {
    const auto named = read_file("p.csv", "user,item,rating\nu,i,good\nu,j,\n");
    CHECK(named.train.size() == 2);
    CHECK(notes_say(named, "user = user, item = item; not read: rating"));
    const auto by_place = read_file("p.tsv", "u\ti\tthe artist\t5\nu\tj\t\t4\n");
    CHECK(by_place.train.size() == 2);
    CHECK(notes_say(by_place, "column 1 = user, 2 = item; not read: 3 to 4"));
}

TEST_CASE("A least rating needs a column of ratings") {
    CHECK(tests::contains(
        refused_file("p.csv", "user,item\nu,i\n", {.min_rating = 3}),
        "p.csv:1:1: found no column of ratings, expected one, as --min-rating 3 needs; leave out --min-rating"));
    CHECK(tests::contains(refused_file("p.csv", "u,i\nu,j\n", {.min_rating = 3}), "found no column of ratings"));
    CHECK(tests::contains(refused_file("d.inter", "user_id:token\titem_id:token\nu\ti\n", {.min_rating = 3}),
                          "found no column of ratings"));
}

TEST_CASE("Columns are bounded, so that memory is in proportion to a file") {
    const std::string few(4094, ','), many(5000, ',');
    CHECK(tests::contains(refused_file("p.csv", "1,2" + few + "\n1,2\n"), "p.csv:2:1: found 2 columns, expected 4096"));
    CHECK(tests::contains(refused_file("p.csv", "1,2" + many + "\n"),
                          "found more than 4096 columns, expected a pair and few other columns; check the separator"));
}

}  // namespace tables_test
