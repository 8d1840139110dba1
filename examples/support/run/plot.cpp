// SPDX-License-Identifier: Apache-2.0
#include "support/run/plot.hpp"

#include "support/run/spawn.hpp"
#include "support/text/number.hpp"

#include <algorithm>

namespace support {

std::string curve_table(const std::vector<json_line>& metrics) {
    std::vector<std::string> columns = {"epoch", "loss", "seconds"};
    for (const json_line& line : metrics)
        for (const json_number& number : line.numbers)
            if (number.key.find('@') != std::string::npos &&
                std::find(columns.begin(), columns.end(), number.key) == columns.end())
                columns.push_back(number.key);
    std::string table;
    for (const std::string& column : columns) table += (table.empty() ? "" : ",") + column;
    table += '\n';
    for (const json_line& line : metrics) {
        if (line.at("epoch") == nullptr) continue;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (c != 0) table += ',';
            if (const double* const value = line.at(columns[c])) table += shortest(*value);
        }
        table += '\n';
    }
    return table;
}

#ifdef PLEACH_PLOTS_DIR
namespace {

/// The gnuplot scripts: those installed beside the program or, in a tree that was built and not installed, those of the sources.
std::string scripts_folder() {
    std::error_code unknown;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
    const auto installed = program.parent_path().parent_path() / "share/pleach/plots";
    return !unknown && std::filesystem::is_directory(installed, unknown) ? installed.string() : PLEACH_PLOTS_DIR;
}

}  // namespace
#endif

bool plot_table(const std::string& script, const std::filesystem::path& table, const std::filesystem::path& figure) {
#ifdef PLEACH_PLOTS_DIR
    // Absolute, because gnuplot interprets a name that starts with < or | as a command.
    const auto code = run_program({"gnuplot", "-c", scripts_folder() + "/" + script, std::filesystem::absolute(table).string(),
                                   std::filesystem::absolute(figure).string()},
                                  output::dropped);
    if (code == 0) return true;
    std::error_code ignored;
    if (code) std::filesystem::remove(figure, ignored);
    return false;
#else
    static_cast<void>(script);
    static_cast<void>(table);
    static_cast<void>(figure);
    return false;
#endif
}

}  // namespace support
