// SPDX-License-Identifier: Apache-2.0
//
// The best items for users, by original ids, from tables trained by these programs or by others; items that a user has seen are
// left out.
//
//     recommend --users users.npy --items items.npy --run run --dataset gowalla --user 17 --k 10
//     recommend --users run/users.frozen --items run/items.frozen --run run --batch ids.txt > lists.tsv
//     recommend --table run/table.frozen --run run --dataset gowalla --user 17
//
// The rows in table.frozen of train_lightgcn are propagated over the data of their run when they are loaded; those in
// users.frozen and items.frozen already are.

#include "support/serve/recommend.hpp"
#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/row_range.hpp"
#include "support/serve/served_table.hpp"
#include "support/text/cursor.hpp"

#include <pleach/interop/openmp.hpp>
#include <pleach/table/borrowed_table.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct settings {
    support::table_source users, items, table;
    std::string run;
    std::string dataset;
    std::vector<std::string> asked;
    std::string batch;
    std::size_t k = 10;
    std::size_t threads = 0;
};

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

std::vector<std::string> lines_of(const std::string& path) {
    const support::text_file file(path);
    support::text_cursor cursor(file);
    std::vector<std::string> lines;
    while (cursor.next())
        if (!cursor.line().empty()) lines.emplace_back(cursor.line());
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
    const support::csr seen = names.data ? support::seen_items(*names.data, names.users, names.items) : support::csr{};
    std::vector<std::string> asked = chosen.asked;
    if (!chosen.batch.empty())
        for (std::string& name : lines_of(chosen.batch)) asked.push_back(std::move(name));
    std::vector<std::uint32_t> rows;
    for (const std::string& name : asked) {
        auto row = names.users.find(name);
        if (!row) row = names.users.find(support::unprintable(name));  // as it was printed here
        if (!row) throw support::usage_error("there is no user " + support::printable(name) + "; give the user's original id");
        rows.push_back(*row);
    }
    std::puts("user\trank\titem\tscore");
    support::recommend(
        users, items, rows, seen, chosen.k,
        [&](std::uint32_t user, std::span<const pleach::scored<float>> best) {
            for (std::size_t rank = 0; rank < best.size(); ++rank)
                std::printf("%s\t%zu\t%s\t%.6g\n", shown(names.users.name(user)).c_str(), rank + 1,
                            shown(names.items.name(best[rank].id)).c_str(), static_cast<double>(best[rank].score));
            if (std::ferror(stdout) != 0) throw support::output_lost();  // nobody reads the rest
        },
        support::executor_of(chosen.threads));
    return support::exit_good;
}

/// For one table of users and items, in its scored form.
int run_together(const settings& chosen, const named_rows& names, const auto& rows) {
    return print_lists(chosen, support::row_range(rows, 0, names.users.size()),
                       support::row_range(rows, names.users.size(), names.items.size()), names);
}

int run(const settings& chosen) {
    const bool is_together = !chosen.table.path.empty();
    const std::size_t layers = is_together && !chosen.run.empty() ? support::layers_of_run(chosen.run) : 0;
    std::optional<support::interactions> data;
    if (layers > 0)
        data = support::data_of_run(chosen.run, chosen.dataset);
    else if (!chosen.dataset.empty())
        data = support::read_interactions(chosen.dataset);
    const auto names = [&](std::size_t users, std::size_t items) {
        return named_rows{names_of(chosen, "users.tsv", data ? &data->user_tokens : nullptr, users),
                          names_of(chosen, "items.tsv", data ? &data->item_tokens : nullptr, items), std::move(data)};
    };
    if (is_together) {
        const auto table = support::served_table::open(chosen.table);
        const named_rows named = names(0, 0);
        check_names(chosen, "users and items", table.size(), named.users.size() + named.items.size());
        if (layers == 0) return run_together(chosen, named, table);
        if (named.data->user_tokens != named.users.names() || named.data->item_tokens != named.items.names())
            throw support::usage_error(
                "--dataset has other users or items than --run: give the data that the run was trained on");
        auto rows = support::propagate_rows(table, *named.data, layers, support::executor_of(chosen.threads));
        return run_together(chosen, named, pleach::borrowed_table<float>(rows.view()));
    }
    const auto users = support::served_table::open(chosen.users), items = support::served_table::open(chosen.items);
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
        app.add_option("--users", chosen.users.path, "table of users: frozen, npy or safetensors")->type_name("FILE");
        app.add_option("--users-array", chosen.users.array, "name of its array, if the file has several")->type_name("NAME");
        app.add_option("--items", chosen.items.path, "table of items")->type_name("FILE");
        app.add_option("--items-array", chosen.items.array, "name of its array, if the file has several")->type_name("NAME");
        app.add_option("--table", chosen.table.path,
                       "instead of both: one table of users followed by items; needs --run or --dataset")
            ->type_name("FILE");
        app.add_option("--table-array", chosen.table.array, "name of its array, if the file has several")->type_name("NAME");
        app.add_option(
               "--run", chosen.run,
               "run directory whose users.tsv and items.tsv have the ids of the rows [ids of --dataset, or row numbers]")
            ->type_name("DIR");
        app.add_option("--dataset", chosen.dataset, "pairs that users have seen, which are not recommended again")
            ->type_name("PATH");
        app.add_option("--user", chosen.asked, "original id of a user; may be repeated")->type_name("ID");
        app.add_option("--batch", chosen.batch, "file with one original user id per line")->type_name("FILE");
        app.add_option("--k,-k", chosen.k, "number of items per user")->check(CLI::PositiveNumber)->capture_default_str();
        app.add_option("--threads", chosen.threads, "number of threads; 0: one per processor that this process may use")
            ->check(CLI::Range(0, 4096))
            ->capture_default_str();
        return support::run_tool(app, argc, argv, [&] {
            if (chosen.table.path.empty() ? chosen.users.path.empty() || chosen.items.path.empty()
                                          : !chosen.users.path.empty() || !chosen.items.path.empty())
                throw support::usage_error("nothing to serve: give --users FILE and --items FILE, or --table FILE");
            if (!chosen.table.path.empty() && chosen.run.empty() && chosen.dataset.empty())
                throw support::usage_error(
                    "--table holds users and items: give --run DIR or --dataset PATH, which say which rows are which");
            if (chosen.asked.empty() && chosen.batch.empty())
                throw support::usage_error("no user given: use --user ID or --batch FILE");
            return run(chosen);
        });
    });
}
