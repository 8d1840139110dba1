// SPDX-License-Identifier: Apache-2.0
//
// The best items for users, by original ids, from tables trained by these programs or by others; items that a user has seen are
// left out.
//
//     recommend --run run --user 17
//     recommend --run run --batch ids.txt > lists.tsv
//     recommend --users users.npy --items items.npy --dataset gowalla --user 17 --k 10
//     recommend --items items.frozen --similar 1196 --titles movies.csv --json
//
// The rows in table.frozen of train_lightgcn are propagated over the data of their run when they are loaded; those in
// users.frozen and items.frozen already are, and end in the column of biases if the model has any. Where a run has fold.frozen
// instead of users, these are made of the items that they took.

#include "support/serve/recommend.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/serve/biased_rows.hpp"
#include "support/serve/folded_users.hpp"
#include "support/serve/list_writer.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/row_range.hpp"
#include "support/serve/served_run.hpp"
#include "support/serve/similar.hpp"
#include "support/serve/titles.hpp"
#include "support/text/cursor.hpp"
#include "support/text/number.hpp"

#include <pleach/interop/openmp.hpp>
#include <pleach/table/borrowed_table.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct settings {
    support::served_files files;
    std::string run;
    std::string dataset;
    std::vector<std::string> asked;
    std::string batch;
    std::vector<std::string> similar;
    std::string similarity = "cosine";
    std::string titles;
    bool is_json = false;
    bool keeps_seen = false;
    std::size_t k = 10;
    std::size_t threads = 0;
};

void note(const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); }

/// The original ids in the file of a table, of its group `what`; none if it has no ids. *Throws* usage_error if the file holds
/// other things.
std::optional<std::vector<std::string>> names_in(const support::served_table& table, const std::string& what) {
    std::optional<std::vector<std::string>> names;
    std::size_t first = 0;
    std::string others;
    for (const auto& group : table.ids().groups()) {
        const bool is_other = group.name == "users" || group.name == "items";  // and not words, films or anything else
        if (group.name == what || (table.ids().groups().size() == 1 && !is_other)) {
            names.emplace();
            for (std::size_t row = first; row < first + group.rows; ++row) names->emplace_back(table.ids()[row]);
        }
        others += (others.empty() ? "" : " and ") + group.name;
        first += group.rows;
    }
    if (!names && !table.ids().is_empty())
        throw support::usage_error("the file for " + what + " holds " + others + ": give each table its own file");
    return names;
}

/// Those of the run directory that the file of the table is in, if it is in one that has as many names as the table has rows.
std::optional<support::id_table> names_beside(const fs::path& file, const std::string& what, std::size_t rows) {
    std::error_code ignored;
    const fs::path names = file.parent_path() / (what + ".tsv");
    if (!fs::exists(names, ignored) || !fs::exists(file.parent_path() / "run.json", ignored)) return std::nullopt;
    auto found = support::id_table::read(names);
    if (found.size() != rows) return std::nullopt;
    note("ids of " + what + " are those of " + support::printable(names.string(), 4096));
    return found;
}

/// The names of rows: those in the file of the table, else those of the run if there is one, else those of the data set, else
/// those beside the file, else row numbers. *Throws* usage_error if file and run disagree.
support::id_table names_of(const settings& chosen, const support::served_table* table, const support::table_source& source,
                           const std::string& what, const std::vector<std::string>* tokens, std::size_t rows) {
    const auto own = table == nullptr ? std::nullopt : names_in(*table, what);
    if (!chosen.run.empty()) {
        auto of_run = support::id_table::read(fs::path(chosen.run) / (what + ".tsv"));
        if (own && *own != of_run.names())
            throw support::usage_error("the file names other " + what + " than --run: give the run from which the tables come");
        return of_run;
    }
    if (own) return support::id_table(*own);
    if (tokens != nullptr) return support::id_table(*tokens);
    if (auto beside = names_beside(source.path, what, rows)) return *std::move(beside);
    note("ids of " + what + " are the numbers of rows, from 0: give --run DIR or --dataset PATH for the ids of the data");
    return support::id_table::of_numbers(rows);
}

