// SPDX-License-Identifier: Apache-2.0
#include "support/serve/served_run.hpp"

#include "support/data/dataset.hpp"
#include "support/options/options.hpp"
#include "support/text/error.hpp"
#include "support/text/json_lines.hpp"

#include <optional>

namespace support {

namespace fs = std::filesystem;

served_files files_of_run(const fs::path& run) {
    std::error_code ignored;
    const auto has = [&](const char* name) { return fs::exists(run / name, ignored); };
    if (has("users.frozen") && has("items.frozen")) return {{run / "users.frozen", ""}, {run / "items.frozen", ""}, {}, {}, {}};
    if (has("fold.frozen") && has("items.frozen")) return {{}, {run / "items.frozen", ""}, {}, {}, run / "fold.frozen"};
    if (has("table.frozen")) return {{}, {}, {run / "table.frozen", ""}, {}, {}};
    throw usage_error("--run " + printable(run.string(), 4096) +
                      " has no frozen tables: freeze the run, with --resume --freeze auto, or give --users FILE and --items "
                      "FILE, or --table FILE");
}

interactions pairs_of_run(const fs::path& run) {
    options chosen = read_config((run / "config.txt").string(), json_text_at(run / "run.json", "program"));
    chosen.valid = 0;
    chosen.valid_from = validation_source::train;
    chosen.test_fraction = 0;
    return read_dataset(chosen);
}

asked_users find_users(const id_table& users, const std::vector<std::string>& named, const std::vector<std::string>& batch) {
    const auto row_of = [&](const std::string& name) {
        const std::optional<std::uint32_t> row = users.find(name);
        return row ? row : users.find(unprintable(name));
    };
    asked_users asked;
    for (const std::string& name : named) {
        const auto row = row_of(name);
        if (!row) throw usage_error("there is no user " + printable(name) + "; give the user's original id");
        asked.rows.push_back(*row);
    }
    for (const std::string& name : batch) {
        if (const auto row = row_of(name))
            asked.rows.push_back(*row);
        else if (asked.unknown++ == 0)
            asked.first_unknown = name;
    }
    if (asked.rows.empty())
        throw usage_error(batch.empty() ? "--batch names no user: give one original id per line"
                                        : "no id of --batch is that of a user, such as " + printable(asked.first_unknown) +
                                              "; give original ids, one per line");
    return asked;
}

}  // namespace support
