// SPDX-License-Identifier: Apache-2.0
#include "support/model/trainer.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"

#include <pleach/compose/constant.hpp>

#include <cmath>
#include <limits>

namespace trainer_test {

namespace {

constexpr std::size_t dim = 6;

using fixed_rows = pleach::constant<tests::dense>;
using support::loss_kind;
using support::training_options;

template <class Table, class Encoder>
support::model_parameters<Table> trained_model(const support::interactions& data, support::model_parameters<Table> model,
                                               Encoder encoder, const training_options& options, int threads,
                                               std::size_t epochs = 2) {
    support::trainer<Table, Encoder> trainer(data, std::move(model), encoder, options, pleach::random_stream(1),
                                             pleach::openmp{threads});
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        trainer.begin_epoch(epoch);
        for (std::size_t b = 0; b < trainer.batches_per_epoch(); ++b) static_cast<void>(trainer.train_batch(b));
    }
    trainer.catch_up();
    return trainer.model();
}

template <class Table, class Encoder>
Table trained(const support::interactions& data, Table table, Encoder encoder, const training_options& options, int threads) {
    return trained_model(data, support::model_parameters<Table>(std::move(table)), encoder, options, threads).table;
}

std::vector<training_options> every_loss() {
    return {{.loss = loss_kind::bpr, .batch = 300, .negatives = 2, .learning_rate = 0.01},
            {.loss = loss_kind::softmax, .batch = 300, .negatives = 20, .learning_rate = 0.01, .spares_known = true},
            {.loss = loss_kind::softmax,
             .batch = 300,
             .negatives = 20,
             .learning_rate = 0.01,
             .dropout = 0.25,
             .sampler = support::sampling::users},
            {.loss = loss_kind::ccl, .ccl_options = {.margin = 0.2}, .batch = 300, .negatives = 20, .learning_rate = 0.01}};
}

// Matrix factorization by BPR and dense Adam, in double, row by row: what two epochs of the trainer must come to. The last
// column is that of biases, which are 0 throughout without.
std::vector<std::vector<double>> slow_factorization(const support::interactions& data, const tests::dense& first,
                                                    const training_options& options, std::size_t epochs, bool has_biases) {
    const std::size_t nodes = data.users + data.items;
    std::vector<std::vector<double>> w, zero(nodes, std::vector<double>(dim + 1, 0));
    for (std::uint32_t n = 0; n < nodes; ++n) {
        w.emplace_back(first.row(n).begin(), first.row(n).end());
        w.back().push_back(0);
    }
    auto m = zero, v = zero;
    support::epoch_sampler sampler(data.train, data.items, options.sampler, pleach::random_stream(1));
    double step = 0;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        sampler.begin_epoch(epoch);
        for (std::size_t begin = 0; begin < sampler.size(); begin += options.batch) {
            auto g = zero;
            const std::size_t end = std::min(begin + options.batch, sampler.size());
            const double share = 1 / static_cast<double>(end - begin);
            for (std::size_t i = begin; i < end; ++i) {
                const auto [user, item] = sampler.pair(i);
                for (std::size_t j = 0; j < options.negatives; ++j) {
                    const std::size_t p = data.users + item, q = data.users + sampler.negative(user, i, j);
                    double x = w[q][dim] - w[p][dim];
                    for (std::size_t c = 0; c < dim; ++c) x += w[user][c] * (w[q][c] - w[p][c]);
                    // A triple: its loss, and the decay of its three rows, but not of biases.
                    const double triple = share / static_cast<double>(options.negatives), pull = triple / (1 + std::exp(-x));
                    for (std::size_t c = 0; c < dim; ++c) {
                        g[user][c] += pull * (w[q][c] - w[p][c]) + options.decay * triple * w[user][c];
                        g[q][c] += pull * w[user][c] + options.decay * triple * w[q][c];
                        g[p][c] += -pull * w[user][c] + options.decay * triple * w[p][c];
                    }
                    if (has_biases) {
                        g[q][dim] += pull;
                        g[p][dim] -= pull;
                    }
                }
            }
            step += 1;
            for (std::size_t n = 0; n < nodes; ++n)
                for (std::size_t c = 0; c <= dim; ++c) {
                    m[n][c] = 0.9 * m[n][c] + 0.1 * g[n][c];
                    v[n][c] = 0.999 * v[n][c] + 0.001 * g[n][c] * g[n][c];
                    const double mean = m[n][c] / (1 - std::pow(0.9, step)), square = v[n][c] / (1 - std::pow(0.999, step));
                    w[n][c] -= options.learning_rate * mean / (std::sqrt(square) + 1e-8);
                }
        }
    }
    return w;
}

}  // namespace

