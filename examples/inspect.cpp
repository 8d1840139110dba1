// SPDX-License-Identifier: Apache-2.0
//
// What frozen files hold: kind, rows, bytes and where they go, density, the tables within a table, checksums, original ids, and
// where the file comes from.
//
//     inspect items.frozen
//     inspect --json runs/*/items.frozen | jq .density

#include "support/program/tool.hpp"
#include "support/serve/file_facts.hpp"

#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    return support::guard_main("inspect", [&] {
        std::vector<std::string> files;
        bool is_json = false, takes_any = false;
        CLI::App app("Says what frozen files hold, after checking every byte.", "inspect");
        app.add_option("files", files, "frozen tables")->required()->type_name("FILE");
        app.add_flag("--json", is_json, "print one JSON object per file");
        app.add_flag("--any-value", takes_any,
                     "accept values that are not finite, to look at a table that is otherwise refused");
        return support::run_tool(app, argc, argv, [&] {
            pleach::read_limits limits;
            if (takes_any) limits.values = pleach::table_values::any;
            for (const std::string& file : files) {
                const auto facts = support::facts_of(file, limits);
                std::puts(is_json ? support::json_of(facts, file).c_str() : support::describe(facts, file).c_str());
            }
            return support::exit_good;
        });
    });
}
