// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/file/file_content.hpp>
#include <pleach/io/file/mapped_file.hpp>
#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mapped_file_test {

using tests::temporary_directory;

namespace {

std::string text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void save_text(const std::filesystem::path& path, const std::string& text) {
    pleach::save_bytes(path, std::as_bytes(std::span(text)));
}

/// Runs `action` in a child process and tells how that ended, as waitpid does.
template <class Action>
int status_of_child(Action action) {
    const pid_t child = ::fork();
    if (child == 0) {
        // A death that is expected leaves no core file, and does not go through the handlers of the test program.
        const ::rlimit no_core{0, 0};
        static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
        std::signal(SIGBUS, SIG_DFL);
        action();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

TEST_CASE("a mapped file shows the bytes of the file, also after it moved") {
    const temporary_directory directory;
    save_text(directory / "file", "some bytes");
    auto first = pleach::mapped_file::open(directory / "file");
    const std::byte* const place = first.bytes().data();
    pleach::mapped_file second = std::move(first);
    REQUIRE(second.bytes().data() == place);
    REQUIRE(first.bytes().empty());
    REQUIRE(text_of(second.bytes()) == "some bytes");
    first = std::move(second);
    REQUIRE(text_of(first.bytes()) == "some bytes");
}

TEST_CASE("an empty file maps to no bytes") {
    const temporary_directory directory;
    save_text(directory / "file", "");
    REQUIRE(pleach::mapped_file::open(directory / "file").bytes().empty());
    REQUIRE(pleach::mapped_file().bytes().empty());
}

TEST_CASE("what is no regular file is not mapped") {
    const temporary_directory directory;
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    std::error_code error;
    REQUIRE(pleach::mapped_file::open(directory / "pipe", error).bytes().empty());
    REQUIRE(error == pleach::format_errc::not_a_file);
    REQUIRE(pleach::mapped_file::open(directory.path(), error).bytes().empty());
    REQUIRE(error == pleach::format_errc::not_a_file);
    REQUIRE(pleach::mapped_file::open(directory / "absent", error).bytes().empty());
    REQUIRE(error == std::errc::no_such_file_or_directory);
    REQUIRE(pleach::mapped_file::open(std::string("a\0b", 3), error).bytes().empty());
    REQUIRE(error == std::errc::invalid_argument);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::mapped_file::open(directory / "absent"), std::filesystem::filesystem_error,
                                 "cannot read: open");
}

TEST_CASE("a mapping keeps its file when another is renamed over it, and when it is removed (F32)") {
    const temporary_directory directory;
    save_text(directory / "file", "the old content");
    const auto mapping = pleach::mapped_file::open(directory / "file");
    save_text(directory / "file", "new");
    REQUIRE(text_of(mapping.bytes()) == "the old content");
    REQUIRE(text_of(pleach::mapped_file::open(directory / "file").bytes()) == "new");
    std::filesystem::remove(directory / "file");
    REQUIRE(text_of(mapping.bytes()) == "the old content");
}

TEST_CASE("a file truncated while mapped ends the process that touches it, and a copy in memory does not mind (F33)") {
    const temporary_directory directory;
    const auto path = directory / "file";
    for (const auto mode : {pleach::open_mode::map, pleach::open_mode::memory}) {
        save_text(path, std::string(100'000, 'x'));
        const int status = status_of_child([&] {
            pleach::file_content content;
            if (pleach::detail::load(path, mode, {}, content) || ::truncate(path.c_str(), 0) != 0) {
                ::_exit(1);
            }
            const volatile std::byte touched = content.bytes()[99'999];
            ::_exit(touched == std::byte{'x'} ? 0 : 2);
        });
        if (mode == pleach::open_mode::map) {
            REQUIRE(WIFSIGNALED(status));
            REQUIRE(WTERMSIG(status) == SIGBUS);
        } else {
            REQUIRE(WIFEXITED(status));
            REQUIRE(WEXITSTATUS(status) == 0);
        }
    }
}

TEST_CASE("a file too large for memory by the limit can be mapped") {
    const temporary_directory directory;
    save_text(directory / "file", "0123456789");
    const pleach::read_limits limits{.bytes_in_memory = 9};
    pleach::file_content content;
    REQUIRE(pleach::detail::load(directory / "file", pleach::open_mode::memory, limits, content).code ==
            pleach::format_errc::file_over_limit);
    REQUIRE(content.bytes().empty());
    REQUIRE(!pleach::detail::load(directory / "file", pleach::open_mode::map, limits, content));
    REQUIRE(text_of(content.bytes()) == "0123456789");
}

}  // namespace mapped_file_test