void check_names(const settings& chosen, const char* what, std::size_t rows, std::size_t names) {
    if (names != rows)
        throw support::usage_error("the table has " + std::to_string(rows) + " rows, but " +
                                   (chosen.run.empty() ? "--dataset" : "--run") + " names " + std::to_string(names) + " " +
                                   what + ": give the run from which the tables come");
}

/// The lines of a file, or of standard input for "-", without empty ones.
std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    const auto add = [&](std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.emplace_back(line);
    };
    if (path == "-") {
        for (std::string line; std::getline(std::cin, line);) add(line);
        return lines;
    }
    const support::text_file file(path);
    support::text_cursor cursor(file);
    while (cursor.next()) add(cursor.line());
    return lines;
}

struct named_rows {
    support::id_table users, items;
    std::optional<support::interactions> data;
};

support::list_writer writer_of(const settings& chosen, const char* asked) {
    return {asked, chosen.is_json,
            chosen.titles.empty() ? std::unordered_map<std::string, std::string>() : support::read_titles(chosen.titles)};
}

/// The items most like those of --similar.
template <class Items>
int print_similar(const settings& chosen, const Items& items, const support::id_table& names) {
    std::vector<std::uint32_t> rows;
    for (const std::string& id : chosen.similar) {
        auto row = names.find(id);
        if (!row) row = names.find(support::unprintable(id));
        if (!row) throw support::usage_error("there is no item " + support::printable(id) + "; give the item's original id");
        rows.push_back(*row);
    }
    const support::list_writer writer = writer_of(chosen, "item");
    writer.begin();
    const auto write = [&](std::uint32_t row, std::span<const pleach::scored<float>> best) {
        writer.write(names.name(row), best, names);
    };
    const pleach::openmp exec = support::executor_of(chosen.threads);
    if (chosen.similarity == "dot")
        support::similar(items, rows, chosen.k, write, exec);
    else
        support::similar(support::unit_rows(items), rows, chosen.k, write, exec);
    return support::exit_good;
}

template <class Users, class Items>
int print_lists(const settings& chosen, const Users& users, const Items& items, const named_rows& names) {
    if (!chosen.similar.empty()) return print_similar(chosen, items, names.items);
    const support::csr seen =
        names.data && !chosen.keeps_seen ? support::seen_items(*names.data, names.users, names.items) : support::csr{};
    const std::vector<std::string> batch = chosen.batch.empty() ? std::vector<std::string>{} : lines_of(chosen.batch);
    const support::asked_users asked = support::find_users(names.users, chosen.asked, batch);
    if (asked.unknown > 0)
        note(support::grouped(asked.unknown) + " of " + support::counted(batch.size(), "id") +
             " in --batch are those of no user and left out, the first one " + support::printable(asked.first_unknown));
    const support::list_writer writer = writer_of(chosen, "user");
    writer.begin();
    support::recommend(
        users, items, asked.rows, seen, chosen.k,
        [&](std::uint32_t user, std::span<const pleach::scored<float>> best) {
            writer.write(names.users.name(user), best, names.items);
        },
        support::executor_of(chosen.threads));
    return support::exit_good;
}

/// For one table of users and items, in its scored form but for biases.
int run_together(const settings& chosen, const named_rows& names, const auto& rows) {
    const std::size_t users = names.users.size(), items = names.items.size();
    const fs::path& file = chosen.files.biases;
    const support::biased_rows scored(rows, users, file.empty() ? support::item_biases() : support::read_biases(file, items));
    return print_lists(chosen, support::row_range(scored, 0, users), support::row_range(scored, users, items), names);
}

