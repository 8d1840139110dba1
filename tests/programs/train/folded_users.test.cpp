// SPDX-License-Identifier: Apache-2.0

#include "support/serve/folded_users.hpp"

#include "programs/train/frozen_run.hpp"
#include "support/model/metrics.hpp"
#include "support/serve/propagated_rows.hpp"
#include "support/serve/served_run.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/frozen/freeze.hpp>
#include <pleach/io/open.hpp>

namespace folded_users_test {

using tests::summary_of;

namespace {

const pleach::openmp exec{2};

/// A run whose users are folded in, and the recall of its test part as the two files give it.
void require_served_as_reported(bool item_biases, const std::filesystem::path& run) {
    support::options chosen = support::default_options("train_mf");
    chosen.freeze = "dense_rows<n4>";
    chosen.freeze_users = 0;
    chosen.item_biases = item_biases;
    const auto summary = summary_of(chosen, run);
    const auto& frozen = summary["frozen"]["items.frozen and fold.frozen"];
    CHECK(tests::size_with_ids(frozen) ==
          std::filesystem::file_size(run / "items.frozen") + std::filesystem::file_size(run / "fold.frozen"));
    CHECK_FALSE(std::filesystem::exists(run / "users.frozen"));

    const support::interactions data = support::data_of_run(run, "");
    const support::served_files files = support::files_of_run(run);
    CHECK(files.users.path.empty());
    const auto items = support::open_served(files.items);
    const pleach::matrix<float> users = support::folded_users(items, files.fold, data.train, exec);
    REQUIRE((users.rows() == data.users && users.cols() == items.dim()));
    pleach::matrix<float> rows(data.users + data.items, items.dim());
    for (std::size_t u = 0; u < data.users; ++u) std::ranges::copy(users.row(u), rows.row(u).begin());
    pleach::gather_all(items, rows.view().rows_from(data.users, data.items), exec);
    const auto valid = support::evaluate(rows.view(), data.valid, data.train, chosen.topk, exec).at.front();
    CHECK(valid.recall == frozen["valid"]["recall@20"].get<double>());
}

}  // namespace

TEST_CASE("Users of matrix factorization are folded in from files of the items, with the quality that was reported") {
    const tests::temporary_directory folder;
    require_served_as_reported(false, folder.path() / "plain");
    require_served_as_reported(true, folder.path() / "biased");
}

TEST_CASE("A matrix that folds users in must suit the items") {
    const tests::temporary_directory folder;
    const auto save = [&](const char* name, std::uint32_t rows, std::uint32_t dim) {
        pleach::save(pleach::freeze<pleach::frozen::dense_rows<>>(pleach::dense_table<float>(rows, dim)), folder.path() / name);
        return folder.path() / name;
    };
    const auto items = support::open_served({save("items.frozen", 5, 4), {}});
    const support::csr taken = support::make_csr(3, {});
    CHECK(support::folded_users(items, save("fold.frozen", 4, 4), taken, exec).rows() == 3);
    CHECK(support::folded_users(items, save("biased.frozen", 3, 3), taken, exec).row(2)[3] == 1);
    for (const auto& shape : {std::pair(2U, 2U), std::pair(5U, 5U), std::pair(3U, 4U)})
        REQUIRE_THROWS_WITH_SENTENCE(support::folded_users(items, save("other.frozen", shape.first, shape.second), taken, exec),
                                     support::input_error, "give the items.frozen and fold.frozen of the same run");
}

}  // namespace folded_users_test
