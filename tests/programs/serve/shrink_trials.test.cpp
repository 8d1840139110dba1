// SPDX-License-Identifier: Apache-2.0

#include "support/serve/shrink_trials.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

namespace shrink_trials_test {

namespace {

const pleach::openmp exec{2};

support::tried_image tried(const pleach::dense_table<float>& table, std::uint64_t bytes, bool with_cut) {
    const auto queries = tests::normal_table<float>(60, table.dim(), 8);
    std::optional<support::cut_image> cut;
    const support::shrink_request asked{.bytes = bytes, .density = {}, .kind = ""};
    if (with_cut) {
        const auto plan = support::plan_shrink(table.size(), table.dim(), asked);
        cut.emplace(support::cut_image{support::shrink(table, plan, asked, "factors", exec), plan.kept});
    }
    return support::try_forms(
        table, std::move(cut), bytes, "factors", 1,
        [&](const auto& one) { return support::best_ids(one, queries.rows(), 10, {}, exec); }, exec);
}

}  // namespace

TEST_CASE("of the forms that fit in the bytes the one that keeps most of the answers is taken") {
    const auto table = tests::normal_table<float>(2000, 32);
    const auto best = tried(table, 40'000, true);
    REQUIRE(best.trials.size() == 5);
    double most = 0;
    for (const auto& trial : best.trials) {
        CHECK(trial.bytes <= 40'000);
        CHECK(trial.overlap <= 1);
        most = std::max(most, trial.overlap);
    }
    for (const auto& trial : best.trials)
        if (trial.kind == best.kind) CHECK(trial.overlap == most);
    // Rows without zeros keep far more in four bits than half of their values.
    CHECK(best.kind == "dense_rows<n4b>");
    CHECK(best.kept == 2000 * 32);
    CHECK(best.trials.front().overlap < most);
    CHECK(!best.were_codes_left_out);
}

TEST_CASE("rows that are mostly zeros keep all their values in four bits where bytes hold only some of them") {
    auto table = tests::normal_table<float>(500, 64);
    const pleach::bit_mask mask = tests::random_mask(500, 64, 0.15, 5);
    for (std::uint32_t r = 0; r < 500; ++r)
        for (std::size_t c = 0; c < 64; ++c)
            if (!mask.test(r, c)) table.row(r)[c] = 0;
    const auto best = tried(table, 10'000, true);
    CHECK(best.kind == "bitmap_rows<n4b>");
    CHECK(best.kept >= mask.count());
    CHECK(best.frozen.bytes() <= 10'000);
}

TEST_CASE("where a few bits do not fit, codewords are left") {
    const auto table = tests::normal_table<float>(2000, 32);
    const auto best = tried(table, 17'000, false);
    REQUIRE(best.trials.size() == 2);
    CHECK(best.kind.starts_with("coded<"));
    CHECK(best.frozen.bytes() <= 17'000);
    CHECK(tried(table, 1000, false).trials.empty());
}

}  // namespace shrink_trials_test
