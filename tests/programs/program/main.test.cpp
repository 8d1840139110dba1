// SPDX-License-Identifier: Apache-2.0
#include "support/program/main.hpp"

#include "support/captured_errors.hpp"
#include "support/catch.hpp"
#include "support/model/diverged.hpp"
#include "support/temporary_directory.hpp"
#include "support/text/error.hpp"

#include <pleach/frozen/frozen_error.hpp>
#include <pleach/io/file/save.hpp>
#include <pleach/io/format_error.hpp>

#include <filesystem>
#include <new>
#include <system_error>
#include <vector>

#include <sys/resource.h>

namespace main_test {

namespace {

/// The exit code of a program that does this.
template <class Run>
int code_of(Run run, const char* flag = "--quiet") {
    const char* const words[] = {"train_mf", "--dataset", "generated", flag};
    return support::run_main("train_mf", 4, words, [&](const support::options&) -> int {
        run();
        return 0;
    });
}

}  // namespace

TEST_CASE("Every way to end has its exit code") {
    CHECK(code_of([] {}) == 0);
    CHECK(code_of([] {}, "--nonsense") == 1);
    CHECK(code_of([] { throw support::usage_error("a"); }) == 1);
    CHECK(code_of([] { throw std::invalid_argument("a"); }) == 1);
    CHECK(code_of([] { throw support::input_error("a"); }) == 2);
    CHECK(code_of([] { throw std::filesystem::filesystem_error("a", std::make_error_code(std::errc::no_space_on_device)); }) ==
          3);
    // A file that could be read but holds what cannot be used is a bad input, however deep that was found.
    CHECK(code_of([] { throw std::filesystem::filesystem_error("a", make_error_code(pleach::format_errc::not_npy)); }) == 2);
    CHECK(code_of([] { throw std::filesystem::filesystem_error("a", make_error_code(pleach::frozen_errc::bad_offsets)); }) ==
          2);
    CHECK(code_of([] { throw support::output_lost(); }) == 3);
    CHECK(code_of([] { throw std::bad_alloc(); }) == 3);
    CHECK(code_of([] { throw support::diverged("a"); }) == 4);
    CHECK(code_of([] { throw support::missed_budget("a"); }) == 5);
    CHECK(code_of([] { throw support::interrupted("a"); }) == 130);
}

TEST_CASE("A file that reaches the limit of file sizes is an error that leaves nothing behind") {
    const tests::temporary_directory folder;
    ::rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &usual) == 0);
    const std::vector<std::byte> bytes(100'000);
    const int code = code_of([&] {
        const ::rlimit small{4096, usual.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        pleach::save_bytes(folder / "file", bytes);
    });
    ::setrlimit(RLIMIT_FSIZE, &usual);
    CHECK(code == support::exit_io_failure);
    CHECK(folder.size() == 0);
}

TEST_CASE("No sentence has control characters, whoever wrote it") {
    const std::string evil = "\x1b]0;title\x07\r\n";
    const auto says_plainly = [&](auto thrown) {
        const std::string printed = tests::printed_errors([&] { static_cast<void>(code_of([&] { throw thrown; })); });
        CAPTURE(printed);
        CHECK(tests::contains(printed, "\\x1b]0;title\\x07\\x0d\\x0a"));
        CHECK(printed.find_first_of("\x1b\x07\r") == std::string::npos);
        CHECK(printed.find('\n') == printed.size() - 1);
    };
    says_plainly(support::usage_error(evil));
    says_plainly(support::input_error(evil));
    says_plainly(support::interrupted(evil));
    says_plainly(support::missed_budget(evil));
    says_plainly(std::invalid_argument(evil));
    says_plainly(std::runtime_error(evil));
    says_plainly(std::system_error(1, std::generic_category(), evil));
    says_plainly(std::filesystem::filesystem_error("cannot read", evil, std::make_error_code(std::errc::io_error)));
    CHECK(tests::contains(tests::sentence_of<support::interrupted>([&] { support::throw_interrupted(evil); }),
                          "in \\x1b]0;title"));
}

TEST_CASE("Help ends well without running") {
    bool ran = false;
    CHECK(code_of([&] { ran = true; }, "--help") == 0);
    CHECK_FALSE(ran);
}

TEST_CASE("What the program returns is its exit code") {
    const char* const words[] = {"train_mf", "--dataset", "generated"};
    CHECK(support::run_main("train_mf", 3, words, [](const support::options& chosen) { return chosen.dim == 64 ? 7 : 8; }) ==
          7);
}

}  // namespace main_test