TEST_CASE("Two epochs of matrix factorization come to what a slow loop in double comes to, with biases and without") {
    const auto data = tests::small_data();
    const training_options options{.batch = 250, .negatives = 2, .learning_rate = 0.01, .decay = 0.3};
    const auto first = tests::first_rows(data, dim, 0.5);
    for (const bool has_biases : {false, true}) {
        CAPTURE(has_biases);
        const auto biases = has_biases ? support::item_biases(data.items) : support::item_biases();
        const auto fast = trained_model<tests::dense>(data, {first, biases}, support::factorization_encoder(), options, 2);
        const auto slow = slow_factorization(data, first, options, 2, has_biases);
        double worst = 0, moved = 0, worst_bias = 0, largest_bias = 0;
        for (std::uint32_t n = 0; n < first.size(); ++n)
            for (std::size_t c = 0; c < dim; ++c) {
                worst = std::max(worst, std::abs(static_cast<double>(fast.table.row(n)[c]) - slow[n][c]));
                moved = std::max(moved, std::abs(static_cast<double>(first.row(n)[c]) - slow[n][c]));
            }
        CHECK(moved > 0.05);
        CHECK(worst < 1e-4);
        REQUIRE(fast.biases.values().size() == (has_biases ? data.items : 0));
        for (std::size_t i = 0; i < fast.biases.values().size(); ++i) {
            const double bias = slow[data.users + i][dim];
            worst_bias = std::max(worst_bias, std::abs(static_cast<double>(fast.biases.values()[i]) - bias));
            largest_bias = std::max(largest_bias, std::abs(bias));
        }
        CHECK(worst_bias < 1e-4);
        CHECK((largest_bias > 0.05) == has_biases);
    }
}

TEST_CASE("Biases train to the same bits for 1, 2 and 7 threads") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    for (training_options options : every_loss()) {
        if (options.loss == loss_kind::ccl) continue;
        options.softmax_options.kind = support::similarity::dot;
        const support::model_parameters<tests::dense> first{tests::first_rows(data, dim), support::item_biases(data.items)};
        const auto train = [&](int threads) {
            return trained_model(data, first, support::lightgcn_encoder(graph, dim, 2), options, threads);
        };
        const auto one = train(1);
        CHECK_FALSE(one.biases == first.biases);
        for (const int threads : {2, 7}) {
            const auto more = train(threads);
            CHECK(more.biases == one.biases);
            CHECK(tests::same_table(more.table, one.table));
        }
    }
}

TEST_CASE("A table that is held keeps its values while biases train, to what a table that cannot move would give") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    const auto first = tests::first_rows(data, dim);
    const support::lightgcn_encoder encoder(graph, dim, 2);
    const training_options held{.batch = 300, .learning_rate = 0.01, .decay = 0.3, .holds_table = true};
    const auto model = trained_model<tests::dense>(data, {first, support::item_biases(data.items)}, encoder, held, 2);
    CHECK(tests::same_table(model.table, first));
    training_options moving = held;
    moving.holds_table = false;
    const support::model_parameters<fixed_rows> fixed{fixed_rows(first), support::item_biases(data.items)};
    CHECK(trained_model(data, fixed, encoder, moving, 2).biases == model.biases);
    CHECK_FALSE(model.biases == support::item_biases(data.items));
}

