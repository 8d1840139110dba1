// SPDX-License-Identifier: Apache-2.0
#include "support/program/tool.hpp"

#include "support/text/bytes.hpp"
#include "support/text/error.hpp"

#include <pleach/config.hpp>

namespace support {

int run_tool(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& run) {
    return guard_main(app.get_name(), [&] {
        app.get_formatter()->column_width(34);
        app.set_version_flag("--version", app.get_name() + " of pleach " + std::to_string(PLEACH_VERSION_MAJOR) + "." +
                                              std::to_string(PLEACH_VERSION_MINOR) + "." +
                                              std::to_string(PLEACH_VERSION_PATCH));
        app.footer("Exit codes: 0 success, 1 usage error, 2 bad input file, 3 reading or writing failed.");
        try {
            app.parse(argc, argv);
        } catch (const CLI::CallForHelp&) {
            throw help_requested(app.help());
        } catch (const CLI::CallForVersion& version) {
            throw help_requested(std::string(version.what()) + "\n");
        } catch (const CLI::ParseError& error) {
            throw usage_error(printable(error.what(), 400) + "; see --help");
        }
        return run();
    });
}

std::uint64_t parse_bytes(std::string_view flag, std::string_view text) {
    if (const std::optional<std::uint64_t> bytes = bytes_in(text)) return *bytes;
    throw usage_error(std::string(flag) + " " + printable(text) + ": expected " + std::string(expected_bytes));
}

}  // namespace support
