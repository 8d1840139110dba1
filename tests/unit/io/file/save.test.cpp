// SPDX-License-Identifier: Apache-2.0

#include <pleach/io/file/read_file.hpp>
#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace save_test {

namespace {

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string content(const std::filesystem::path& path) {
    const pleach::file_bytes bytes = pleach::read_file(path, 1U << 30U);
    return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.bytes().size()};
}

}  // namespace

TEST_CASE("a saved file has the bytes that were given, and nothing is left beside it") {
    const tests::temporary_directory directory;
    for (const std::string& text : {std::string("first"), std::string(), std::string(100'000, 'x')}) {
        pleach::save_bytes(directory / "file", as_bytes(text));
        REQUIRE(content(directory / "file") == text);
        REQUIRE(directory.size() == 1);
    }
}

TEST_CASE("a file is saved from pieces without joining them") {
    const tests::temporary_directory directory;
    pleach::save_file(directory / "file", [](auto& sink) {
        sink.write(as_bytes("one "));
        sink.write({});
        sink.write(as_bytes("two"));
    });
    REQUIRE(content(directory / "file") == "one two");
}

TEST_CASE("a writer that throws leaves the old file and no temporary") {
    const tests::temporary_directory directory;
    pleach::save_bytes(directory / "file", as_bytes("old"));
    const auto fill = [](auto& sink) {
        sink.write(as_bytes("half of the new"));
        throw std::runtime_error("stop");
    };
    REQUIRE_THROWS_AS(pleach::save_file(directory / "file", fill), std::runtime_error);
    REQUIRE(content(directory / "file") == "old");
    REQUIRE(directory.size() == 1);
}

TEST_CASE("an error names the step and the path, and the quiet overload returns the same code") {
    const tests::temporary_directory directory;
    const std::filesystem::path target = directory / "absent" / "file";
    std::error_code error;
    pleach::save_bytes(target, as_bytes("x"), error);
    REQUIRE(error == std::errc::no_such_file_or_directory);
    REQUIRE_THROWS_WITH_SENTENCE(pleach::save_bytes(target, as_bytes("x")), std::filesystem::filesystem_error,
                                 "cannot open the directory");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::save_bytes(target, as_bytes("x")), std::filesystem::filesystem_error, target.native());

    pleach::save_bytes(directory / "file", as_bytes("x"), error);
    REQUIRE(!error);
}

TEST_CASE("what is no regular file is never replaced") {
    const tests::temporary_directory directory;
    std::filesystem::create_directory(directory / "file");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::save_bytes(directory / "file", as_bytes("x")), std::filesystem::filesystem_error,
                                 "the target is a directory, device, pipe or socket, and only regular files are replaced");
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    std::error_code error;
    pleach::save_bytes(directory / "pipe", as_bytes("x"), error);
    REQUIRE(error == std::errc::invalid_argument);
    REQUIRE(std::filesystem::is_fifo(directory / "pipe"));
    REQUIRE_THROWS_WITH_SENTENCE(pleach::save_bytes("/dev/null", as_bytes("x")), std::filesystem::filesystem_error,
                                 "only regular files are replaced");
    REQUIRE(directory.size() == 2);
}

TEST_CASE("paths that cannot name a file are refused before anything is created") {
    const tests::temporary_directory directory;
    std::error_code error;
    pleach::save_bytes("", as_bytes("x"), error);
    REQUIRE(error == std::errc::invalid_argument);
    pleach::save_bytes(directory.path().native() + "/", as_bytes("x"), error);
    REQUIRE(error == std::errc::invalid_argument);
    pleach::save_bytes(directory / std::string("a\0b", 3), as_bytes("x"), error);
    REQUIRE(error == std::errc::invalid_argument);
    pleach::save_bytes(directory / std::string(256, 'a'), as_bytes("x"), error);
    REQUIRE(error == std::errc::filename_too_long);
    REQUIRE(directory.size() == 0);
}

TEST_CASE("names with spaces, newlines, bytes that are not UTF-8 and 255 characters can be saved and replaced") {
    const tests::temporary_directory directory;
    for (const std::string& name : {std::string("a b\nc"), std::string("\xff\xfe"), std::string(255, 'n')}) {
        pleach::save_bytes(directory / name, as_bytes("old"));
        pleach::save_bytes(directory / name, as_bytes("new"));
        REQUIRE(content(directory / name) == "new");
    }
    REQUIRE(directory.size() == 3);
}