TEST_CASE("Scored rows of a model with biases end in 1 for a user and in the bias of an item") {
    const auto data = tests::small_data();
    support::item_biases biases(data.items);
    for (std::size_t i = 0; i < data.items; ++i) biases.values()[i] = static_cast<float>(i) / 8;
    support::factorization_encoder encoder;
    support::trainer<tests::dense, support::factorization_encoder> trainer(
        data, {tests::first_rows(data, dim), biases}, encoder, {}, pleach::random_stream(1), pleach::openmp{1});
    pleach::matrix<float> all(data.users + data.items, dim + 1);
    trainer.encode_all(all.view());
    for (std::size_t n = 0; n < all.rows(); ++n) {
        CHECK(all.row(n)[dim] == (n < data.users ? 1.0F : static_cast<float>(n - data.users) / 8));
        CHECK(std::ranges::equal(all.row(n).first(dim), trainer.table().row(static_cast<std::uint32_t>(n))));
    }
}

TEST_CASE("Training gives the same bits for 1, 2 and 7 threads, for every loss and both models") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    const auto check = [&](auto encoder, const training_options& options) {
        const auto one = trained(data, tests::first_rows(data, dim), encoder, options, 1);
        CHECK_FALSE(tests::same_table(one, tests::first_rows(data, dim)));
        CHECK(tests::same_table(trained(data, tests::first_rows(data, dim), encoder, options, 2), one));
        CHECK(tests::same_table(trained(data, tests::first_rows(data, dim), encoder, options, 7), one));
    };
    for (const training_options& options : every_loss()) {
        check(support::factorization_encoder(), options);
        check(support::lightgcn_encoder(graph, dim, 2), options);
    }
}

TEST_CASE("A masked table with every entry alive trains to the bits of a dense one") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    for (const training_options& options : every_loss()) {
        const auto first = tests::first_rows(data, dim);
        const support::factorization_encoder rows;
        const support::lightgcn_encoder propagated(graph, dim, 2);
        CHECK(tests::same_table(trained(data, tests::masked(first), rows, options, 2).base(),
                                trained(data, first, rows, options, 2)));
        CHECK(tests::same_table(trained(data, tests::masked(first), propagated, options, 2).base(),
                                trained(data, first, propagated, options, 2)));
    }
}

TEST_CASE("Dead entries are zero after training, and the others moved") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    const auto mask = tests::random_mask(data.users + data.items, dim, 0.5);
    const tests::masked first(tests::first_rows(data, dim), mask);
    for (const training_options& options : every_loss()) {
        const auto after = trained(data, first, support::lightgcn_encoder(graph, dim, 2), options, 2);
        std::size_t moved = 0;
        for (std::uint32_t n = 0; n < after.size(); ++n)
            for (std::size_t c = 0; c < dim; ++c) {
                if (!mask.test(n, c)) REQUIRE(after.row(n)[c] == 0);
                moved += mask.test(n, c) && after.row(n)[c] != first.row(n)[c];
            }
        CHECK(moved > mask.count() * 9 / 10);
    }
}

TEST_CASE("The loss falls") {
    const auto data = tests::small_data();
    support::factorization_encoder encoder;
    for (const training_options& options : every_loss()) {
        support::trainer<tests::dense, support::factorization_encoder> trainer(
            data, tests::first_rows(data, dim), encoder, options, pleach::random_stream(1), pleach::openmp{2});
        double first = 0, last = 0;
        for (std::size_t epoch = 0; epoch < 20; ++epoch) {
            trainer.begin_epoch(epoch);
            last = 0;
            for (std::size_t b = 0; b < trainer.batches_per_epoch(); ++b) last += trainer.train_batch(b);
            if (epoch == 0) first = last;
        }
        CHECK(last < 0.95 * first);
    }
}

