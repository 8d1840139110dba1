// SPDX-License-Identifier: Apache-2.0
#include "support/model/sampler.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <map>

namespace sampler_test {

namespace {

using pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

pairs some_pairs() {
    pairs result;
    const pleach::random_stream die(4);
    for (std::uint32_t u = 0; u < 30; ++u)
        for (std::uint32_t i = 0; i < 50; ++i)
            if (die.uniform(u, i) < (u == 7 ? 0.0 : 0.2)) result.emplace_back(u, i);
    return result;
}

support::epoch_sampler sampler_of(const support::csr& train, support::sampling kind, std::uint64_t seed = 1) {
    return {train, 50, kind, pleach::random_stream(seed)};
}

pairs epoch_of(support::epoch_sampler& sampler, std::uint64_t epoch) {
    sampler.begin_epoch(epoch);
    pairs result;
    for (std::size_t i = 0; i < sampler.size(); ++i) result.push_back(sampler.pair(i));
    return result;
}

// Largest distance of observed counts from `draws` draws of equal chance, in standard deviations.
double worst_deviation(const std::map<std::uint32_t, std::size_t>& counts, std::size_t kinds, std::size_t draws) {
    const double expected = static_cast<double>(draws) / static_cast<double>(kinds);
    double worst = counts.size() == kinds ? 0 : 1e9;
    for (const auto& [kind, count] : counts)
        worst = std::max(worst, std::abs(static_cast<double>(count) - expected) / std::sqrt(expected));
    return worst;
}

}  // namespace

TEST_CASE("Every train pair is visited once an epoch, in another order each time") {
    const support::csr train = support::make_csr(30, some_pairs());
    auto sampler = sampler_of(train, support::sampling::interactions);
    const pairs first = epoch_of(sampler, 0), second = epoch_of(sampler, 1);
    CHECK(first != second);
    for (pairs drawn : {first, second}) {
        std::ranges::sort(drawn);
        CHECK(drawn == some_pairs());
    }
}

TEST_CASE("An epoch depends on the seed and its number, not on what was drawn before") {
    const support::csr train = support::make_csr(30, some_pairs());
    for (const auto kind : {support::sampling::interactions, support::sampling::users}) {
        auto sampler = sampler_of(train, kind), other = sampler_of(train, kind);
        static_cast<void>(epoch_of(sampler, 0));
        CHECK(epoch_of(sampler, 5) == epoch_of(other, 5));
        auto another_seed = sampler_of(train, kind, 2);
        CHECK(epoch_of(another_seed, 5) != epoch_of(other, 5));
    }
}

TEST_CASE("Drawing by users gives each user with items the same weight, and its items too") {
    const support::csr train = support::make_csr(30, some_pairs());
    auto sampler = sampler_of(train, support::sampling::users);
    std::map<std::uint32_t, std::size_t> users;
    std::map<std::uint32_t, std::size_t> items_of_first;
    std::size_t draws = 0;
    for (std::uint64_t epoch = 0; epoch < 200; ++epoch)
        for (const auto& [user, item] : epoch_of(sampler, epoch)) {
            REQUIRE(train.contains(user, item));
            ++users[user];
            ++draws;
            if (user == 0) ++items_of_first[item];
        }
    CHECK(worst_deviation(users, 29, draws) < 5);  // all but user 7, who took nothing
    CHECK(worst_deviation(items_of_first, train.row(0).size(), users[0]) < 5);
}

TEST_CASE("Negatives are items that the user did not take, all of them equally likely") {
    const support::csr train = support::make_csr(30, some_pairs());
    auto sampler = sampler_of(train, support::sampling::interactions);
    sampler.begin_epoch(3);
    std::map<std::uint32_t, std::size_t> counts;
    constexpr std::size_t draws = 40000;
    for (std::size_t i = 0; i < draws; ++i) {
        const std::uint32_t item = sampler.negative(5, i, i % 3);
        REQUIRE(item < 50);
        REQUIRE_FALSE(train.contains(5, item));
        ++counts[item];
    }
    CHECK(worst_deviation(counts, 50 - train.row(5).size(), draws) < 5);
}

TEST_CASE("The negatives of one draw differ from each other's streams") {
    const support::csr train = support::make_csr(30, some_pairs());
    auto sampler = sampler_of(train, support::sampling::interactions);
    sampler.begin_epoch(0);
    std::size_t equal = 0;
    for (std::size_t i = 0; i < 1000; ++i) equal += sampler.negative(0, i, 0) == sampler.negative(0, i, 1);
    CHECK(equal < 100);  // one in forty by chance
}

TEST_CASE("A user who took every item gets some item as negative instead of waiting forever") {
    pairs all;
    for (std::uint32_t i = 0; i < 50; ++i) all.emplace_back(0, i);
    const support::csr train = support::make_csr(1, all);
    auto sampler = sampler_of(train, support::sampling::interactions);
    sampler.begin_epoch(0);
    CHECK(sampler.negative(0, 0, 0) < 50);
}

TEST_CASE("Negatives that a batch shares are uniform over all items") {
    const support::csr train = support::make_csr(30, some_pairs());
    auto sampler = sampler_of(train, support::sampling::interactions);
    sampler.begin_epoch(1);
    std::map<std::uint32_t, std::size_t> counts;
    for (std::size_t batch = 0; batch < 100; ++batch)
        for (std::size_t j = 0; j < 200; ++j) ++counts[sampler.shared_negative(batch, j)];
    CHECK(worst_deviation(counts, 50, 20000) < 5);
}

}  // namespace sampler_test