TEST_CASE("replacing a private file keeps it private") {
    namespace fs = std::filesystem;
    const tests::temporary_directory directory;
    pleach::save_bytes(directory / "file", as_bytes("old"));
    fs::permissions(directory / "file", fs::perms::owner_read | fs::perms::owner_write);
    pleach::save_bytes(directory / "file", as_bytes("new"));
    REQUIRE(fs::status(directory / "file").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a save through a link to a directory works, and a link in place of the target stays") {
    const tests::temporary_directory directory;
    std::filesystem::create_directory(directory / "real");
    std::filesystem::create_directory_symlink(directory / "real", directory / "link");
    pleach::save_bytes(directory / "link" / "file", as_bytes("x"));
    REQUIRE(content(directory / "real" / "file") == "x");

    std::filesystem::create_symlink(directory / "real" / "file", directory / "alias");
    pleach::save_bytes(directory / "alias", as_bytes("y"));
    REQUIRE(content(directory / "real" / "file") == "y");
    REQUIRE(std::filesystem::is_symlink(directory / "alias"));

    std::filesystem::create_symlink("next", directory / "real" / "dangling");
    pleach::save_bytes(directory / "real" / "dangling", as_bytes("z"));
    REQUIRE(content(directory / "real" / "next") == "z");
}

TEST_CASE("a save removes temporaries that killed processes left for the same file, and no other file") {
    const tests::temporary_directory directory;
    const std::string abandoned = ".file.0123456789abcdef.pleach-tmp";
    for (const std::string& name :
         {abandoned, std::string(".file.0123456789abcdeX.pleach-tmp"), std::string(".other.0123456789abcdef.pleach-tmp"),
          std::string(".life.0123456789abcdef.pleach-tmp"), std::string(".file.pleach-tmp")}) {
        std::ofstream(directory / name) << "left";
    }
    pleach::save_bytes(directory / "file", as_bytes("x"));
    REQUIRE(!std::filesystem::exists(directory / abandoned));
    REQUIRE(directory.size() == 5);
}

TEST_CASE("a save leaves the temporary of a save that is still running") {
    const tests::temporary_directory directory;
    pleach::save_file(directory / "file", [&](auto& sink) {
        sink.write(as_bytes("outer"));
        pleach::save_bytes(directory / "file", as_bytes("inner"));
        REQUIRE(content(directory / "file") == "inner");
    });
    REQUIRE(content(directory / "file") == "outer");
    REQUIRE(directory.size() == 1);
}

TEST_CASE("a group that cannot be kept gets no more than everybody") {
    const tests::temporary_directory directory;
    pleach::save_bytes(directory / "file", as_bytes("old"));
    const std::string path = (directory / "file").native();
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::chown(path.c_str(), 1000, 2000) == 0);
    pleach::save_bytes(path, as_bytes("new"));
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777U) == 0640U);
    if (!is_root) return;
    REQUIRE((status.st_uid == 1000 && status.st_gid == 2000));
    // Somebody else may write beside the file, but not give files to its group.
    REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::error_code error;
        if (::setgid(1001) == 0 && ::setuid(1001) == 0) pleach::save_bytes(path, as_bytes("newer"), error);
        ::_exit(error ? 1 : 0);
    }
    int ended = 1;
    REQUIRE((::waitpid(child, &ended, 0) == child && ended == 0));
    REQUIRE(::stat(path.c_str(), &status) == 0);
    REQUIRE(status.st_gid == 1001);
    REQUIRE((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("savers to one path never fail each other") {
    const tests::temporary_directory directory;
    std::vector<pid_t> children;
    for (int c = 0; c < 6; ++c) {
        const pid_t child = ::fork();
        if (child == 0) {
            std::error_code error;
            for (int i = 0; i < 100 && !error; ++i) pleach::save_bytes(directory / "file", as_bytes("content"), error);
            ::_exit(error ? 1 : 0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int ended = 1;
        REQUIRE(::waitpid(child, &ended, 0) == child);
        REQUIRE(ended == 0);
    }
    REQUIRE(content(directory / "file") == "content");
    pleach::save_bytes(directory / "file", as_bytes("last"));
    REQUIRE(directory.size() == 1);
}

}  // namespace save_test
