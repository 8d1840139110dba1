// SPDX-License-Identifier: Apache-2.0

#include "programs/train/frozen_run.hpp"
#include "support/catch.hpp"
#include "support/serve/biased_rows.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/served_table.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/table/borrowed_table.hpp>

namespace frozen_biases_test {

using tests::small_dataset;
using tests::summary_of;

TEST_CASE("The files of any table and its biases take no more than --bytes") {
    const tests::temporary_directory folder;
    for (const auto table : {support::table_kind::dense, support::table_kind::masked, support::table_kind::pep,
                             support::table_kind::cerp, support::table_kind::hash, support::table_kind::legcf}) {
        const std::string name = support::name_of(table);
        CAPTURE(name);
        support::options chosen = support::default_options("train_mf");
        chosen.table = table;
        chosen.dataset = small_dataset(folder / "data");
        chosen.bytes = 20'000;
        chosen.item_biases = true;
        chosen.search_epochs = 30;
        chosen.threshold_rise = 64;
        chosen.batch = 100;
        chosen.lr = 0.02;
        chosen.freeze = "auto";
        const auto out = folder.path() / name;
        const auto summary = summary_of(chosen, out);
        const auto& frozen = summary["frozen"].front();
        CHECK(frozen["test"] == summary["test"]);
        CHECK(frozen["bytes"] <= chosen.bytes);
        std::uintmax_t files = 0;
        for (const char* file : {"table.frozen", "users.frozen", "items.frozen", "biases.frozen"})
            if (std::filesystem::exists(out / file)) files += std::filesystem::file_size(out / file);
        CHECK(tests::size_with_ids(frozen) == files);
    }
}

TEST_CASE("Biases are a column of scored rows, and a file beside those that are still to be combined or propagated") {
    const tests::temporary_directory folder;
    const auto frozen_run = [&](const char* program, support::table_kind table, const std::string& name) {
        support::options chosen = support::default_options(program);
        chosen.table = table;
        chosen.buckets = 50;
        chosen.item_biases = true;
        chosen.freeze = "auto";
        return summary_of(chosen, folder.path() / name);
    };
    const auto size = [&](const std::string& name) { return std::filesystem::file_size(folder.path() / name); };
    const auto mf = frozen_run("train_mf", support::table_kind::dense, "mf");
    CHECK(mf["item_biases"] == true);
    CHECK(mf["frozen"]["users.frozen and items.frozen"]["test"] == mf["test"]);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "mf" / "biases.frozen"));
    const auto users = support::open_served({folder.path() / "mf" / "users.frozen", {}});
    const auto items = support::open_served({folder.path() / "mf" / "items.frozen", {}});
    REQUIRE((users.dim() == 9 && items.dim() == 9));
    std::vector<float> row(9);
    users.lookup(3, row);
    CHECK(row[8] == 1);
    items.lookup(3, row);
    CHECK((row[8] != 0 && row[8] != 1));

    const auto hash = frozen_run("train_mf", support::table_kind::hash, "hash");
    const auto& of_hash = hash["frozen"]["table.frozen"];
    CHECK(of_hash["test"] == hash["test"]);
    CHECK(tests::size_with_ids(of_hash) == size("hash/table.frozen") + size("hash/biases.frozen"));
    CHECK(support::needs_of_file(folder.path() / "hash" / "table.frozen").biases);
    CHECK(hash["bytes"] == of_hash["bytes"]);
    CHECK(support::has_biases(folder / "hash"));
    const auto n_items = hash["items"].get<std::size_t>();
    const support::item_biases biases = support::read_biases(folder.path() / "hash" / "biases.frozen", n_items);
    CHECK_FALSE(biases == support::item_biases(n_items));
    REQUIRE_THROWS_WITH_SENTENCE(support::read_biases(folder.path() / "hash" / "biases.frozen", n_items + 1),
                                 support::input_error, "give the biases.frozen of the same run");

    // Propagated when loaded, with biases, the rows are those that were scored.
    const auto gcn = frozen_run("train_lightgcn", support::table_kind::dense, "gcn");
    const auto& of_gcn = gcn["frozen"]["table.frozen and its graph"];
    CHECK(of_gcn["test"] == gcn["test"]);
    CHECK(tests::size_with_ids(of_gcn) - of_gcn["graph_bytes"].get<std::size_t>() ==
          size("gcn/table.frozen") + size("gcn/biases.frozen"));
    CHECK(gcn["frozen"]["users.frozen and items.frozen"]["test"] == gcn["test"]);
    const support::interactions data = support::data_of_run(folder.path() / "gcn", "");
    const auto table = support::open_served({folder.path() / "gcn" / "table.frozen", {}});
    auto rows = support::propagate_rows(table, data, 3, pleach::openmp{2});
    const pleach::borrowed_table<float> propagated(rows.view());
    const support::biased_rows scored(propagated, data.users,
                                      support::read_biases(folder.path() / "gcn" / "biases.frozen", data.items));
    REQUIRE(scored.dim() == 9);
    std::size_t first = 0;
    for (const char* name : {"users.frozen", "items.frozen"}) {
        const auto saved = support::open_served({folder.path() / "gcn" / name, {}});
        std::vector<float> now(9);
        for (std::uint32_t id = 0; id < saved.size(); ++id) {
            saved.lookup(id, row);
            scored.lookup(static_cast<std::uint32_t>(first + id), now);
            REQUIRE(now == row);
        }
        first += saved.size();
    }
}

}  // namespace frozen_biases_test
