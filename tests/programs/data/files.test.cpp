// SPDX-License-Identifier: Apache-2.0
//
// Bad and odd files, whatever the format: what is refused, where, and in which words.

#include "programs/data/reading.hpp"
#include "support/text/gzip.hpp"

#include <sys/stat.h>

namespace files_test {

using tests::read_folder;
using tests::refused_file;
using tests::refused_train;
using tests::row_of;

TEST_CASE("A missing file is refused") {
    CHECK(tests::refusal([] { support::read_interactions("/nowhere/at/all.csv"); }) ==
          "all.csv: found no such file, expected a regular text file; check the path");
}

TEST_CASE("A directory, a device and a pipe in place of a file are refused") {
    const tests::temporary_directory folder;
    std::filesystem::create_directories(folder / "train.txt");
    CHECK(tests::contains(tests::refusal([&] { support::read_interactions(folder.path()); }), "train.txt: found a directory"));
    CHECK(tests::contains(tests::refusal([] { support::read_interactions("/dev/null"); }), "found a device, pipe or socket"));
    const auto pipe = folder / "pairs.csv";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(tests::contains(tests::refusal([&] { support::read_interactions(pipe); }), "found a device, pipe or socket"));
}

TEST_CASE("A file that may not be read is refused") {
    const tests::temporary_directory folder;
    const auto file = folder.write("pairs.csv", "1,2\n");
    REQUIRE(chmod(file.c_str(), 0) == 0);
    if (geteuid() == 0) {  // permissions do not bind the superuser
        CHECK(support::read_interactions(file).users == 1);
    } else {
        CHECK(tests::contains(tests::refusal([&] { support::read_interactions(file); }), "expected a readable file"));
    }
}

TEST_CASE("A folder without any known file is refused with the names it could have") {
    const tests::temporary_directory folder;
    folder.write("readme.md", "hello");
    const std::string sentence = tests::refusal([&] { support::read_interactions(folder.path()); });
    CHECK(tests::contains(sentence, "train.txt with test.txt, *.inter, ratings.csv, u.data or ratings.dat"));
}

TEST_CASE("Empty files and blank lines are no interactions") {
    const char* const text = GENERATE("", "\n\n", "  \n\t\n", "\xef\xbb\xbf");
    const char* const name = GENERATE("x.csv", "x.tsv", "x.dat", "x.inter", "x.txt", "train.txt");
    CAPTURE(text, name);
    const std::string sentence = refused_file(name, text);
    CAPTURE(sentence);
    // A line of blanks is a header without columns to .inter.
    CHECK(tests::contains(sentence, std::string(name) == "x.inter" && *text == ' ' ? "found ''" : "found"));
    CHECK((tests::contains(sentence, "no interactions") || std::string(name) == "x.inter"));
}

TEST_CASE("A byte order mark of UTF-8 is no part of the first user") {
    const auto data = tests::read_file("x.csv",
                                       "\xef\xbb\xbf"
                                       "7,8\n");
    CHECK(data.user_tokens == std::vector<std::string>{"7"});
    CHECK(read_folder("\xef\xbb\xbf"
                      "0 1\n",
                      "0 0\n")
              .items == 2);
}

TEST_CASE("UTF-16, UTF-32, gzip and zip are named") {
    using namespace std::string_literals;
    CHECK(tests::contains(refused_train("\xff\xfe"
                                        "0\0 \0"s),
                          "found UTF-16 text"));
    CHECK(tests::contains(refused_train("\xfe\xff\0"
                                        "0\0 "s),
                          "iconv -f UTF-16"));
    CHECK(tests::contains(refused_train("\xff\xfe\0\0"s), "found UTF-32 text"));
    CHECK(tests::contains(refused_train("0\0 \0"
                                        "1\0"s),
                          "if this is UTF-16"));
    CHECK(tests::contains(refused_file("x.csv", "\x1f\x8b\x08"), "found gzip data"));
    CHECK(tests::contains(refused_file("x.csv", "PK\x03\x04"), "found a zip archive"));
}

TEST_CASE("Text that is packed by gzip is read as what it holds, and refused if it is damaged") {
    using namespace std::string_literals;
    // printf 'u,i,3\nv,i,4\n' | gzip -n, and the same for one more line.
    const std::string one =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x2b\xd5\xc9\xd4\x31\xe6\x2a\x03\x92\x26\x5c\x00\x7b\x49\x73\x58\x0c\x00\x00\x00"s;
    if (!support::reads_gzip()) {
        CHECK(tests::contains(refused_file("x.csv.gz", one),
                              "expected plain text, since these programs were built without zlib"));
        return;
    }
    const auto data = tests::read_file("ratings.csv.gz", one);
    CHECK(data.user_tokens == std::vector<std::string>{"u", "v"});
    CHECK(tests::read_file("x.csv.gz", one + one).item_tokens == std::vector<std::string>{"i"});  // two members
    CHECK(tests::contains(refused_file("x.csv.gz", one.substr(0, 20)), "found gzip data that ends early"));
    std::string damaged = one;
    damaged[20] = '\x55';
    CHECK(tests::contains(refused_file("x.csv.gz", damaged), "found gzip data that is damaged"));
    REQUIRE_THROWS_WITH_SENTENCE(support::unpack_gzip(one, "x.gz", 11), support::input_error,
                                 "found gzip data of more than 11 bytes of text");
}

TEST_CASE("A NUL byte is refused with its offset, line and column") {
    using namespace std::string_literals;
    CHECK(tests::contains(refused_train("0 1\n1 2\0 3\n"s), "train.txt:2:4: found a NUL byte at offset 7"));
}

TEST_CASE("Lines end in LF or CR LF, and the last one need not end") {
    const auto unix_lines = read_folder("0 1 2\n1 3\n", "0 0\n"), dos_lines = read_folder("0 1 2\r\n1 3\r\n", "0 0\r\n");
    CHECK(unix_lines.train == dos_lines.train);
    CHECK(unix_lines.train == read_folder("0 1 2\n1 3", "0 0").train);
    CHECK(tests::read_file("x.csv", "a,b\r\nc,d").item_tokens == std::vector<std::string>{"b", "d"});
}

TEST_CASE("A lone carriage return is refused where it stands") {
    const std::string sentence = refused_train("0 1\n0 1\r1 2\n");
    CHECK(tests::contains(sentence, "train.txt:2:4: found a carriage return without a line feed"));
    CHECK(tests::contains(refused_file("x.csv", "a,b\rc,d\r"), "x.csv:1:4"));
    CHECK(tests::contains(refused_train("0 1\r"), "train.txt:1:4"));
}

TEST_CASE("A line up to the limit is read, a longer one is refused") {
    for (const std::size_t limit : {7u, 8u, 9u}) {
        const support::read_options options = {.limits = {.line_bytes = limit}};
        if (limit >= 8) {
            CHECK(read_folder("0 10 200\n", "0 0\n", options).items == 201);
        } else {
            CHECK(tests::contains(refused_train("0 10 200\n", options),
                                  "train.txt:1:1: found a line of 8 bytes, expected at most 7"));
        }
    }
}

TEST_CASE("The error in line n reports line n") {
    for (std::size_t n = 1; n <= 30; ++n) {
        std::string text;
        for (std::size_t line = 1; line <= 30; ++line) text += line == n ? "1 x\n" : "1 2\n";
        CHECK(tests::contains(refused_train(text), "train.txt:" + std::to_string(n) + ":3: found 'x'"));
    }
}

TEST_CASE("What a file holds is shown escaped") {
    CHECK(tests::contains(refused_train("0 \x1b[31mred\n"), "found '\\x1b[31mred'"));
    CHECK(support::printable("a\tb\\c\x7f") == "a\\x09b\\\\c\\x7f");
    CHECK(support::printable("caf\xc3\xa9") == "caf\xc3\xa9");
    CHECK(support::printable("caf\xe9") == "caf\\xe9");
    CHECK(support::printable("\xc2\x9b"
                             "2J") == "\\xc2\\x9b2J");
    CHECK(support::printable(std::string(1 << 20, 'x'), 4) == "xxxx... (1048576 bytes)");
}

TEST_CASE("Cutting a file anywhere is read or refused, never anything else") {
    const std::string text = "userId,\"movieId\",rating\n1,\"a,b\",3.5\r\n2,\"c\"\"d\",4\n\n3,e,1e0\n";
    const tests::temporary_directory folder;
    std::size_t good = 0;
    for (std::size_t size = 0; size <= text.size(); ++size) {
        try {
            support::read_interactions(folder.write("x.csv", std::string_view(text).substr(0, size)));
            ++good;
        } catch (const support::input_error&) {
        }
    }
    CHECK(good > 5);
}

TEST_CASE("What was printed escaped can be given back") {
    for (const std::string& id :
         {std::string("DOM\\user"), std::string("caf\xe9"), std::string("a\tb\x1b[0m"), std::string("\\x41")})
        CHECK(support::unprintable(support::printable(id)) == id);
    CHECK(support::unprintable("DOM\\user") == "DOM\\user");
    CHECK(support::printable_line("a\\b\x1b") == "a\\b\\x1b");
}

}  // namespace files_test
