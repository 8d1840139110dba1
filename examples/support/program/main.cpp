// SPDX-License-Identifier: Apache-2.0
#include "support/program/main.hpp"

#include "support/model/diverged.hpp"
#include "support/text/error.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>

namespace support {
namespace {

int say(std::string_view program, std::string_view sentence, int code) {
    const std::string name = std::filesystem::path(program).filename().string();
    std::fprintf(stderr, "%s: %.*s\n", name.c_str(), static_cast<int>(sentence.size()), sentence.data());
    return code;
}

}  // namespace

void throw_interrupted(const std::filesystem::path& checkpoint) {
    if (checkpoint.empty()) throw interrupted("interrupted; nothing was saved, as there is no --out");
    throw interrupted("interrupted; a checkpoint is in " + checkpoint.string() + "; the same command with --resume continues");
}

int run_main(std::string_view program, int argc, const char* const* argv, const std::function<int(const options&)>& run) {
    return guard_main(program, [&] { return run(parse_options(program, argc, argv)); });
}

int guard_main(std::string_view program, const std::function<int()>& run) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed standard output must not cost the results on disk
    try {
        return run();
    } catch (const help_requested& help) {
        std::fputs(help.what(), stdout);
        return exit_good;
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
    } catch (const std::system_error& error) {  // filesystem_error is one
        return say(program, error.what(), exit_io_failure);
    } catch (const std::bad_alloc&) {
        return say(program, "the memory does not suffice: lower --dim or --batch, or take a smaller data set", exit_io_failure);
    } catch (const std::invalid_argument& error) {
        return say(program, error.what(), exit_wrong_use);
    } catch (const std::exception& error) {
        return say(program, std::string("stopped by an error of its own: ") + error.what(), exit_io_failure);
    }
}

}  // namespace support
