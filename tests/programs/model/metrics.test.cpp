// SPDX-License-Identifier: Apache-2.0
#include "support/model/metrics.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <numeric>

namespace metrics_test {

namespace {

using pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

struct ranked_set {
    pleach::matrix<float> rows;  // users, then items
    support::csr relevant;
    support::csr known;
    std::size_t items = 0;
};

// Random rows, and for each pair of user and item a die: relevant, known, or nothing.
ranked_set random_set(std::size_t users, std::size_t items, std::uint64_t seed) {
    ranked_set set{pleach::matrix<float>(tests::normal_table<float>(users + items, 6, seed).rows()), {}, {}, items};
    const pleach::random_stream die = pleach::random_stream(seed).fork("die");
    pairs relevant, known;
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t i = 0; i < items; ++i) {
            const double x = die.uniform(u, i);
            if (x < 0.05) relevant.emplace_back(u, i);
            if (x > 0.8) known.emplace_back(u, i);
        }
    set.relevant = support::make_csr(users, relevant);
    set.known = support::make_csr(users, known);
    return set;
}

// Recall, NDCG, precision and hit as textbooks write them: sort all items, walk down the list.
support::ranking_quality textbook(const ranked_set& set, std::size_t k) {
    support::ranking_quality mean{.k = k};
    double users = 0;
    for (std::size_t u = 0; u < set.relevant.rows(); ++u) {
        const auto wanted = set.relevant.row(u);
        if (wanted.empty()) continue;
        std::vector<std::pair<double, std::uint32_t>> order;
        for (std::uint32_t i = 0; i < set.items; ++i) {
            double score = 0;
            for (std::size_t c = 0; c < set.rows.cols(); ++c)
                score +=
                    static_cast<double>(set.rows.row(u)[c]) * static_cast<double>(set.rows.row(set.relevant.rows() + i)[c]);
            if (!set.known.contains(u, i)) order.emplace_back(-score, i);
        }
        std::ranges::sort(order);
        double hits = 0, gain = 0, ideal = 0;
        for (std::size_t rank = 1; rank <= std::min(k, order.size()); ++rank) {
            if (!set.relevant.contains(u, order[rank - 1].second)) continue;
            hits += 1;
            gain += 1 / std::log2(static_cast<double>(rank) + 1);
        }
        for (std::size_t rank = 1; rank <= std::min(k, wanted.size()); ++rank)
            ideal += 1 / std::log2(static_cast<double>(rank) + 1);
        mean.recall += hits / static_cast<double>(wanted.size());
        mean.precision += hits / static_cast<double>(k);
        mean.hit += hits > 0 ? 1 : 0;
        mean.ndcg += gain / ideal;
        users += 1;
    }
    mean.recall /= users;
    mean.precision /= users;
    mean.hit /= users;
    mean.ndcg /= users;
    return mean;
}

support::evaluation evaluated(ranked_set& set, const std::vector<std::size_t>& ks, int threads = 2) {
    return support::evaluate(set.rows.view(), set.relevant, set.known, ks, pleach::openmp{threads});
}

void check_near(const support::ranking_quality& a, const support::ranking_quality& b) {
    CHECK(a.k == b.k);
    CHECK(a.recall == tests::approx(b.recall).epsilon(1e-12));
    CHECK(a.ndcg == tests::approx(b.ndcg).epsilon(1e-12));
    CHECK(a.precision == tests::approx(b.precision).epsilon(1e-12));
    CHECK(a.hit == tests::approx(b.hit).epsilon(1e-12));
}

}  // namespace

TEST_CASE("A list of 20 with three relevant items, hit at ranks 1 and 3, has the worked values") {
    std::vector<bool> is_hit(20, false);
    is_hit[0] = is_hit[2] = true;
    const support::ranking_quality q = support::quality_of_list(is_hit, 3, 20);
    CHECK(q.recall == tests::approx(2.0 / 3).epsilon(1e-12));
    CHECK(q.ndcg == tests::approx(0.703918).epsilon(1e-6));
    CHECK(q.precision == tests::approx(0.1).epsilon(1e-12));
    CHECK(q.hit == 1);
}

TEST_CASE("The best list has NDCG 1 also where more items are relevant than fit, and recall below 1") {
    const support::ranking_quality q = support::quality_of_list(std::vector<bool>(5, true), 8, 5);
    CHECK(q.ndcg == tests::approx(1.0).epsilon(1e-12));
    CHECK(q.recall == tests::approx(5.0 / 8).epsilon(1e-12));
}

