// SPDX-License-Identifier: Apache-2.0
#include "support/program/main.hpp"

#include "support/model/diverged.hpp"
#include "support/text/error.hpp"

#include <pleach/frozen/frozen_error.hpp>
#include <pleach/io/format_error.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>

namespace support {
namespace {

namespace fs = std::filesystem;

/// The sentence as it is; without allocating, as memory may be what is missing.
int say_plainly(std::string_view program, std::string_view sentence, int code) {
    program.remove_prefix(program.rfind('/') + 1);  // npos + 1 is 0
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(program.size()), program.data(), static_cast<int>(sentence.size()),
                 sentence.data());
    return code;
}

/// The sentence with all control characters escaped, wherever its words come from: paths, files, or other libraries.
int say(std::string_view program, std::string_view sentence, int code) {
    return say_plainly(program, printable_line(sentence), code);
}

/// The exit code of a program that succeeded: success only if its output could be written.
int flushed(std::string_view program) {
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_good;
    const std::string reason = errno != 0 ? std::generic_category().message(errno) : "an earlier write failed";
    return say(program, "could not write standard output (" + reason + "): the output is incomplete", exit_io_failure);
}

/// Whether the error means that a file could be read, but its content cannot be used.
bool is_about_content(const std::error_code& code) {
    return code.category() == pleach::format_category() || code.category() == pleach::frozen_category();
}

/// The error's message, without the prefix of std::filesystem.
std::string_view sentence_of(const fs::filesystem_error& error) {
    constexpr std::string_view prefix = "filesystem error: ";
    std::string_view what = error.what();
    while (what.starts_with(prefix)) what.remove_prefix(prefix.size());
    return what;
}

}  // namespace

void throw_interrupted(const std::filesystem::path& checkpoint) {
    if (checkpoint.empty()) throw interrupted("interrupted; nothing was saved, because there is no --out");
    throw interrupted("interrupted; a checkpoint is in " + printable(checkpoint.string(), 4096) +
                      "; the same command with --resume continues");
}

int run_main(std::string_view program, int argc, const char* const* argv, const std::function<int(const options&)>& run) {
    return guard_main(program, [&] { return run(parse_options(program, argc, argv)); });
}

int guard_main(std::string_view program, const std::function<int()>& run) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed standard output must not cost the results on disk
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit (ulimit -f) is an error like a full disk, and is cleaned up like it
    try {
        const int code = run();
        return code == exit_good ? flushed(program) : code;
    } catch (const help_requested& help) {
        std::fputs(help.what(), stdout);
        return flushed(program);
    } catch (const usage_error& error) {
        return say(program, error.what(), exit_wrong_use);
    } catch (const input_error& error) {
        return say(program, error.what(), exit_bad_input);
    } catch (const diverged& error) {
        return say(program, error.what(), exit_diverged);
    } catch (const missed_budget& error) {
        return say(program, error.what(), exit_missed_budget);
    } catch (const interrupted& error) {
        return say(program, error.what(), exit_interrupted);
    } catch (const output_lost& error) {
        return say(program, error.what(), exit_io_failure);
    } catch (const fs::filesystem_error& error) {
        return say(program, sentence_of(error), is_about_content(error.code()) ? exit_bad_input : exit_io_failure);
    } catch (const std::system_error& error) {
        return say(program, error.what(), exit_io_failure);
    } catch (const std::bad_alloc&) {
        return say_plainly(program, "not enough memory: lower --dim or --batch, or use a smaller data set", exit_io_failure);
    } catch (const std::invalid_argument& error) {
        return say(program, error.what(), exit_wrong_use);
    } catch (const std::exception& error) {
        return say(program, std::string("internal error: ") + error.what(), exit_io_failure);
    }
}

}  // namespace support
