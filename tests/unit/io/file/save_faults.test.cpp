// SPDX-License-Identifier: Apache-2.0

// Every system call of a save is made to fail, to be interrupted, and to be the last of its process.

#include <pleach/io/file/posix_files.hpp>
#include <pleach/io/file/read_file.hpp>
#include <pleach/io/file/save.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/io/file/faulty_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace save_faults_test {

namespace {

const std::string old_text = "the old content";
const std::string new_text = "the new content, which is longer";

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string content(const std::filesystem::path& path) {
    const pleach::file_bytes bytes = pleach::read_file(path, 1U << 30U);
    return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.bytes().size()};
}

pleach::detail::save_outcome save_new(tests::faulty_files& files, const std::filesystem::path& path) {
    return pleach::detail::try_save(files, path, [](auto& sink) {
        sink.write(as_bytes(new_text).first(10));
        sink.write(as_bytes(new_text).subspan(10));
    });
}

/// The calls of a save that meets no error, over an old file and beside an abandoned temporary.
std::vector<std::string> calls_of_a_save() {
    const tests::temporary_directory directory;
    tests::faulty_files files;
    pleach::save_bytes(directory / "file", as_bytes(old_text));
    pleach::save_bytes(directory / ".file.0123456789abcdef.pleach-tmp", as_bytes("left"));
    REQUIRE(!save_new(files, directory / "file").error);
    return files.calls;
}

bool is_one_of(const std::string& call, const std::vector<std::string>& calls) {
    return std::find(calls.begin(), calls.end(), call) != calls.end();
}

}  // namespace

TEST_CASE("a save makes its system calls in the order that survives a power cut") {
    REQUIRE(calls_of_a_save() == std::vector<std::string>{"open_directory", "mode_of", "create", "lock", "set_mode", "write",
                                                          "write", "sync", "close", "rename", "sync", "names_in",
                                                          "remove_if_abandoned", "close", "close"});
}

TEST_CASE("whichever call of a save fails, the error is reported, the old file is whole and no temporary stays") {
    const std::vector<std::string> calls = calls_of_a_save();
    for (std::size_t at = 1; at <= calls.size(); ++at) {
        for (const int error : {EIO, ENOSPC, EACCES, EDQUOT, EXDEV}) {
            const tests::temporary_directory directory;
            pleach::save_bytes(directory / "file", as_bytes(old_text));
            pleach::save_bytes(directory / ".file.0123456789abcdef.pleach-tmp", as_bytes("left"));
            tests::faulty_files files;
            files.at = at;
            files.kind = tests::fault::error;
            files.error = error;
            const pleach::detail::save_outcome outcome = save_new(files, directory / "file");
            CAPTURE(at, calls[at - 1], error, describe(outcome.failed_step));
            REQUIRE(files.open_descriptors() == 0);

            const bool best_effort =
                is_one_of(calls[at - 1], {"mode_of", "lock", "names_in", "remove_if_abandoned"}) || at + 1 >= calls.size();
            const bool directory_sync = calls[at - 1] == "sync" && at > 8;
            REQUIRE((outcome.error.value() == 0) == best_effort);
            if (!best_effort) {
                REQUIRE(outcome.error == std::error_code(error, std::system_category()));
                REQUIRE((outcome.failed_step == pleach::detail::save_step::sync_directory) == directory_sync);
            }
            REQUIRE(content(directory / "file") == (best_effort || directory_sync ? new_text : old_text));
            REQUIRE(directory.size() <= 2);  // the file, and the temporary that was abandoned before

            pleach::save_bytes(directory / "file", as_bytes("again"));
            REQUIRE(content(directory / "file") == "again");
            REQUIRE(directory.size() == 1);
        }
    }
}

TEST_CASE("a failed sync of the file is not tried again") {
    const tests::temporary_directory directory;
    tests::faulty_files files;
    files.at = 7;
    files.kind = tests::fault::error;
    REQUIRE(save_new(files, directory / "file").failed_step == pleach::detail::save_step::sync_file);
    REQUIRE(files.calls == std::vector<std::string>{"open_directory", "mode_of", "create", "lock", "write", "write", "sync",
                                                    "close", "remove", "close", "close"});
}

TEST_CASE("interrupted calls are repeated") {
    const std::vector<std::string> calls = calls_of_a_save();
    for (std::size_t at = 1; at <= calls.size(); ++at) {
        const tests::temporary_directory directory;
        pleach::save_bytes(directory / "file", as_bytes(old_text));
        pleach::save_bytes(directory / ".file.0123456789abcdef.pleach-tmp", as_bytes("left"));
        tests::faulty_files files;
        files.at = at;
        files.kind = tests::fault::error;
        files.error = EINTR;
        CAPTURE(at, calls[at - 1]);
        REQUIRE(!save_new(files, directory / "file").error);
        REQUIRE(content(directory / "file") == new_text);
    }
}

TEST_CASE("writes that take few bytes at a time are continued") {
    const tests::temporary_directory directory;
    tests::faulty_files files;
    files.most = 3;
    REQUIRE(!save_new(files, directory / "file").error);
    REQUIRE(content(directory / "file") == new_text);
}

TEST_CASE("a write that takes nothing is an error, not an endless loop") {
    const tests::temporary_directory directory;
    tests::faulty_files files;
    files.most = 0;
    REQUIRE(save_new(files, directory / "file").error == std::errc::io_error);
    REQUIRE(directory.size() == 0);
}

TEST_CASE("a file system that cannot sync directories is reported, not refused") {
    for (const int error : {EINVAL, ENOSYS, ENOTSUP}) {
        const tests::temporary_directory directory;
        tests::faulty_files files;
        files.at = 10;
        files.kind = tests::fault::error;
        files.error = error;
        const pleach::detail::save_outcome outcome = save_new(files, directory / "file");
        REQUIRE(files.calls[9] == "sync");
        REQUIRE(!outcome.error);
        REQUIRE(!outcome.survives_power_loss);
        REQUIRE(content(directory / "file") == new_text);
    }
    const tests::temporary_directory directory;
    tests::faulty_files files;
    REQUIRE(save_new(files, directory / "file").survives_power_loss);
}

TEST_CASE("whenever a saving process is killed, the file is the old or the new one, and the next save cleans up") {
    const std::vector<std::string> calls = calls_of_a_save();
    int left = 0;
    for (std::size_t at = 1; at <= calls.size(); ++at) {
        for (const tests::fault kind : {tests::fault::killed_before, tests::fault::killed_after}) {
            const tests::temporary_directory directory;
            pleach::save_bytes(directory / "file", as_bytes(old_text));
            pleach::save_bytes(directory / ".file.0123456789abcdef.pleach-tmp", as_bytes("left"));
            tests::faulty_files files;
            files.at = at;
            files.kind = kind;
            static_cast<void>(save_new(files, directory / "file"));
            const bool renamed = at > 10 || (at == 10 && kind == tests::fault::killed_after);
            CAPTURE(at, calls[at - 1], renamed);
            REQUIRE(content(directory / "file") == (renamed ? new_text : old_text));
            left += directory.size() > 2 ? 1 : 0;

            pleach::save_bytes(directory / "file", as_bytes("again"));
            REQUIRE(content(directory / "file") == "again");
            REQUIRE(directory.size() == 1);
        }
    }
    REQUIRE(left > 8);  // the sweep did kill processes between creation and rename
}

}  // namespace save_faults_test