/// The pairs that users have seen, from --dataset or from the data of the run; nothing, and a note, if there are none.
std::optional<support::interactions> seen_pairs(const settings& chosen) {
    if (!chosen.dataset.empty()) return support::read_interactions(chosen.dataset);
    if (chosen.keeps_seen || !chosen.similar.empty()) return std::nullopt;
    std::string why;
    try {
        if (!chosen.run.empty()) return support::pairs_of_run(chosen.run);
    } catch (const support::input_error& error) {
        why = " (" + support::printable_line(error.what()) + ")";
    }
    note("items that users have seen are not left out: give --dataset PATH" + why);
    return std::nullopt;
}

/// *Throws:* usage_error unless the data has the users and items of the run.
void check_data(const named_rows& named) {
    if (named.data->user_tokens != named.users.names() || named.data->item_tokens != named.items.names())
        throw support::usage_error("--dataset has other users or items than --run: give the data that the run was trained on");
}

int run(const settings& chosen) {
    const support::served_files& files = chosen.files;
    const bool is_together = !files.table.path.empty();
    const std::size_t layers = is_together && !chosen.run.empty() ? support::layers_of_run(chosen.run) : 0;
    const bool makes_rows = layers > 0 || !files.fold.empty();  // of the pairs that the run was trained on
    std::optional<support::interactions> data =
        makes_rows ? support::data_of_run(chosen.run, chosen.dataset) : seen_pairs(chosen);
    const auto item_names = [&](const support::served_table& table) {
        return names_of(chosen, &table, is_together ? files.table : files.items, "items", data ? &data->item_tokens : nullptr,
                        table.size());
    };
    const auto names = [&](const support::served_table* users, const support::served_table& items) {
        auto of_users = names_of(chosen, users, is_together ? files.table : files.users, "users",
                                 data ? &data->user_tokens : nullptr, users == nullptr ? 0 : users->size());
        auto of_items = item_names(items);
        return named_rows{std::move(of_users), std::move(of_items), std::move(data)};
    };
    if (is_together) {
        const auto table = support::open_served(files.table);
        if (chosen.run.empty() && chosen.dataset.empty() && table.ids().is_empty())
            throw support::usage_error(
                "--table holds users and items: give --run DIR or --dataset PATH, which say which rows are which");
        const auto needs = chosen.run.empty() ? support::needs_of_file(files.table.path) : support::scoring_needs{};
        if (needs.layers > 0)
            throw support::usage_error("the rows of --table are scored after they are propagated over " +
                                       support::counted(needs.layers, "layer") +
                                       " of a graph: give --run DIR, the run that wrote them");
        if (needs.biases && files.biases.empty())
            throw support::usage_error(
                "the items of --table have biases: give --biases FILE, or --run DIR, the run that wrote them");
        const named_rows named = names(&table, table);
        check_names(chosen, "users and items", table.size(), named.users.size() + named.items.size());
        if (layers == 0) return run_together(chosen, named, table);
        check_data(named);
        auto rows = support::propagate_rows(table, *named.data, layers, support::executor_of(chosen.threads));
        return run_together(chosen, named, pleach::borrowed_table<float>(rows.view()));
    }
    if (!files.fold.empty()) {
        const auto items = support::open_served(files.items);
        const named_rows named = names(nullptr, items);
        check_names(chosen, "items", items.size(), named.items.size());
        check_data(named);
        auto users = support::folded_users(items, files.fold, named.data->train, support::executor_of(chosen.threads));
        return print_lists(chosen, pleach::borrowed_table<float>(users.view()), items, named);
    }
    const auto items = support::open_served(files.items);
    if (files.users.path.empty()) {
        const auto named = item_names(items);
        check_names(chosen, "items", items.size(), named.size());
        return print_similar(chosen, items, named);
    }
    const auto users = support::open_served(files.users);
    const named_rows named = names(&users, items);
    check_names(chosen, "users", users.size(), named.users.size());
    check_names(chosen, "items", items.size(), named.items.size());
    return print_lists(chosen, users, items, named);
}

}  // namespace

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::guard_main("recommend", [&] {
        settings chosen;
        CLI::App app("Recommends to each user the best items that the user has not seen.", "recommend");
        app.add_option("--users", chosen.files.users.path, "table of users: frozen, npy or safetensors [that of --run]")
            ->type_name("FILE");
        app.add_option("--users-array", chosen.files.users.array, "name of its array, if the file has several")
            ->type_name("NAME");
        app.add_option("--items", chosen.files.items.path, "table of items [that of --run]")->type_name("FILE");
        app.add_option("--items-array", chosen.files.items.array, "name of its array, if the file has several")
            ->type_name("NAME");
        app.add_option(
               "--table", chosen.files.table.path,
               "instead of both: one table of users followed by items; needs --run or --dataset unless it has their ids")
            ->type_name("FILE");
        app.add_option("--table-array", chosen.files.table.array, "name of its array, if the file has several")
            ->type_name("NAME");
        app.add_option("--biases", chosen.files.biases, "biases of the items of --table, if the model has any [those of --run]")
            ->type_name("FILE");
        app.add_option("--run", chosen.run,
                       "run directory with the tables, unless others are given, the original ids of their rows, and the data "
                       "that users have seen")
            ->type_name("DIR");
        app.add_option("--dataset", chosen.dataset,
                       "pairs that users have seen, which are not recommended again [those of --run]")
            ->type_name("PATH");
        app.add_flag("--keep-seen", chosen.keeps_seen, "recommend items that users have seen as well");
        app.add_option("--user", chosen.asked, "original id of a user; may be repeated")->type_name("ID");
        app.add_option("--batch", chosen.batch,
                       "file with one original user id per line, or - for standard input; unknown ids are left out")
            ->type_name("FILE");
        auto* const similar =
            app.add_option("--similar", chosen.similar,
                           "original id of an item: the items most like it, instead of those for users; may be repeated")
                ->type_name("ITEM");
        for (const char* other : {"--user", "--batch", "--keep-seen"}) similar->excludes(app.get_option(other));
        app.add_option("--similarity", chosen.similarity, "cosine, or dot, which prefers items with long rows")
            ->check(CLI::IsMember({"cosine", "dot"}))
            ->needs(similar)
            ->capture_default_str();
        app.add_option("--titles", chosen.titles,
                       "file with an item's original id and its title per line, to be printed as well")
            ->type_name("FILE");
        app.add_flag("--json", chosen.is_json, "print one JSON object per list");
        app.add_option("--k,-k", chosen.k, "number of items per list")->check(CLI::PositiveNumber)->capture_default_str();
        app.add_option("--threads", chosen.threads, "number of threads; 0: one per processor that this process may use")
            ->check(CLI::Range(0, 4096))
            ->capture_default_str();
        return support::run_tool(app, argc, argv, [&] {
            support::served_files& files = chosen.files;
            if (files.table.path.empty() && !files.biases.empty())
                throw support::usage_error("--biases belongs to --table: the rows of --users and --items have theirs already");
            const bool has_users = !files.users.path.empty(), has_items = !files.items.path.empty();
            const bool is_similar = !chosen.similar.empty();
            if (files.table.path.empty() && !has_users && !has_items && !chosen.run.empty())
                files = support::files_of_run(chosen.run);
            else if (is_similar && has_items && !has_users && files.table.path.empty())
                ;  // users are not needed
            else if (files.table.path.empty() ? !has_users || !has_items : has_users || has_items)
                throw support::usage_error(
                    "nothing to serve: give --run DIR, or --users FILE and --items FILE, or --table FILE");
            if (!files.table.path.empty() && files.biases.empty() && !chosen.run.empty() && support::has_biases(chosen.run))
                files.biases = fs::path(chosen.run) / "biases.frozen";
            if (!is_similar && chosen.asked.empty() && chosen.batch.empty())
                throw support::usage_error("no user given: use --user ID or --batch FILE, or --similar ITEM");
            return run(chosen);
        });
    });
}
