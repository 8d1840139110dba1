// SPDX-License-Identifier: Apache-2.0
#include "support/model/bpr_sgd.hpp"

#include "support/catch.hpp"
#include "support/data/generated.hpp"
#include "support/model/metrics.hpp"
#include "support/model/sgd_trainer.hpp"

#include <pleach/init/normal.hpp>
#include <pleach/prune/magnitude.hpp>
#include <pleach/sparse/masked.hpp>

#include <array>
#include <numeric>
#include <set>

namespace bpr_sgd_test {

namespace {

using table_type = pleach::dense_table<float>;

const support::interactions& small_data() {
    static const support::interactions data = support::generate_interactions({.users = 300, .items = 400, .mean_items = 20});
    return data;
}

table_type first_rows(const support::interactions& data, std::size_t dim) {
    return table_type(data.users + data.items, dim, pleach::normal{.deviation = 0.1}, pleach::random_stream(5));
}

// The rows after some epochs.
table_type trained(const support::interactions& data, std::size_t dim, std::size_t epochs, std::uint64_t seed = 1) {
    table_type table = first_rows(data, dim);
    support::bpr_sgd loop(data.train, data.items, {.learning_rate = 0.05, .decay = 0.005}, pleach::random_stream(seed));
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        loop.begin_epoch(epoch);
        for (std::size_t p = 0; p < loop.pieces(); ++p) loop.train_piece(p, table.rows(), nullptr);
    }
    return table;
}

double recall(table_type& table, const support::interactions& data) {
    return support::evaluate(table.rows(), data.test, data.train, {20}, pleach::openmp{1}).at.front().recall;
}

// softplus(-x) + decay/2 (|u|^2 + |i|^2 + |j|^2).
double sample_loss(const std::array<std::vector<double>, 3>& rows, double decay) {
    double difference = 0, squares = 0;
    for (std::size_t c = 0; c < rows[0].size(); ++c) {
        difference += rows[0][c] * (rows[1][c] - rows[2][c]);
        for (const auto& row : rows) squares += row[c] * row[c];
    }
    return std::log1p(std::exp(-difference)) + decay / 2 * squares;
}

}  // namespace

TEST_CASE("A step moves its three rows against the gradient of its loss") {
    const pleach::random_stream stream(3);
    const double decay = 0.3, rate = 1e-3, h = 1e-5;
    for (const std::size_t dim : {1u, 7u, 64u}) {
        std::array<std::vector<double>, 3> rows;
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < dim; ++c) rows[r].push_back(0.5 * stream.normal(r, c));
        auto moved = rows;
        const double odds = support::bpr_step(moved[0].data(), moved[1].data(), moved[2].data(), dim, rate, decay);
        CHECK(std::log1p(odds) == tests::approx(sample_loss(rows, 0)).epsilon(1e-12));
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < dim; ++c) {
                auto up = rows, down = rows;
                up[r][c] += h;
                down[r][c] -= h;
                const double slope = (sample_loss(up, decay) - sample_loss(down, decay)) / (2 * h);
                CAPTURE(dim, r, c);
                CHECK(std::abs((rows[r][c] - moved[r][c]) / rate - slope) < 1e-8);
            }
    }
}

TEST_CASE("A step stays finite for score differences of any size") {
    for (const float size : {1e3F, 1e10F}) {
        for (const float sign : {-1.0F, 1.0F}) {
            std::vector<float> user(8, size), positive(8, sign), negative(8, 0);
            const float odds = support::bpr_step(user.data(), positive.data(), negative.data(), std::size_t{8}, 0.1F, 0.0F);
            CHECK(std::isfinite(odds));
            CHECK(std::isfinite(user[0]));
            CHECK(odds >= 0);
        }
    }
}

TEST_CASE("The filter passes every pair it was made of, and few others") {
    const support::csr& train = small_data().train;
    const support::pair_filter filter(train);
    std::size_t others = 0, passed = 0;
    for (std::uint32_t u = 0; u < train.rows(); ++u)
        for (std::uint32_t item = 0; item < small_data().items; ++item) {
            if (train.contains(u, item)) {
                CHECK(filter.may_contain(u, item));
            } else {
                ++others;
                passed += filter.may_contain(u, item);
            }
        }
    CHECK(passed < others / 20);
    CHECK_FALSE(support::pair_filter(support::csr{}).may_contain(0, 0));
}