TEST_CASE("Evaluation agrees with the textbook for random rows and several lengths of lists") {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        ranked_set set = random_set(60, 90, seed);
        const auto result = evaluated(set, {1, 5, 20, 200});
        for (const support::ranking_quality& q : result.at) check_near(q, textbook(set, q.k));
    }
}

TEST_CASE("Equal scores are ranked by smaller id, and users with a zero row are counted") {
    ranked_set set = random_set(4, 50, 7);
    std::ranges::fill(set.rows.elements(), 0.0F);
    set.relevant = support::make_csr(4, pairs{{0, 19}, {1, 20}, {2, 0}});
    set.known = support::make_csr(4, pairs{{0, 3}});
    const auto result = evaluated(set, {20});
    CHECK(result.users == 3);
    CHECK(result.zero_users == 3);
    // User 0 ranks item 19 nineteenth, as 3 is left out; user 1 misses item 20; user 2 has item 0 first.
    CHECK(result.at.front().recall == tests::approx(2.0 / 3).epsilon(1e-12));
    CHECK(result.at.front().ndcg == tests::approx((1 / std::log2(20.0) + 1) / 3).epsilon(1e-12));
}

TEST_CASE("Items known from training take no place in the list") {
    ranked_set set{pleach::matrix<float>(3, 1), support::make_csr(1, pairs{{0, 1}}), support::make_csr(1, pairs{{0, 0}}), 2};
    set.rows.row(0)[0] = 1;
    set.rows.row(1)[0] = 5;
    set.rows.row(2)[0] = 1;
    CHECK(evaluated(set, {1}).at.front().recall == 1);
    set.known = support::make_csr(1, pairs{});
    CHECK(evaluated(set, {1}).at.front().recall == 0);
}

TEST_CASE("Numbering users and items otherwise changes no metric") {
    ranked_set set = random_set(30, 40, 5);
    ranked_set other = random_set(30, 40, 5);
    const auto user = [](std::size_t u) { return static_cast<std::uint32_t>((7 * u + 3) % 30); };
    const auto item = [](std::size_t i) { return static_cast<std::uint32_t>((11 * i + 6) % 40); };
    pairs relevant, known;
    for (std::size_t u = 0; u < 30; ++u) {
        for (const std::uint32_t i : set.relevant.row(u)) relevant.emplace_back(user(u), item(i));
        for (const std::uint32_t i : set.known.row(u)) known.emplace_back(user(u), item(i));
        std::ranges::copy(set.rows.row(u), other.rows.row(user(u)).begin());
    }
    for (std::size_t i = 0; i < 40; ++i) std::ranges::copy(set.rows.row(30 + i), other.rows.row(30 + item(i)).begin());
    other.relevant = support::make_csr(30, relevant);
    other.known = support::make_csr(30, known);
    check_near(evaluated(set, {10}).at.front(), evaluated(other, {10}).at.front());
}

TEST_CASE("Recall and hit never fall as lists grow") {
    ranked_set set = random_set(40, 60, 9);
    std::vector<std::size_t> ks(60);
    std::iota(ks.begin(), ks.end(), std::size_t{1});
    const auto result = evaluated(set, ks);
    for (std::size_t i = 1; i < ks.size(); ++i) {
        CHECK(result.at[i].recall >= result.at[i - 1].recall);
        CHECK(result.at[i].hit >= result.at[i - 1].hit);
    }
    CHECK(result.at.back().recall == tests::approx(1.0).epsilon(1e-12));
}

TEST_CASE("Evaluation gives the same bits for 1, 2 and 7 threads") {
    ranked_set set = random_set(400, 150, 11);
    const auto one = evaluated(set, {5, 20}, 1);
    CHECK(evaluated(set, {5, 20}, 2).at == one.at);
    CHECK(evaluated(set, {5, 20}, 7).at == one.at);
}

TEST_CASE("Without a relevant item nobody is evaluated") {
    ranked_set set = random_set(5, 8, 1);
    set.relevant = support::make_csr(5, pairs{});
    const auto result = evaluated(set, {20});
    CHECK(result.users == 0);
    CHECK(result.at.front().k == 20);
    CHECK(std::isnan(result.at.front().recall));  // no number: 0 would say that everybody was missed
    CHECK(std::isnan(result.at.front().ndcg));
}

TEST_CASE("Lists longer than the catalogue cost and say what lists of all items do") {
    ranked_set set = random_set(20, 30, 5);
    const auto all = evaluated(set, {30}).at.front(), more = evaluated(set, {4'000'000'000}).at.front();
    CHECK(more.recall == all.recall);
    CHECK(more.ndcg == all.ndcg);
    CHECK(more.precision == tests::approx(all.precision * 30 / 4e9).epsilon(1e-9));
}

}  // namespace metrics_test
