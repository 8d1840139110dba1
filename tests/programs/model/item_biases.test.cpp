// SPDX-License-Identifier: Apache-2.0
#include "support/model/item_biases.hpp"

#include "support/catch.hpp"
#include "support/model/losses.hpp"
#include "support/tables.hpp"

#include <pleach/kernel/dot.hpp>

#include <cmath>

namespace item_biases_test {

namespace {

constexpr std::size_t users = 6, items = 9, dim = 4;

support::batch_builder some_batch(std::size_t negatives, bool is_shared) {
    support::batch_builder builder(users + items);
    const auto item = [](std::size_t s, std::size_t j) { return static_cast<std::uint32_t>(users + (3 * s + 2 * j) % items); };
    for (std::uint32_t s = 0; s < users; ++s) {
        builder.add_sample(s, item(s, 0));
        for (std::size_t j = 0; !is_shared && j < negatives; ++j) builder.add_negative(item(s, j + 1), negatives);
    }
    for (std::size_t j = 0; is_shared && j < negatives; ++j) builder.add_shared_negative(item(1, j));
    return builder;
}

// The gradient of the biases under loss(batch, rows, gradient), against differences of the loss in each bias.
template <class Loss>
void check_gradient(const support::training_batch& batch, Loss&& loss) {
    support::item_biases biases(items);
    for (std::size_t i = 0; i < items; ++i) biases.values()[i] = 0.1F * static_cast<float>(i) - 0.3F;
    const auto table = tests::normal_table<float>(users + items, dim, 5);
    pleach::matrix<float> rows(batch.nodes.size(), dim + 1);
    for (std::size_t r = 0; r < batch.nodes.size(); ++r) std::ranges::copy(table.row(batch.nodes[r]), rows.row(r).begin());
    const auto at = [&](pleach::matrix_view<float> gradient) {
        biases.write(batch.nodes, users, rows.view());
        return loss(batch, std::as_const(rows).view(), gradient);
    };
    pleach::matrix<float> gradient(batch.nodes.size(), dim + 1), unused(batch.nodes.size(), dim + 1);
    static_cast<void>(at(gradient.view()));
    pleach::row_gradient<float> of_biases = biases.table().make_gradient();
    biases.pull_back(batch.nodes, users, gradient.view(), of_biases);
    double largest = 0;
    for (std::size_t i = 0; i < items; ++i) {
        constexpr float h = 1e-2F;
        const float bias = biases.values()[i];
        biases.values()[i] = bias + h;
        const double above = at(unused.view());
        biases.values()[i] = bias - h;
        const double below = at(unused.view());
        biases.values()[i] = bias;
        const double slope = (above - below) / (2 * static_cast<double>(h));
        CHECK(static_cast<double>(of_biases.row(0)[i]) == tests::approx(slope).margin(2e-5));
        largest = std::max(largest, std::abs(slope));
    }
    CHECK(largest > 0.01);
}

}  // namespace

TEST_CASE("The gradient of biases is the slope of the loss, under bpr and softmax") {
    const pleach::openmp two{2};
    for (const std::size_t negatives : {std::size_t{1}, std::size_t{3}})
        check_gradient(some_batch(negatives, false).batch(),
                       [&](const auto& batch, auto rows, auto gradient) { return support::bpr(batch, rows, gradient, two); });
    const auto shared = some_batch(5, true);
    const std::vector<float> inclusion(shared.batch().nodes.size(), 0.5F);
    check_gradient(shared.batch(), [&](const auto& batch, auto rows, auto gradient) {
        const support::softmax_loss loss{.kind = support::similarity::dot, .temperature = 0.7};
        return support::softmax(loss, batch, inclusion, rows, gradient, two);
    });
}

TEST_CASE("A dot product of scored rows is the product of the rows, plus the bias of the item") {
    support::item_biases biases(items);
    biases.values()[4] = 0.75F;
    pleach::matrix<float> rows(users + items, dim + 1);
    std::ranges::fill(rows.elements(), 0.5F);
    biases.write_all(users, rows.view());
    const auto score = [&](std::size_t u, std::size_t i) {
        return pleach::dot(rows.row(u).data(), rows.row(users + i).data(), dim + 1);
    };
    CHECK(score(2, 4) == 0.25F * dim + 0.75F);
    CHECK(score(2, 3) == 0.25F * dim);
}

TEST_CASE("A model without biases has no column and no values") {
    const support::item_biases none;
    CHECK(none.is_empty());
    CHECK(none.columns() == 0);
    CHECK(none.values().empty());
    pleach::matrix<float> rows(users + items, dim);
    none.write_all(users, rows.view());
    CHECK(rows == pleach::matrix<float>(users + items, dim));
}

}  // namespace item_biases_test
