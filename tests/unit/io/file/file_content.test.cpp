// SPDX-License-Identifier: Apache-2.0
#include <pleach/io/file/file_content.hpp>
#include <pleach/io/limits.hpp>
#include <pleach/io/open_options.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <utility>

TEST_CASE("the bytes of a file are the same mapped and in memory, but only a mapping follows the file") {
    const tests::temporary_directory directory;
    const auto path = directory.write("some", "abc");
    pleach::file_content mapped, copied;
    REQUIRE_FALSE(pleach::detail::load(path, pleach::open_mode::map, {}, mapped));
    REQUIRE_FALSE(pleach::detail::load(path, pleach::open_mode::memory, {}, copied));
    const auto third = [](const pleach::file_content& content) { return static_cast<char>(content.bytes()[2]); };
    REQUIRE((mapped.bytes().size() == 3 && copied.bytes().size() == 3));
    REQUIRE((third(mapped) == 'c' && third(copied) == 'c'));
    std::fstream(path, std::ios::in | std::ios::out).seekp(2).put('x');  // the same file, written in place
    REQUIRE((third(mapped) == 'x' && third(copied) == 'c'));
    const std::byte* memory = mapped.bytes().data();
    const pleach::file_content moved = std::move(mapped);
    REQUIRE(moved.bytes().data() == memory);
}

TEST_CASE("the limit of bytes in memory holds for files that are read, not for those that are mapped") {
    const tests::temporary_directory directory;
    const auto path = directory.write("some", "abc");
    pleach::read_limits limits;
    limits.bytes_in_memory = 2;
    pleach::file_content content;
    REQUIRE(pleach::detail::load(path, pleach::open_mode::memory, limits, content).code ==
            pleach::format_errc::file_over_limit);
    REQUIRE_FALSE(pleach::detail::load(path, pleach::open_mode::map, limits, content));
}
