// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/format_error.hpp>

#include "support/catch.hpp"

#include <set>
#include <string>
#include <system_error>

TEST_CASE("every code has a sentence of its own") {
    std::set<std::string> sentences;
    int codes = 0;
    for (; pleach::format_category().message(codes + 1) != "unknown format error"; ++codes) {
        sentences.insert(pleach::format_category().message(codes + 1));
    }
    REQUIRE(codes == static_cast<int>(pleach::format_errc::too_much_metadata));
    REQUIRE(sentences.size() == static_cast<std::size_t>(codes));
    REQUIRE(pleach::format_category().message(0) == "unknown format error");
}

TEST_CASE("a code knows its category and is equal to itself only") {
    const std::error_code code = pleach::format_errc::size_overflow;
    REQUIRE(code);
    REQUIRE(std::string(code.category().name()) == "pleach.format");
    REQUIRE(code == pleach::format_errc::size_overflow);
    REQUIRE(code != pleach::format_errc::size_mismatch);
    REQUIRE(code != std::error_code(code.value(), std::system_category()));
}

TEST_CASE("numbers of codes that programs may have stored do not change") {
    REQUIRE(static_cast<int>(pleach::format_errc::file_too_short) == 1);
    REQUIRE(static_cast<int>(pleach::format_errc::size_mismatch) == 21);
    REQUIRE(static_cast<int>(pleach::format_errc::file_changed) == 39);
}
