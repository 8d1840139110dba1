// SPDX-License-Identifier: Apache-2.0
#include "support/data/generated.hpp"

#include "programs/data/reading.hpp"
#include "support/data/dataset.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace generated_test {

namespace {

/// Mean share of a user's test items among the 20 best items by `score(user, item)`, train items left out.
template <class Score>
double recall_at_20(const support::interactions& data, Score score) {
    double sum = 0;
    std::size_t users = 0;
    for (std::size_t user = 0; user < data.users; ++user) {
        const auto wanted = data.test.row(user);
        if (wanted.empty()) continue;
        std::vector<std::pair<double, std::uint32_t>> order;
        for (std::uint32_t item = 0; item < data.items; ++item)
            if (!data.train.contains(user, item)) order.emplace_back(-score(user, item), item);
        std::sort(order.begin(), order.end());
        double hits = 0;
        for (std::size_t i = 0; i < 20; ++i) hits += data.test.contains(user, order[i].second) ? 1 : 0;
        sum += hits / static_cast<double>(wanted.size());
        ++users;
    }
    return sum / static_cast<double>(users);
}

std::vector<double> popularity(const support::interactions& data) {
    std::vector<double> count(data.items, 0);
    for (const std::uint32_t item : data.train.columns) ++count[item];
    return count;
}

/// Items that the user's items were taken with by others, each over its popularity: the simplest neighborhood model.
std::vector<double> neighbors(const support::interactions& data, const support::csr& by_item, std::size_t user) {
    std::vector<double> score(data.items, 0);
    for (const std::uint32_t item : data.train.row(user))
        for (const std::uint32_t other : by_item.row(item)) {
            const double weight = 1 / std::sqrt(static_cast<double>(by_item.row(item).size() * data.train.row(other).size()));
            for (const std::uint32_t candidate : data.train.row(other)) score[candidate] += weight;
        }
    return score;
}

}  // namespace

TEST_CASE("The generated data set has the size that was asked for") {
    const auto data = support::generate_interactions();
    CHECK(data.users == 2000);
    CHECK(data.items == 3000);
    const auto pairs = data.train.size() + data.test.size();
    CHECK(pairs > 70000);
    CHECK(pairs < 90000);
    CHECK(data.valid.size() == 0);
    CHECK(data.user_tokens[1999] == "u1999");
    CHECK(data.item_tokens[2999] == "i2999");
    for (std::size_t user = 0; user < data.users; ++user)
        for (const std::uint32_t item : data.test.row(user)) REQUIRE_FALSE(data.train.contains(user, item));
}

TEST_CASE("The same seed generates the same pairs, another seed others") {
    const support::generated_options small = {.users = 50, .items = 80, .mean_items = 10, .seed = 3};
    const auto first = support::generate_interactions(small), second = support::generate_interactions(small);
    CHECK(first.train == second.train);
    CHECK(first.test == second.test);
    CHECK(first.checksum == second.checksum);
    auto other = small;
    other.seed = 4;
    CHECK(support::generate_interactions(other).checksum != first.checksum);
}

TEST_CASE("A few items are popular and most are not") {
    const auto data = support::generate_interactions();
    std::vector<double> count = popularity(data);
    std::sort(count.rbegin(), count.rend());
    const auto sum = [](auto first, auto last) { return std::accumulate(first, last, 0.0); };
    const double head = sum(count.begin(), count.begin() + 300), all = sum(count.begin(), count.end());
    CHECK(head / all > 0.3);
    CHECK(head / all < 0.7);
    CHECK(std::count(count.begin(), count.end(), 0.0) < 300);
}

TEST_CASE("There is taste to find beyond popularity, and none without planted factors") {
    const auto lift = [](double strength) {
        const auto data = support::generate_interactions({.users = 600, .items = 600, .mean_items = 30, .strength = strength});
        const auto count = popularity(data);
        const support::csr by_item = support::transpose(data.train, data.items);
        std::size_t current = data.users;
        std::vector<double> score;
        const double taste = recall_at_20(data, [&](std::size_t user, std::uint32_t item) {
            if (user != current) score = neighbors(data, by_item, current = user);
            return score[item];
        });
        return taste / recall_at_20(data, [&](std::size_t, std::uint32_t item) { return count[item]; });
    };
    CHECK(lift(3) > 1.5);
    CHECK(lift(0) < 1.1);
}

TEST_CASE("Sizes and numbers that make no sense are refused") {
    REQUIRE_THROWS_WITH_SENTENCE(support::generate_interactions({.users = 0}), std::invalid_argument, "0 users");
    REQUIRE_THROWS_WITH_SENTENCE(support::generate_interactions({.strength = std::numeric_limits<double>::infinity()}),
                                 std::invalid_argument, "must be finite");
}

TEST_CASE("A user cannot take more items than there are") {
    const auto data = support::generate_interactions({.users = 20, .items = 3, .mean_items = 50, .test_fraction = 0});
    CHECK(data.train.size() == 60);
}

TEST_CASE("The options lead to generated data or to a file, with a validation part carved") {
    support::options chosen = support::default_options("train_mf");
    chosen.dataset = "generated";
    const auto data = support::read_dataset(chosen);
    CHECK(data.valid.size() > 0);
    CHECK(data.checksum == support::generate_interactions().checksum);

    const tests::temporary_directory folder;
    chosen.dataset = folder.write("p.txt", "who|what\nu|a\nu|b\nu|c\nu|d\n").string();
    chosen.separator = support::column_separator::pipe;
    chosen.header = support::header_line::yes;
    chosen.valid = 0;
    chosen.test_fraction = 0.25;
    const auto file = support::read_dataset(chosen);
    CHECK(file.train.size() == 3);
    CHECK(file.test.size() == 1);
    CHECK(file.valid.size() == 0);
    CHECK(tests::notes_say(file, "--valid 0: training on all of train"));
}

}  // namespace generated_test
