// SPDX-License-Identifier: Apache-2.0
#include "support/data/split.hpp"

#include "programs/data/reading.hpp"

namespace split_test {

namespace {

/// User u has the items 0 to lengths[u] - 1.
support::csr stairs(const std::vector<std::uint32_t>& lengths) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::uint32_t user = 0; user < lengths.size(); ++user)
        for (std::uint32_t item = 0; item < lengths[user]; ++item) pairs.emplace_back(user, item);
    return support::make_csr(lengths.size(), pairs);
}

const pleach::random_stream stream{7};

}  // namespace

TEST_CASE("A split takes the rounded share of every user and never the last item") {
    const std::vector<std::uint32_t> lengths = {0, 1, 2, 3, 4, 5, 7, 10, 100};
    const auto [kept, taken] = support::split_rows(stairs(lengths), 0.25, stream);
    const std::vector<std::size_t> expected = {0, 0, 1, 1, 1, 1, 2, 3, 25};
    for (std::size_t user = 0; user < lengths.size(); ++user) {
        CAPTURE(lengths[user]);
        CHECK(taken.row(user).size() == expected[user]);
        CHECK(kept.row(user).size() == lengths[user] - expected[user]);
    }
    const auto most = support::split_rows(stairs(lengths), 0.999, stream);
    for (std::size_t user = 1; user < lengths.size(); ++user) CHECK(most.kept.row(user).size() == 1);
}

TEST_CASE("The two parts of a split are the whole, and ascend") {
    const support::csr whole = stairs({9, 0, 40, 3});
    const auto [kept, taken] = support::split_rows(whole, 0.4, stream);
    for (std::size_t user = 0; user < whole.rows(); ++user) {
        std::vector<std::uint32_t> both = tests::row_of(kept, user);
        const auto rest = tests::row_of(taken, user);
        CHECK(std::is_sorted(both.begin(), both.end()));
        CHECK(std::is_sorted(rest.begin(), rest.end()));
        both.insert(both.end(), rest.begin(), rest.end());
        std::sort(both.begin(), both.end());
        CHECK(both == tests::row_of(whole, user));
    }
}

TEST_CASE("A split depends on the seed, and on no other user") {
    const auto first = support::split_rows(stairs({50, 30}), 0.5, stream);
    CHECK(first.kept == support::split_rows(stairs({50, 30}), 0.5, stream).kept);
    CHECK_FALSE(first.kept == support::split_rows(stairs({50, 30}), 0.5, pleach::random_stream(8)).kept);
    CHECK(tests::row_of(first.kept, 1) == tests::row_of(support::split_rows(stairs({2, 30}), 0.5, stream).kept, 1));
}

TEST_CASE("Every item of a user is taken about equally often") {
    std::vector<int> times(10);
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
        for (const std::uint32_t item : support::split_rows(stairs({10}), 0.3, pleach::random_stream(seed)).taken.columns)
            ++times[item];
    for (const int count : times) {
        CHECK(count > 220);  // 300 expected, standard deviation 14.5
        CHECK(count < 380);
    }
}

TEST_CASE("A share of less than 0, or of 1 or more, is refused") {
    for (const double bad : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()})
        REQUIRE_THROWS_WITH_SENTENCE(support::split_rows(stairs({3}), bad, stream), std::invalid_argument,
                                     "at least 0 and below 1");
}

TEST_CASE("carve_validation moves train items only, and keeps the checksum of the data as read") {
    auto data = tests::read_folder("0 1 2 3 4\n1 5\n", "0 0\n");
    const auto before = data;
    support::carve_validation(data, 0.5, 3);
    CHECK(data.valid.size() == 2);
    CHECK(data.train.size() == 3);
    CHECK(data.test == before.test);
    CHECK(data.checksum == before.checksum);
    auto none = before;
    support::carve_validation(none, 0.0, 3);
    CHECK(none.train == before.train);
    CHECK(none.valid.size() == 0);
}

TEST_CASE("Validation from test takes a third of each user's test items, rounded up, and nothing from train") {
    auto data = tests::read_folder("0 1 2 3\n1 5\n2 4\n", "0 0 6 7 8\n1 0\n2 1 3 5\n");
    const auto before = data;
    support::carve_validation_from_test(data, 3);
    CHECK(data.train == before.train);
    CHECK((data.valid.row(0).size() == 2 && data.valid.row(1).size() == 1 && data.valid.row(2).size() == 1));
    CHECK((data.test.row(0).size() == 2 && data.test.row(1).empty() && data.test.row(2).size() == 2));
    for (std::size_t user = 0; user < 3; ++user)
        for (const std::uint32_t item : before.test.row(user))
            CHECK(data.test.contains(user, item) != data.valid.contains(user, item));
    CHECK(tests::notes_say(data, "not comparable"));
    REQUIRE_THROWS_WITH_SENTENCE(support::carve_validation_from_test(data, 3), std::invalid_argument, "has a validation part");
}

TEST_CASE("The validation part and the test part are drawn independently") {
    const support::csr whole = stairs({200});
    const auto test = support::split_rows(whole, 0.5, pleach::random_stream(1).fork("test"));
    const auto valid = support::split_rows(whole, 0.5, pleach::random_stream(1).fork("valid"));
    CHECK_FALSE(test.taken == valid.taken);
}

TEST_CASE("A single file is split by its seed, and says so") {
    const std::string text = [] {
        std::string lines;
        for (int user = 0; user < 4; ++user)
            for (int item = 0; item < 10; ++item) lines += std::to_string(user) + "," + std::to_string(item) + "\n";
        return lines;
    }();
    const auto data = tests::read_file("p.csv", text, {.seed = 5});
    CHECK(data.train.size() == 32);
    CHECK(data.test.size() == 8);
    CHECK(tests::notes_say(data, "took 20 % of each user's pairs at random, seed 5"));
    CHECK(data.checksum == tests::read_file("p.csv", text, {.seed = 5}).checksum);
    CHECK(data.checksum != tests::read_file("p.csv", text, {.seed = 6}).checksum);
}

TEST_CASE("describe names users, items, pairs, density and parts") {
    auto data = tests::read_folder("0 1 2 3 4\n1 5\n", "0 0\n");
    data.name = "small";
    CHECK(support::describe(data) == "small: 2 users, 6 items, 6 pairs (density 50 %): train 5, valid 0, test 1");
}

}  // namespace split_test