TEST_CASE("Every row counts the steps that it missed before it is scored") {
    const auto data = tests::small_data();
    support::factorization_encoder encoder;
    support::trainer<tests::dense, support::factorization_encoder> trainer(data, tests::first_rows(data, dim), encoder,
                                                                           {.batch = 20, .learning_rate = 0.01},
                                                                           pleach::random_stream(1), pleach::openmp{1});
    trainer.begin_epoch(0);
    for (std::size_t b = 0; b < 5; ++b) static_cast<void>(trainer.train_batch(b));
    const tests::dense behind = trainer.table();
    pleach::matrix<float> all(data.users + data.items, dim);
    trainer.encode_all(all.view());
    CHECK_FALSE(tests::same_table(behind, trainer.table()));
    CHECK(tests::same_bits(all.elements(), std::span(trainer.table().rows().data(), all.elements().size())));
}

TEST_CASE("Where training compares cosines, items are scored at unit length") {
    const auto data = tests::small_data();
    support::factorization_encoder encoder;
    support::trainer<tests::dense, support::factorization_encoder> trainer(
        data, tests::first_rows(data, dim), encoder, {.loss = loss_kind::softmax}, pleach::random_stream(1), pleach::openmp{1});
    pleach::matrix<float> all(data.users + data.items, dim);
    trainer.encode_all(all.view());
    for (std::size_t n = data.users; n < all.rows(); ++n)
        CHECK(pleach::dot(all.row(n).data(), all.row(n).data(), dim) == tests::approx(1.0).epsilon(1e-5));
}

TEST_CASE("A loss that is not finite stops training with advice, and leaves the table") {
    const auto data = tests::small_data();
    auto first = tests::first_rows(data, dim);
    for (std::uint32_t n = 0; n < first.size(); ++n) first.row(n)[0] = std::numeric_limits<float>::quiet_NaN();
    support::factorization_encoder encoder;
    support::trainer<tests::dense, support::factorization_encoder> trainer(data, first, encoder, {}, pleach::random_stream(1),
                                                                           pleach::openmp{1});
    trainer.begin_epoch(0);
    REQUIRE_THROWS_WITH_SENTENCE(trainer.train_batch(0), support::diverged, "a smaller --lr");
    CHECK(tests::same_table(trainer.table(), first));
}

TEST_CASE("Dropout changes the scores of a batch") {
    for (const double share : {0.01, 0.3, 0.9}) {  // dropout.test.cpp counts what is dropped
        const auto data = tests::small_data();
        auto first = tests::first_rows(data, dim);
        for (std::uint32_t n = 0; n < first.size(); ++n) std::ranges::fill(first.row(n), 1.0F);
        support::factorization_encoder encoder;
        // Scores are what is left of dim products of ones: their mean, and so the mean loss, moves with the share.
        support::trainer<tests::dense, support::factorization_encoder> trainer(
            data, first, encoder, {.batch = 100'000, .learning_rate = 1e-9, .decay = 0, .dropout = share},
            pleach::random_stream(1), pleach::openmp{1});
        trainer.begin_epoch(0);
        const double loss = trainer.train_batch(0) / static_cast<double>(data.train.size());
        CAPTURE(share, loss);
        CHECK(loss > std::log(2.0));  // of rows without a value left, or all of them, it would be exactly this
    }
}

TEST_CASE("Rows whose scores are not finite are seen after the last step too") {
    pleach::matrix<float> rows(3, 2);
    std::ranges::fill(rows.elements(), 1.0F);
    support::require_scores(rows.view(), 2);
    rows.row(0)[0] = 1e20F;
    support::require_scores(rows.view(), 2);
    rows.row(2)[0] = 1e20F;
    REQUIRE_THROWS_WITH_SENTENCE(support::require_scores(rows.view(), 2), support::diverged, "scores overflow");
    rows.row(1)[1] = std::numeric_limits<float>::infinity();
    REQUIRE_THROWS_WITH_SENTENCE(support::require_scores(rows.view(), 2), support::diverged,
                                 "row 1 has a value that is not finite");
}

}  // namespace trainer_test
