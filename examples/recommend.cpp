// SPDX-License-Identifier: Apache-2.0
//
// The best items for users, by original ids, from tables trained by these programs or by others; items that a user has seen are
// left out.
//
//     recommend --run run --user 17
//     recommend --run run --batch ids.txt > lists.tsv
//     recommend --users users.npy --items items.npy --dataset gowalla --user 17 --k 10
//
// The rows in table.frozen of train_lightgcn are propagated over the data of their run when they are loaded; those in
// users.frozen and items.frozen already are, and end in the column of biases if the model has any. Where a run has fold.frozen
// instead of users, these are made of the items that they took.

#include "support/serve/recommend.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/serve/biased_rows.hpp"
#include "support/serve/folded_users.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/row_range.hpp"
#include "support/serve/served_run.hpp"
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
    bool keeps_seen = false;
    std::size_t k = 10;
    std::size_t threads = 0;
};

void note(const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); }

/// The names of rows: those of the run if there is one, else those of the data set, else row numbers.
support::id_table names_of(const settings& chosen, const char* file, const std::vector<std::string>* tokens, std::size_t rows) {
    if (!chosen.run.empty()) return support::id_table::read(fs::path(chosen.run) / file);
    if (tokens != nullptr) return support::id_table(*tokens);
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

/// An id as it was read, so that it can be passed to --user again. Control characters, which would break columns or act on a
/// terminal, are escaped.
std::string shown(const std::string& id) {
    const bool has_control = std::any_of(id.begin(), id.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return has_control ? support::printable(id, 4096) : id;
}

struct named_rows {
    support::id_table users, items;
    std::optional<support::interactions> data;
};

template <class Users, class Items>
int print_lists(const settings& chosen, const Users& users, const Items& items, const named_rows& names) {
    const support::csr seen =
        names.data && !chosen.keeps_seen ? support::seen_items(*names.data, names.users, names.items) : support::csr{};
    const std::vector<std::string> batch = chosen.batch.empty() ? std::vector<std::string>{} : lines_of(chosen.batch);
    const support::asked_users asked = support::find_users(names.users, chosen.asked, batch);
    if (asked.unknown > 0)
        note(support::grouped(asked.unknown) + " of " + support::counted(batch.size(), "id") +
             " in --batch are those of no user and left out, the first one " + support::printable(asked.first_unknown));
    std::puts("user\trank\titem\tscore");
    support::recommend(
        users, items, asked.rows, seen, chosen.k,
        [&](std::uint32_t user, std::span<const pleach::scored<float>> best) {
            for (std::size_t rank = 0; rank < best.size(); ++rank)
                std::printf("%s\t%zu\t%s\t%.6g\n", shown(names.users.name(user)).c_str(), rank + 1,
                            shown(names.items.name(best[rank].id)).c_str(), static_cast<double>(best[rank].score));
            if (std::ferror(stdout) != 0) throw support::output_lost();  // nobody reads the rest
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
    if (chosen.run.empty()) note("ids are the numbers of rows, from 0: give --run DIR or --dataset PATH for those of the data");
    if (chosen.keeps_seen) return std::nullopt;
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
    const auto names = [&](std::size_t users, std::size_t items) {
        return named_rows{names_of(chosen, "users.tsv", data ? &data->user_tokens : nullptr, users),
                          names_of(chosen, "items.tsv", data ? &data->item_tokens : nullptr, items), std::move(data)};
    };
    if (is_together) {
        const auto table = support::open_served(files.table);
        const named_rows named = names(0, 0);
        check_names(chosen, "users and items", table.size(), named.users.size() + named.items.size());
        if (layers == 0) return run_together(chosen, named, table);
        check_data(named);
        auto rows = support::propagate_rows(table, *named.data, layers, support::executor_of(chosen.threads));
        return run_together(chosen, named, pleach::borrowed_table<float>(rows.view()));
    }
    if (!files.fold.empty()) {
        const auto items = support::open_served(files.items);
        const named_rows named = names(0, items.size());
        check_names(chosen, "items", items.size(), named.items.size());
        check_data(named);
        auto users = support::folded_users(items, files.fold, named.data->train, support::executor_of(chosen.threads));
        return print_lists(chosen, pleach::borrowed_table<float>(users.view()), items, named);
    }
    const auto users = support::open_served(files.users), items = support::open_served(files.items);
    const named_rows named = names(users.size(), items.size());
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
        app.add_option("--table", chosen.files.table.path,
                       "instead of both: one table of users followed by items; needs --run or --dataset")
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
        app.add_option("--k,-k", chosen.k, "number of items per user")->check(CLI::PositiveNumber)->capture_default_str();
        app.add_option("--threads", chosen.threads, "number of threads; 0: one per processor that this process may use")
            ->check(CLI::Range(0, 4096))
            ->capture_default_str();
        return support::run_tool(app, argc, argv, [&] {
            support::served_files& files = chosen.files;
            if (files.table.path.empty() && !files.biases.empty())
                throw support::usage_error("--biases belongs to --table: the rows of --users and --items have theirs already");
            const bool has_users = !files.users.path.empty(), has_items = !files.items.path.empty();
            if (files.table.path.empty() && !has_users && !has_items && !chosen.run.empty())
                files = support::files_of_run(chosen.run);
            else if (files.table.path.empty() ? !has_users || !has_items : has_users || has_items)
                throw support::usage_error(
                    "nothing to serve: give --run DIR, or --users FILE and --items FILE, or --table FILE");
            if (!files.table.path.empty() && files.biases.empty() && !chosen.run.empty() && support::has_biases(chosen.run))
                files.biases = fs::path(chosen.run) / "biases.frozen";
            if (!files.table.path.empty() && chosen.run.empty() && chosen.dataset.empty())
                throw support::usage_error(
                    "--table holds users and items: give --run DIR or --dataset PATH, which say which rows are which");
            if (chosen.asked.empty() && chosen.batch.empty())
                throw support::usage_error("no user given: use --user ID or --batch FILE");
            return run(chosen);
        });
    });
}
