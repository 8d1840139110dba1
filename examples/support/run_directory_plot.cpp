// SPDX-License-Identifier: Apache-2.0
#include "support/run_directory_plot.hpp"

#include "support/text_number.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace support {

std::string curve_table(const std::vector<json_line>& metrics) {
    std::vector<std::string> columns = {"epoch", "loss", "seconds"};
    for (const json_line& line : metrics)
        for (const json_number& number : line.numbers)
            if (number.key.find('@') != std::string::npos &&
                std::find(columns.begin(), columns.end(), number.key) == columns.end())
                columns.push_back(number.key);
    std::string table;
    for (const std::string& column : columns)
        table += (table.empty() ? "" : ",") + column;
    table += '\n';
    for (const json_line& line : metrics) {
        if (line.at("epoch") == nullptr)
            continue;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (c != 0)
                table += ',';
            if (const double* const value = line.at(columns[c]))
                table += shortest(*value);
        }
        table += '\n';
    }
    return table;
}

bool plot_curve(const std::filesystem::path& table, const std::filesystem::path& figure) {
#ifdef PLEACH_PLOTS_DIR
    // Absolute, because gnuplot takes a name that starts with < or | for a command.
    std::string words[] = {"gnuplot", "-c", PLEACH_PLOTS_DIR "/curve.gp", std::filesystem::absolute(table).string(),
                           std::filesystem::absolute(figure).string()};
    char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                               words[3].data(), words[4].data(), nullptr};
    posix_spawn_file_actions_t silence;
    posix_spawn_file_actions_init(&silence);
    posix_spawn_file_actions_addopen(&silence, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&silence, 2, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed = posix_spawnp(&child, words[0].c_str(), &silence, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&silence);
    if (failed != 0)
        return false;
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    std::error_code ignored;
    std::filesystem::remove(figure, ignored);
    return false;
#else
    static_cast<void>(table);
    static_cast<void>(figure);
    return false;
#endif
}

}  // namespace support
