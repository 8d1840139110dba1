// SPDX-License-Identifier: Apache-2.0
#include "support/options/table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace support {

namespace {

/// Those of train_ctr, then those of the others, which it may share.
std::vector<option_row> rows() {
    std::vector<option_row> all = click_option_rows();
    for (option_row& row : pair_option_rows()) {
        if (row.programs.empty() && !clicks_have_option(row.name)) row.programs = option_row::only_pairs;
        all.push_back(std::move(row));
    }
    return all;
}

/// Edit distance (Levenshtein) by rows.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j)
            diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0u : 1u)}));
    }
    return row[b.size()];
}

}  // namespace

bool reassigns(const options& chosen) { return chosen.reassign_epochs > 0 && chosen.program != "train_mf"; }

bool trains_biases_alone(const options& chosen) {
    return chosen.table == table_kind::c2f && chosen.fine_codes == 0 && chosen.item_biases;
}

const std::vector<option_row>& option_table() {
    static const std::vector<option_row> table = rows();
    return table;
}

const option_row* find_option(std::string_view name, std::string_view program) {
    const option_row* elsewhere = nullptr;
    for (const option_row& row : option_table()) {
        if (row.name != name && (row.alias.empty() || row.alias != name)) continue;
        if (row.in(program)) return &row;
        elsewhere = &row;
    }
    return elsewhere;
}

std::string nearest_option(std::string_view name, std::string_view program) {
    name = name.substr(0, 64);
    std::string_view best;
    std::size_t least = name.size() / 3 + 2;  // names that are less similar would only confuse
    const auto consider = [&](std::string_view candidate, std::string_view meant) {
        const std::size_t steps = distance(name, candidate);
        if (candidate.empty() || steps >= least) return;
        least = steps;
        best = meant;
    };
    for (const option_row& row : option_table()) {
        if (!row.in(program)) continue;
        consider(row.name, row.name);
        consider(row.alias, row.name);
    }
    return best.empty() ? "see --help" : "did you mean --" + std::string(best) + "?";
}

options default_options(std::string_view program) {
    options result;
    result.program = program;
    if (!find_option("layers")->in(program)) result.layers = 0;
    if (program == option_row::only_clicks) {
        result.dim = 16;
        result.decay = 0;
        result.batch = 1024;
        result.epochs = 30;
        result.eval_every = 1;
        result.patience = 3;
    }
    return result;
}

std::vector<std::string> differences_on_resume(const options& saved, const options& now) {
    std::vector<std::string> result;
    for (const option_row& row : option_table()) {
        const std::string before = row.value.get(saved), after = row.value.get(now);
        if (row.use == option_use::fixed && row.in(now.program) && before != after)
            result.push_back("--" + std::string(row.name) + " was " + before + " and is now " + after);
    }
    return result;
}

}  // namespace support
