// SPDX-License-Identifier: Apache-2.0
#include "support/train/round_plan.hpp"

#include "support/catch.hpp"

namespace round_plan_test {

namespace {

using support::mask_source;
using support::plan_rounds;

// Options of which `change` sets some.
template <class Change>
support::options with(Change change) {
    support::options chosen;
    change(chosen);
    return chosen;
}

support::options named(std::vector<double> densities) {
    return with([&](support::options& chosen) { chosen.densities = std::move(densities); });
}

std::vector<double> densities(const support::options& chosen) {
    std::vector<double> result;
    for (const support::training_round& round : plan_rounds(chosen)) result.push_back(round.density);
    return result;
}

}  // namespace

TEST_CASE("Without pruning there is one round, of the dense table") {
    const auto plan = plan_rounds(support::options());
    REQUIRE(plan.size() == 1);
    CHECK(plan[0].density == 1);
    CHECK(plan[0].source == mask_source::none);
}

TEST_CASE("Rounds leave the same share of the one before") {
    const auto found = densities(with([](support::options& chosen) {
        chosen.prune_rounds = 3;
        chosen.prune_rate = 0.3;
    }));
    REQUIRE(found.size() == 4);
    CHECK(found[1] == tests::approx(0.7).epsilon(1e-12));
    CHECK(found[2] == tests::approx(0.49).epsilon(1e-12));
    CHECK(found[3] == tests::approx(0.343).epsilon(1e-12));
}

TEST_CASE("A density is reached exactly, in as many equal ratios as there are rounds") {
    const auto found = densities(with([](support::options& chosen) {
        chosen.density = 0.1;
        chosen.prune_rounds = 2;
    }));
    REQUIRE(found.size() == 3);
    CHECK(found[1] == tests::approx(std::sqrt(0.1)).epsilon(1e-12));
    CHECK(found[2] == 0.1);
    CHECK(densities(with([](support::options& chosen) { chosen.density = 0.2; })) == std::vector<double>{1, 0.2});
}

TEST_CASE("Named densities are taken as they are") {
    CHECK(densities(named({0.5, 0.25, 0.1})) == std::vector<double>{1, 0.5, 0.25, 0.1});
}

TEST_CASE("Masks come from the round before, the dense round, or chance") {
    support::options chosen = named({0.5, 0.2});
    CHECK(plan_rounds(chosen)[1].source == mask_source::previous_round);
    chosen.prune_schedule = support::pruning_schedule::one_shot;
    CHECK(plan_rounds(chosen)[1].source == mask_source::dense_round);
    chosen.prune_schedule = support::pruning_schedule::at_start;
    const auto at_start = plan_rounds(chosen);
    REQUIRE(at_start.size() == 2);  // nor do the rows that a run begins with need one
    CHECK(at_start[1].source == mask_source::initial_rows);
    chosen.prune_method = support::pruning_method::random;
    const auto random = plan_rounds(chosen);
    REQUIRE(random.size() == 2);  // chance needs no dense round
    CHECK(random[0].source == mask_source::chance);
    chosen.prune_method = support::pruning_method::magnitude;
    chosen.table = support::table_kind::pep;
    const auto tickets = plan_rounds(chosen);
    REQUIRE(tickets.size() == 2);
    CHECK(tickets[0].source == mask_source::ticket);
}

}  // namespace round_plan_test
