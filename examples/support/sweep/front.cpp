// SPDX-License-Identifier: Apache-2.0
#include "support/sweep/front.hpp"

#include "support/text/fields.hpp"
#include "support/text/number.hpp"

#include <pleach/io/file/save.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <span>

namespace support {

namespace {

constexpr std::string_view columns =
    "dataset,model,loss,method,dim,layers,seed,budget,density,stored_values,bytes,best_epoch,train_seconds,valid_recall@20,"
    "valid_ndcg@20,test_recall@20,test_ndcg@20,cut_recall@20,cut_ndcg@20";

// Calls `use(text, member)` for every column, in order; shared by reading and writing.
template <class Row, class Use>
void for_each_field(Row& row, Use&& use) {
    for (auto* text : {&row.dataset, &row.model, &row.loss, &row.method}) use(*text);
    for (auto* number : {&row.dim, &row.layers, &row.seed}) use(*number);
    for (auto* number : {&row.budget, &row.found.density}) use(*number);
    for (auto* number : {&row.found.stored_values, &row.found.bytes, &row.found.best_epoch}) use(*number);
    use(row.found.train_seconds);
    for (auto* quality : {&row.found.valid, &row.found.test, &row.found.cut}) {
        use(quality->recall);
        use(quality->ndcg);
    }
}

/// In quotes where RFC 4180 asks for them.
std::string field(const std::string& text) {
    if (text.find_first_of(",\"") == std::string::npos && trimmed(text) == text) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}
std::string field(std::uint64_t number) { return std::to_string(number); }
std::string field(double number) { return number < 0 ? "" : rounded(number, 5); }

struct statistics {
    double mean = 0, least = 1, most = 0;
    std::size_t count = 0;

    void add(double value) {
        mean += (value - mean) / static_cast<double>(++count);
        least = std::min(least, value);
        most = std::max(most, value);
    }
};

struct point {
    std::uint64_t bytes = 0;
    statistics recall, ndcg;
};

// By method, then by decreasing budget. Tables that were cut and not trained again count as a method of their own.
std::map<std::string, std::map<double, point, std::greater<>>> points_of(const std::vector<front_row>& rows) {
    std::map<std::string, std::map<double, point, std::greater<>>> points;
    const auto add = [&](const std::string& method, const front_row& row, const summary_quality& quality) {
        if (quality.recall < 0) return;
        point& at = points[method][row.budget];
        at.bytes = std::max(at.bytes, row.found.bytes);
        at.recall.add(quality.recall);
        at.ndcg.add(quality.ndcg);
    };
    for (const front_row& row : rows) {
        add(row.method, row, row.found.test);
        if (row.method == "one-shot") add("one-shot, not trained again", row, row.found.cut);
    }
    return points;
}

std::string decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text + (value < 1 ? 1 : 0);
}

}  // namespace

std::vector<front_row> rows_of(const sweep_cell& cell, const run_summary& summary, const std::filesystem::path& path) {
    std::vector<front_row> rows;
    for (std::size_t i = 0; i < cell.budgets.size(); ++i) {
        const auto found = cell.densities.empty() ? std::prev(summary.rounds.end())
                                                  : std::ranges::find_if(summary.rounds, [&](const summary_round& round) {
                                                        return std::abs(round.density - cell.densities[i]) < 1e-9;
                                                    });
        if (summary.rounds.empty() || found == summary.rounds.end())
            fail_input({path.native()}, "no round of density " + (cell.densities.empty() ? "1" : shortest(cell.densities[i])),
                       "the run of " + cell.name, "remove the directory of that run, so that it is repeated");
        rows.push_back({printable_line(summary.dataset), summary.model, summary.loss, cell.method, summary.dim, summary.layers,
                        summary.seed, cell.budgets[i], *found});
        if (!cell.is_frozen) continue;
        if (!summary.frozen)
            fail_input({path.native()}, "no frozen table", "the run of " + cell.name,
                       "remove the directory of that run, so that it is repeated");
        rows.back().found.bytes = summary.frozen->bytes;
        rows.back().found.test = summary.frozen->test;
    }
    return rows;
}

