// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_model.hpp"

#include "support/catch.hpp"
#include "support/ctr/click_metrics.hpp"

#include <cmath>

namespace click_model_test {

using support::click_model_kind;

namespace {

/// Three examples of two fields, the first of which may have two values, with weights; two numbers; two tasks.
support::click_data three_examples(std::size_t tasks) {
    support::click_data data;
    data.fields = {"a", "b"};
    data.numeric = {"x", "y"};
    data.tasks.resize(tasks, "t");
    data.field_starts = {0, 3, 5};
    data.train.offsets = {0, 2, 5, 7};
    data.train.ids = {0, 3, 0, 2, 4, 1, 3};
    data.train.weights = {1, 1, 0.5F, 2, 1, 1, -1};
    data.train.numbers = {0.5F, -1, 2, 0.25F, -0.75F, 1};
    for (const int label : {1, 0, 0, 0, 1, 1}) data.train.labels.push_back(static_cast<std::uint8_t>(label));
    data.train.labels.resize(3 * tasks);
    return data;
}

struct parameters {
    pleach::matrix<float> rows, linear;
    std::vector<float> weights, offsets;

    template <class F>
    void for_each(F&& f) {
        f(rows.elements());
        f(linear.elements());
        f(std::span(weights));
        f(std::span(offsets));
    }
    [[nodiscard]] support::click_values<const float> read() const { return {rows.view(), linear.view(), weights, offsets}; }
};

parameters some(const support::click_model& model, std::size_t ids) {
    const auto& shape = model.shape();
    parameters all{pleach::matrix<float>(ids, shape.dim), pleach::matrix<float>(ids, shape.tasks),
                   std::vector<float>(model.weights()), std::vector<float>(model.offsets())};
    const pleach::random_stream stream(7);
    std::uint64_t at = 0;
    all.for_each([&](std::span<float> values) {
        for (float& x : values) x = static_cast<float>(0.4 * stream.normal(at++));
    });
    return all;
}

}  // namespace

TEST_CASE("The gradient of each model is that of its loss") {
    const auto kind = GENERATE(click_model_kind::fm, click_model_kind::deepfm, click_model_kind::dlrm);
    const std::size_t tasks = GENERATE(std::size_t{1}, std::size_t{2});
    const support::click_data data = three_examples(tasks);
    support::click_batches batches(data);
    const std::uint32_t examples[] = {0, 1, 2};
    const support::click_batch& batch = batches.take(data.train, examples);
    support::click_model model({.kind = kind,
                                .fields = 2,
                                .numbers = 2,
                                .tasks = tasks,
                                .dim = 3,
                                .hidden = {5, 4},
                                .bottom = {3},
                                .dropout = kind == click_model_kind::deepfm ? 0.25 : 0.0});
    parameters at = some(model, batch.ids.size()), gradient = at, unused = at;
    const std::optional<std::size_t> task =
        tasks == 2 && kind == click_model_kind::dlrm ? std::optional<std::size_t>(1) : std::nullopt;
    const auto loss = [&](parameters& into) {
        return model.pull_back(batch, at.read(), {into.rows.view(), into.linear.view(), into.weights, into.offsets}, task,
                               pleach::random_stream(3), pleach::openmp{1});
    };
    loss(gradient);
    std::vector<float> found;
    gradient.for_each([&](std::span<float> values) { found.insert(found.end(), values.begin(), values.end()); });
    std::size_t next = 0, wrong = 0;
    at.for_each([&](std::span<float> values) {
        for (float& x : values) {
            const float before = x, step = 2e-3F;
            x = before + step;
            const double above = loss(unused);
            x = before - step;
            const double below = loss(unused);
            x = before;
            const double expected = (above - below) / (2 * double{step});
            if (std::abs(found[next++] - expected) > 2e-3 + 0.02 * std::abs(expected)) ++wrong;
        }
    });
    CAPTURE(kind, tasks);
    CHECK(wrong == 0);
}

TEST_CASE("A factorization machine scores pairs of values as its formula says") {
    const support::click_data data = three_examples(1);
    support::click_batches batches(data);
    const std::uint32_t second[] = {1};
    const support::click_batch& batch = batches.take(data.train, second);
    support::click_model model(
        {.kind = click_model_kind::fm, .fields = 2, .numbers = 2, .tasks = 1, .dim = 3, .hidden = {}, .bottom = {}});
    const parameters at = some(model, batch.ids.size());
    const float x[] = {0.5F, 2, 1};
    double expected = at.offsets[0];
    for (std::size_t i = 0; i < 3; ++i) {
        expected += double{x[i]} * double{at.linear.row(i)[0]};
        for (std::size_t j = i + 1; j < 3; ++j)
            for (std::size_t c = 0; c < 3; ++c)
                expected += double{x[i]} * double{x[j]} * double{at.rows.row(i)[c]} * double{at.rows.row(j)[c]};
    }
    pleach::matrix<float> logits(1, 1);
    model.logits(batch, at.read(), logits.view(), pleach::openmp{1});
    CHECK(std::abs(double{logits.row(0)[0]} - expected) < 1e-5);
}

TEST_CASE("AUC counts ties half, and calibration compares sums") {
    const std::vector<float> logits{0, 0, 0, 1, -1};
    const std::vector<std::uint8_t> labels{1, 0, 0, 1, 0};
    const support::click_quality q = support::measure_clicks(logits, labels);
    CHECK(q.auc == (2 * 0.5 + 1 + 3) / 6);
    const double p = 1 / (1 + std::exp(-1.0));
    CHECK(std::abs(q.calibration - (1.5 + p + 1 - p) / 2) < 1e-12);
    CHECK(std::abs(q.log_loss - (3 * std::log(2.0) - 2 * std::log(p)) / 5) < 1e-12);
    CHECK(std::isnan(support::measure_clicks(logits, std::vector<std::uint8_t>(5, 1)).auc));
    CHECK(std::isfinite(support::measure_clicks(std::vector<float>{-1e30F}, std::vector<std::uint8_t>{1}).log_loss));
}

}  // namespace click_model_test
