// SPDX-License-Identifier: Apache-2.0

// As replay.test.cpp, for what the programs read.

#include "files/fuzz/checkpoint.hpp"
#include "files/fuzz/interactions.hpp"
#include "files/fuzz/lists.hpp"
#include "files/fuzz/replay.hpp"
#include "files/fuzz/settings.hpp"

namespace replay_programs_test {

TEST_CASE("the corpus of lines of ids holds every property that its fuzzer checks") {
    fuzz::replay("adjacency", fuzz::adjacency, 300);
}

TEST_CASE("the corpus of tables of pairs holds every property that its fuzzer checks") {
    fuzz::replay("delimited", fuzz::delimited, 300);
}

TEST_CASE("the corpus of .inter files holds every property that its fuzzer checks") { fuzz::replay("inter", fuzz::inter, 300); }

TEST_CASE("the corpus of names holds every property that its fuzzer checks") { fuzz::replay("names", fuzz::names, 300); }

TEST_CASE("the corpus of JSON lines holds every property that its fuzzer checks") {
    fuzz::replay("json_lines", fuzz::json_lines, 300);
}

TEST_CASE("the corpus of configurations holds every property that its fuzzer checks") {
    fuzz::replay("config", fuzz::config, 300);
}

TEST_CASE("the corpus of command lines holds every property that its fuzzer checks") {
    fuzz::replay("command_line", fuzz::command_line, 200);
}

TEST_CASE("the corpus of checkpoints holds every property that its fuzzer checks") {
    fuzz::replay("checkpoint", fuzz::checkpoint, 300, true);
}

}  // namespace replay_programs_test
