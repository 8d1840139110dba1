// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/file/read_file.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <utility>

namespace read_file_test {

namespace {

std::string text_of(const pleach::file_bytes& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace

TEST_CASE("a file is read whole, at a multiple of 64, and its bytes stay where they are when they move") {
    const tests::temporary_directory directory;
    pleach::file_bytes file = pleach::read_file(directory.write("some", std::string("a\0b", 3)), 3);
    REQUIRE(text_of(file) == std::string("a\0b", 3));
    const std::byte* memory = file.bytes().data();
    REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % 64 == 0);
    const pleach::file_bytes moved = std::move(file);
    REQUIRE(moved.bytes().data() == memory);
    REQUIRE(pleach::read_file(directory.write("empty", ""), 0).bytes().empty());
}

TEST_CASE("a file over the limit, no file, a directory and a name that ends early are errors by code and by sentence") {
    const tests::temporary_directory directory;
    const auto path = directory.write("some", "abcd");
    std::error_code error;
    REQUIRE(pleach::read_file(path, 3, error).bytes().empty());
    REQUIRE(error == pleach::format_errc::file_over_limit);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::read_file(path, 3), std::filesystem::filesystem_error, "4 bytes, limit 3");
    REQUIRE(pleach::read_file(directory / "absent", 3, error).bytes().empty());
    REQUIRE(error == std::errc::no_such_file_or_directory);
    REQUIRE(pleach::read_file(directory.path(), 3, error).bytes().empty());
    REQUIRE(error == pleach::format_errc::not_a_file);
    REQUIRE(pleach::read_file(path.native() + '\0' + "x", 9, error).bytes().empty());
    REQUIRE(error == std::errc::invalid_argument);
    REQUIRE(text_of(pleach::read_file(path, 4, error)) == "abcd");
    REQUIRE_FALSE(error);
}

}  // namespace read_file_test
