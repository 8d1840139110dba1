// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/options/table.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

#include <string>
#include <vector>

namespace config_test {

using tests::contains;

namespace {

support::options parse(const tests::temporary_directory& folder, std::string_view config, std::vector<std::string> words = {},
                       const char* program = "train_lightgcn") {
    words.insert(words.begin(), {"--dataset", "generated", "--config", folder.write("c.txt", config).string()});
    std::vector<const char*> arguments = {program};
    for (const std::string& word : words) arguments.push_back(word.c_str());
    return support::parse_options(program, static_cast<int>(arguments.size()), arguments.data());
}

std::string refused(std::string_view config, const char* program = "train_lightgcn") {
    const tests::temporary_directory folder;
    const std::string sentence = tests::sentence_of<support::input_error>([&] { parse(folder, config, {}, program); });
    return sentence.substr(std::min(sentence.find("c.txt"), sentence.size()));
}

}  // namespace

TEST_CASE("A configuration file sets what flags set, and flags win over it") {
    const tests::temporary_directory folder;
    const auto chosen =
        parse(folder, "# a comment\n\n  lr = 0.5\nrecdim=8\r\ntopk = 5,10\nquiet = true\nout = a = b # c\n", {"--lr", "0.25"});
    CHECK(chosen.lr == 0.25);
    CHECK(chosen.dim == 8);
    CHECK(chosen.topk == std::vector<std::size_t>{5, 10});
    CHECK(chosen.quiet);
    CHECK(chosen.out == "a = b # c");
    CHECK(chosen.notes.empty());
    CHECK_FALSE(parse(folder, "json = true\n", {"--json=false"}).json);
}

TEST_CASE("Unknown keys are refused with line, column and the nearest name") {
    CHECK(refused("lr = 1\n epoch = 3\n") ==
          "c.txt:2:2: found unknown key 'epoch', expected the name of a flag; did you mean --epochs?");
    CHECK(contains(refused("config = other.txt\n"), "a configuration cannot include another"));
    CHECK(contains(refused("layers = 2\n", "train_mf"), "this one belongs to train_lightgcn"));
}

TEST_CASE("A key twice is refused with both lines, also under its other name") {
    CHECK(contains(refused("lr = 1\ndim = 2\nlr = 1\n"), "c.txt:3:1: found key 'lr' a second time, after line 1"));
    CHECK(contains(refused("recdim = 1\ndim = 2\n"), "c.txt:2:1: found key 'dim' a second time, after line 1"));
}

TEST_CASE("Values in a file are held to the ranges of the flags") {
    CHECK(contains(refused("dim = 0\n"), "c.txt:1:7: found '0' for dim, expected a whole number from 1 to 65536"));
    CHECK(contains(refused("lr = nan\n"), "c.txt:1:6: found 'nan' for lr, expected a number more than 0"));
    CHECK(contains(refused("lr =\n"), "c.txt:1:5: found no value for 'lr'"));
    CHECK(contains(refused("json = 1\n"), "expected true or false"));
    CHECK(contains(refused("lr\n"), "c.txt:1:1: found 'lr', expected key = value"));
}

TEST_CASE("A configuration that is binary, huge or not UTF-8 is refused") {
    using namespace std::string_literals;
    CHECK(contains(refused("lr = 1\n\0"s), "found a NUL byte at offset 7"));
    CHECK(contains(refused("out = \xff\n"), "found a byte at offset 6 that is not UTF-8"));
    CHECK(contains(refused(std::string((1 << 20) + 1, '#')), "expected a configuration of at most 1,048,576"));
    CHECK(contains(refused(std::string(std::size_t{4} << 20, '\0')), "found 4,194,304 bytes"));
    CHECK(refused(std::string(1 << 20, '#')).empty());
}

TEST_CASE("A configuration that is missing is refused") {
    const char* const words[] = {"train_mf", "--dataset", "generated", "--config", "/nowhere/c.txt"};
    CHECK(contains(tests::sentence_of<support::input_error>([&] { support::parse_options("train_mf", 5, words); }),
                   "/nowhere/c.txt: found no such file"));
}

TEST_CASE("The effective settings are a configuration that gives the same run") {
    const tests::temporary_directory folder;
    for (const char* const program : {"train_mf", "train_lightgcn"}) {
        const auto chosen =
            parse(folder, "lr = 0.1\nmin-rating = 3.5\ntopk = 7,9\ndataset = x\ndensity = 0.3\nseed = 9\ndecay = 1e-7\n", {},
                  program);
        const std::string text = support::to_config_text(chosen);
        const auto again = support::read_config(folder.write("again.txt", text).string(), program);
        CHECK(support::to_config_text(again) == text);
        CHECK(again.lr == 0.1);
        CHECK(again.min_rating == 3.5);
        CHECK(again.topk == std::vector<std::size_t>{7, 9});
        CHECK(again.table == support::table_kind::masked);
        CHECK(contains(text, "layers = ") == (std::string(program) == "train_lightgcn"));
        CHECK(support::differences_on_resume(chosen, again).empty());
    }
}

TEST_CASE("Every flag's value survives being written and read") {
    for (const support::option_row& row : support::option_table()) {
        const support::options defaults = support::default_options("train_lightgcn");
        support::options copy;
        const std::string text = row.value.get(defaults);
        CAPTURE(row.name, text);
        if (!text.empty()) row.value.set(copy, text);
        CHECK(row.value.get(copy) == text);
    }
}

TEST_CASE("Names with blanks, quotes, backslashes and line ends survive a configuration") {
    const tests::temporary_directory folder;
    for (const char* const name : {" a ", "\"a\"", "a\nb\tc", "C:\\x", "#x", "x = y", "\\n", "\"", "a # b"}) {
        support::options chosen = support::default_options("train_mf");
        chosen.dataset = name;
        const auto file = folder.write("c.txt", support::to_config_text(chosen));
        CHECK(support::read_config(file.string(), "train_mf").dataset == name);
    }
    CHECK(contains(refused("out = \"a\n"), "c.txt:1:7: found a quote that is not closed"));
    CHECK(contains(refused("out = \"a\" b\n"), "c.txt:1:9: found text after a closing quote"));
    CHECK(contains(refused("out = \"a\\q\"\n"), "c.txt:1:9: found an unknown escape"));
}

TEST_CASE("On resuming, what shapes the run may not change, and what does not may") {
    const support::options saved = support::default_options("train_lightgcn");
    support::options now = saved;
    now.epochs = 500;
    now.threads = 7;
    now.out = "elsewhere";
    now.json = true;
    now.patience = 3;
    CHECK(support::differences_on_resume(saved, now).empty());
    now.dim = 32;
    now.loss = support::loss_kind::ccl;
    CHECK(support::differences_on_resume(saved, now) ==
          std::vector<std::string>{"--dim was 64 and is now 32", "--loss was bpr and is now ccl"});
}

}  // namespace config_test