std::vector<front_row> read_front(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) return {};
    const text_file file(path);
    text_cursor cursor(file);
    std::vector<front_row> rows;
    field_splitter splitter({.separator = ",", .quotes = true});
    while (cursor.next()) {
        const auto refuse = [&](std::string_view part, std::string_view found) {
            cursor.fail(part, found, "the columns " + std::string(columns), "give another --csv");
        };
        if (cursor.number() == 1) {
            if (cursor.line() != columns) refuse(cursor.line(), "another header");
            continue;
        }
        const auto& fields = splitter.split(cursor);
        front_row row;
        std::size_t next = 0;
        for_each_field(row, [&](auto& member) {
            if (next == fields.size()) refuse(cursor.line(), "too few columns");
            const auto [text, at] = fields[next++];
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, std::string>) {
                member = text;
            } else if (!text.empty()) {
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), member);
                if (error != std::errc{} || end != text.data() + text.size()) refuse(at, printable(text));
            }
        });
        if (next != fields.size()) refuse(fields[next].at, "too many columns");
        rows.push_back(std::move(row));
    }
    return rows;
}

void write_front(const std::filesystem::path& path, const std::vector<front_row>& rows) {
    std::string text(columns);
    text += '\n';
    for (const front_row& row : rows) {
        std::string line;
        bool is_first = true;
        for_each_field(row, [&](const auto& member) {
            if (!is_first) line += ',';
            line += field(member);
            is_first = false;
        });
        text += line + '\n';
    }
    pleach::save_bytes(path, std::as_bytes(std::span<const char>(text)));
}

bool has_row(const std::vector<front_row>& rows, const front_row& like) {
    return std::ranges::any_of(rows, [&](const front_row& row) {
        return row.dataset == like.dataset && row.model == like.model && row.method == like.method && row.seed == like.seed &&
               std::abs(row.budget - like.budget) < 1e-4 * like.budget;  // rows are written with five digits
    });
}

bool has_cell(const std::vector<front_row>& rows, const sweep_cell& cell, const std::string& dataset,
              const std::string& model) {
    front_row like;
    like.dataset = dataset;
    like.model = model;
    like.method = cell.method;
    like.seed = cell.seed;
    return std::ranges::all_of(cell.budgets, [&](double budget) {
        like.budget = budget;
        return has_row(rows, like);
    });
}

std::string front_points(const std::vector<front_row>& rows) {
    const auto points = points_of(rows);
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max(), most = 0;
    for (const auto& [method, budgets] : points)
        for (const auto& [budget, at] : budgets) {
            least = std::min(least, at.bytes);
            most = std::max(most, at.bytes);
        }
    std::string text;
    const auto add = [&](std::uint64_t bytes, const point& at) {
        text += std::to_string(bytes);
        for (const statistics* s : {&at.recall, &at.ndcg})
            for (const double value : {s->mean, s->least, s->most}) text += " " + rounded(value, 6);
        text += '\n';
    };
    for (const auto& [method, budgets] : points) {
        const point& first = budgets.begin()->second;
        const bool is_level = budgets.begin()->first >= 1 && budgets.size() == 1;
        text += "\"" + method + (is_level ? ", " + grouped(first.bytes) + " bytes" : "") + "\"\n";
        if (is_level) {
            add(least, first);
            add(most, first);
        } else {
            for (const auto& [budget, at] : budgets) add(at.bytes, at);
        }
        text += "\n\n";
    }
    return text;
}

std::string front_markdown(const std::vector<front_row>& rows) {
    std::string text = "| method | budget | bytes | Recall@20 | NDCG@20 | seeds |\n|---|---:|---:|---:|---:|---:|\n";
    for (const auto& [method, budgets] : points_of(rows))
        for (const auto& [budget, at] : budgets)
            text += "| " + method + " | " + rounded(100 * budget, 4) + " % | " + grouped(at.bytes) + " | " +
                    decimals(at.recall.mean) + " | " + decimals(at.ndcg.mean) + " | " + std::to_string(at.recall.count) +
                    " |\n";
    return text;
}

}  // namespace support
