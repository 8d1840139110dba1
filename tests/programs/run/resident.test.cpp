// SPDX-License-Identifier: Apache-2.0

#include "support/run/resident.hpp"

#include <pleach/io/file/mapped_file.hpp>
#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <span>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace resident_test {

namespace {

constexpr std::size_t file_bytes = 4 << 20;

std::size_t touch(std::span<const std::byte> bytes) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 4096) sum += std::to_integer<std::size_t>(bytes[i]);
    return sum;
}

}  // namespace

TEST_CASE("a mapping is resident where it was touched, and processes share it") {
    const tests::temporary_directory directory;
    const std::string text(file_bytes, 'x');
    pleach::save_bytes(directory / "file", std::as_bytes(std::span(text)));
    const auto mapping = pleach::mapped_file::open(directory / "file");
    REQUIRE(support::resident_of(mapping.bytes()).mapped == 0);
    REQUIRE(touch(mapping.bytes().first(file_bytes / 4)) == file_bytes / 4 / 4096 * 'x');
    const auto quarter = support::resident_of(mapping.bytes());
    REQUIRE(quarter.mapped >= file_bytes / 4);
    REQUIRE(quarter.mapped < file_bytes);
    REQUIRE(touch(mapping.bytes()) == file_bytes / 4096 * 'x');
    const auto whole = support::resident_of(mapping.bytes());
    REQUIRE(whole.mapped == file_bytes);
    REQUIRE(whole.share == file_bytes);

    int ready[2], done[2];
    REQUIRE((::pipe(ready) == 0 && ::pipe(done) == 0));
    const pid_t child = ::fork();
    if (child == 0) {
        const auto same = pleach::mapped_file::open(directory / "file");
        char byte = touch(same.bytes()) != 0 ? 'y' : 'n';
        const bool told = ::write(ready[1], &byte, 1) == 1 && ::read(done[0], &byte, 1) == 1;
        ::_exit(told ? 0 : 1);
    }
    char byte = 'n';
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE(byte == 'y');
    const auto shared = support::resident_of(mapping.bytes());
    REQUIRE(::write(done[1], &byte, 1) == 1);
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    for (const int file : {ready[0], ready[1], done[0], done[1]}) ::close(file);
    REQUIRE(shared.mapped == file_bytes);
    REQUIRE(shared.share <= file_bytes / 2);
}

TEST_CASE("a file that is not there cannot be dropped") {
    const tests::temporary_directory directory;
    REQUIRE(!support::drop_from_memory((directory / "absent").c_str()));
    pleach::save_bytes(directory / "file", {});
    REQUIRE(support::drop_from_memory((directory / "file").c_str()));
}

}  // namespace resident_test
