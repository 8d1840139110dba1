// SPDX-License-Identifier: Apache-2.0

#include "programs/train/frozen_run.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <utility>

namespace left_out_rows_test {

using tests::small_dataset;
using tests::summary_of;

TEST_CASE("Rows that did not train, or were pruned whole, are left out of the file, and the others are kept exactly") {
    const tests::temporary_directory folder;
    support::options chosen = support::default_options("train_lightgcn");
    chosen.dataset = small_dataset(folder / "data");
    chosen.dim = 8;
    chosen.table = support::table_kind::masked;
    chosen.freeze = "dense_rows<f32>";
    const auto kept_of = [&](const char* name) {
        const auto summary = summary_of(chosen, folder.path() / name);
        const auto& file = summary["frozen"]["table.frozen and its graph"];
        CHECK(file["test"] == summary["test"]);
        CHECK(file["solve_error"] == 0);
        CHECK(summary["stored_values"] == file["kept_rows"].get<std::size_t>() * summary["dim"].get<std::size_t>());
        CHECK(summary["bytes"].get<std::size_t>() <= std::filesystem::file_size(folder.path() / name / "table.frozen"));
        return std::pair(file["kept_rows"], summary);
    };
    chosen.train_users = 0;
    chosen.train_items = 0.5;
    const auto [of_items, summary] = kept_of("items");
    CHECK(of_items == summary["items"].get<std::size_t>() / 2);
    chosen.train_users = chosen.train_items = 1;
    chosen.prune_method = support::pruning_method::rows;
    chosen.densities = {0.6, 0.3};
    const auto [of_rows, pruned] = kept_of("rows");
    const auto rows = pruned["users"].get<double>() + pruned["items"].get<double>();
    CHECK(of_rows == static_cast<std::size_t>(0.3 * rows));
}

}  // namespace left_out_rows_test
