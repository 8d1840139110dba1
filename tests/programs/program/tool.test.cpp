// SPDX-License-Identifier: Apache-2.0

#include "support/program/tool.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace tool_test {

namespace {

int run(const std::vector<const char*>& words, const std::function<int()>& body = [] { return 0; }) {
    CLI::App app("A tool.", "tool");
    int number = 0;
    app.add_option("--number", number, "a number");
    return support::run_tool(app, static_cast<int>(words.size()), words.data(), body);
}

}  // namespace

TEST_CASE("numbers of bytes are read as people write them") {
    REQUIRE(support::parse_bytes("--bytes", "6000000") == 6'000'000);
    REQUIRE(support::parse_bytes("--bytes", "6MB") == 6'000'000);
    REQUIRE(support::parse_bytes("--bytes", "1.5GiB") == 1'610'612'736);
    REQUIRE(support::parse_bytes("--bytes", "64k") == 64'000);
    REQUIRE(support::parse_bytes("--bytes", "64Ki") == 65'536);
    REQUIRE(support::parse_bytes("--bytes", "0.5kB") == 500);
    for (const char* text : {"", "B", "MB", "0", "-1", "6 MB", "6mb", "6TB", "nan", "inf", "1e30", "6MB6", "0x10"}) {
        CAPTURE(text);
        REQUIRE_THROWS_WITH_SENTENCE(support::parse_bytes("--bytes", text), support::usage_error, "--bytes");
    }
}

TEST_CASE("a tool answers with the exit codes of the trainers") {
    REQUIRE(run({"tool"}) == support::exit_good);
    REQUIRE(run({"tool", "--help"}) == support::exit_good);
    REQUIRE(run({"tool", "--version"}) == support::exit_good);
    REQUIRE(run({"tool", "--numbr", "3"}) == support::exit_wrong_use);
    REQUIRE(run({"tool", "--number", "x"}) == support::exit_wrong_use);
    REQUIRE(run({"tool"}, []() -> int { throw std::invalid_argument("so not"); }) == support::exit_wrong_use);
    REQUIRE(run({"tool"}, []() -> int {
                throw std::filesystem::filesystem_error("so not", std::make_error_code(std::errc::io_error));
            }) == support::exit_io_failure);
}

}  // namespace tool_test
