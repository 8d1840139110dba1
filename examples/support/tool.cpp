// SPDX-License-Identifier: Apache-2.0
#include "support/tool.hpp"

#include "support/text_error.hpp"

#include <pleach/config.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace support {

int run_tool(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& run) {
    return guard_main(app.get_name(), [&] {
        app.get_formatter()->column_width(34);
        app.set_version_flag("--version", app.get_name() + " of pleach " + std::to_string(PLEACH_VERSION_MAJOR) + "." +
                                              std::to_string(PLEACH_VERSION_MINOR) + "." +
                                              std::to_string(PLEACH_VERSION_PATCH));
        app.footer("Exit codes: 0 good, 1 wrong use, 2 bad input file, 3 reading or writing failed.");
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
    constexpr std::array<std::pair<std::string_view, double>, 7> units{{{"", 1},
                                                                        {"k", 1e3},
                                                                        {"M", 1e6},
                                                                        {"G", 1e9},
                                                                        {"Ki", 1024.0},
                                                                        {"Mi", 1024.0 * 1024},
                                                                        {"Gi", 1024.0 * 1024 * 1024}}};
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.ends_with('B'))
        unit.remove_suffix(1);
    for (const auto& [name, factor] : units)
        if (error == std::errc{} && unit == name && number > 0 && number * factor < 0x1p63)
            return static_cast<std::uint64_t>(std::floor(number * factor));
    throw usage_error(std::string(flag) + " " + printable(text) +
                      ": expected a number of bytes such as 6000000, 6MB or 5.7MiB");
}

}  // namespace support
