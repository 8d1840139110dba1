// SPDX-License-Identifier: Apache-2.0

#include "support/serve/recommend.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/tables.hpp"

#include <pleach/interop/openmp.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace recommend_test {

namespace {

struct answer {
    std::uint32_t user;
    std::vector<std::size_t> items;
    friend bool operator==(const answer&, const answer&) = default;
};

template <class Executor = pleach::sequential>
std::vector<answer> answers(const tests::dense& users, const tests::dense& items, const std::vector<std::uint32_t>& ids,
                            const support::csr& seen, std::size_t k, std::size_t batch, const Executor& exec = {}) {
    std::vector<answer> all;
    support::recommend(
        users, items, ids, seen, k,
        [&](std::uint32_t user, std::span<const pleach::scored<float>> best) {
            all.push_back({user, {}});
            for (const auto& one : best) all.back().items.push_back(one.id);
        },
        exec, batch);
    return all;
}

std::vector<std::size_t> by_sorting(const tests::dense& users, const tests::dense& items, std::uint32_t user,
                                    const std::set<std::size_t>& seen, std::size_t k) {
    std::vector<float> scores(items.size());
    pleach::score(items, users.row(user), scores);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!seen.contains(i)) order.push_back(i);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    order.resize(std::min(order.size(), k));
    return order;
}

}  // namespace

TEST_CASE("recommended are the best items that the user has not seen, for any batch and number of threads") {
    const support::interactions data = tests::small_data(0.1);
    const tests::dense users = tests::normal_table<float>(data.users, 8, 1);
    const tests::dense items = tests::normal_table<float>(data.items, 8, 2);
    const support::csr seen =
        support::seen_items(data, support::id_table(data.user_tokens), support::id_table(data.item_tokens));
    const std::vector<std::uint32_t> ids = {7, 0, 119, 7, 33};
    const auto all = answers(users, items, ids, seen, 10, 4096);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::set<std::size_t> known;
        for (const support::csr* part : {&data.train, &data.valid})
            for (const std::uint32_t item : part->row(ids[i])) known.insert(item);
        REQUIRE(!known.empty());
        REQUIRE(all[i] == answer{ids[i], by_sorting(users, items, ids[i], known, 10)});
    }
    REQUIRE(answers(users, items, ids, seen, 10, 2, pleach::openmp{3}) == all);
    REQUIRE(answers(users, items, {4}, support::csr{}, 5, 1)[0].items == by_sorting(users, items, 4, {}, 5));
    REQUIRE(answers(users, items, {4}, seen, 1000, 1)[0].items.size() == data.items - seen.row(4).size());
    const tests::dense wider = tests::normal_table<float>(data.items, 9, 2);
    REQUIRE_THROWS_WITH_SENTENCE(answers(users, wider, ids, seen, 10, 2), std::invalid_argument,
                                 "users have 8 columns and items 9");
}

TEST_CASE("seen items are matched by name where tables and data number them differently") {
    support::interactions data;
    data.users = data.items = 3;
    data.user_tokens = {"ann", "bob", "eve"};
    data.item_tokens = {"x", "y", "z"};
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs = {{0, 0}, {0, 2}, {1, 1}, {2, 0}};
    data.train = support::make_csr(3, pairs);
    data.valid = data.test = support::make_csr(3, {});
    const support::csr seen = support::seen_items(data, support::id_table({"bob", "ann"}), support::id_table({"z", "q", "y"}));
    REQUIRE(seen.rows() == 2);
    REQUIRE(std::ranges::equal(seen.row(0), std::vector<std::uint32_t>{2}));
    REQUIRE(std::ranges::equal(seen.row(1), std::vector<std::uint32_t>{0}));
}

}  // namespace recommend_test