TEST_CASE("No item that a user took stands against one that it took") {
    const support::interactions& data = small_data();
    support::bpr_sgd loop(data.train, data.items, {}, pleach::random_stream(1));
    std::vector<std::size_t> drawn(data.items, 0);
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
        loop.begin_epoch(epoch);
        for (std::size_t place = 0; place < data.train.size(); ++place) {
            const auto item = loop.negative(place);
            REQUIRE(item.has_value());
            REQUIRE_FALSE(data.train.contains(loop.pair(place).first, *item));
            ++drawn[*item];
        }
    }
    CHECK(std::ranges::count(drawn, std::size_t{0}) == 0);
}

TEST_CASE("A user who took all items but two is given both of them, one who took all is given none") {
    constexpr std::uint32_t items = 500;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::uint32_t item = 0; item < items; ++item) {
        if (item != 17 && item != 499) pairs.emplace_back(0, item);
        pairs.emplace_back(1, item);
    }
    const support::csr train = support::make_csr(2, pairs);
    support::bpr_sgd loop(train, items, {}, pleach::random_stream(1));
    std::set<std::uint32_t> given;
    for (std::size_t place = 0; place < train.size(); ++place) {
        const auto item = loop.negative(place);
        CHECK(item.has_value() == (loop.pair(place).first == 0));
        if (item) given.insert(*item);
    }
    CHECK(given == std::set<std::uint32_t>{17, 499});

    pleach::matrix<float> rows(2 + items, 4);
    CHECK(loop.train_piece(0, rows.view(), nullptr) > 0);
}

TEST_CASE("An epoch visits every pair once, each epoch in another order") {
    const support::interactions& data = small_data();
    support::bpr_sgd loop(data.train, data.items, {}, pleach::random_stream(1));
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t place = 0; place < data.train.size(); ++place) pairs.push_back(loop.pair(place));
    CHECK_FALSE(std::ranges::is_sorted(pairs));
    CHECK(support::make_csr(data.users, pairs) == data.train);

    // With rows of zeros every sample costs log 2, so the sum counts them.
    REQUIRE(loop.pieces() == (data.train.size() + support::bpr_sgd::piece_size - 1) / support::bpr_sgd::piece_size);
    pleach::matrix<float> rows(data.users + data.items, 8);
    double loss = 0;
    for (std::size_t p = 0; p < loop.pieces(); ++p) loss += loop.train_piece(p, rows.view(), nullptr);
    CHECK(loss == tests::approx(std::log(2.0) * static_cast<double>(data.train.size())).epsilon(1e-6));
}

TEST_CASE("The same seed gives the same bits, another seed does not") {
    for (const std::size_t dim : {20u, 32u, 64u}) {
        CHECK(trained(small_data(), dim, 3) == trained(small_data(), dim, 3));
        CHECK_FALSE(trained(small_data(), dim, 3, 1) == trained(small_data(), dim, 3, 2));
    }
}

TEST_CASE("Steps on generated data find its structure") {
    const support::interactions& data = small_data();
    table_type before = first_rows(data, 32), after = trained(data, 32, 60);
    CHECK(recall(after, data) > 3 * recall(before, data));
    CHECK(recall(after, data) > 0.15);
}

TEST_CASE("Entries that a mask killed stay zero while the others are trained") {
    const support::interactions& data = small_data();
    using masked_table = pleach::masked<table_type>;
    masked_table table(first_rows(data, 32));
    pleach::prune(table, pleach::magnitude{.fraction = 0.5});
    const masked_table before = table;
    int encoder = 0;
    support::sgd_trainer<masked_table> trainer(data, table, encoder, {.learning_rate = 0.05, .decay = 0.005},
                                               pleach::random_stream(1), pleach::openmp{1});
    for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
        trainer.begin_epoch(epoch);
        for (std::size_t p = 0; p < trainer.batches_per_epoch(); ++p) trainer.train_batch(p);
    }
    std::size_t moved = 0;
    for (std::uint32_t r = 0; r < table.size(); ++r)
        for (std::size_t c = 0; c < table.dim(); ++c) {
            const float x = trainer.table().row(r)[c];
            if (!before.mask().test(r, c)) REQUIRE((x == 0 && !std::signbit(x)));
            moved += x != before.row(r)[c];
        }
    CHECK(moved > table.size() * table.dim() / 4);
}

TEST_CASE("Training that diverges is told so") {
    const support::interactions& data = small_data();
    int encoder = 0;
    support::sgd_trainer<table_type> trainer(data, first_rows(data, 8), encoder, {.learning_rate = 1e30, .decay = 1},
                                             pleach::random_stream(1), pleach::openmp{1});
    CHECK_THROWS_AS(
        [&] {
            for (std::size_t p = 0; p < trainer.batches_per_epoch(); ++p) trainer.train_batch(p);
        }(),
        support::diverged);
}

}  // namespace bpr_sgd_test
