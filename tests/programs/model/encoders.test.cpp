// SPDX-License-Identifier: Apache-2.0
#include "support/model/encoders.hpp"

#include "support/catch.hpp"
#include "support/small_data.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>

#include <cmath>

namespace encoders_test {

namespace {

constexpr std::size_t dim = 6;
const pleach::openmp two{2};

// Rows that can only be looked up, with a gradient type of its own: what a compositional table looks like from outside.
class lookup_only {
public:
    using value_type = float;
    using id_type = std::uint32_t;
    struct gradient_type {
        pleach::row_gradient<float> rows;
    };

    explicit lookup_only(tests::dense base) : base_(std::move(base)) {}
    [[nodiscard]] std::size_t size() const { return base_.size(); }
    [[nodiscard]] std::size_t dim() const { return base_.dim(); }
    void lookup(id_type id, std::span<float> out) const { base_.lookup(id, out); }
    [[nodiscard]] gradient_type make_gradient() const { return {base_.make_gradient()}; }
    void accumulate(id_type id, std::span<const float> upstream, gradient_type& gradient) const {
        base_.accumulate(id, upstream, gradient.rows);
    }
    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        base_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        base_.for_each_parameter(gradient.rows, visit);
    }

private:
    tests::dense base_;
};

support::batch_builder some_batch(const support::interactions& data) {
    support::batch_builder builder(data.users + data.items);
    for (std::uint32_t u = 0; u < 30; u += 3) {
        builder.add_sample(u, static_cast<std::uint32_t>(data.users + data.train.row(u).front()));
        builder.add_negative(static_cast<std::uint32_t>(data.users + (u * 7) % data.items), 1);
    }
    return builder;
}

template <class Table>
using adam_of = pleach::optimizer<Table, pleach::adam>;

double inner(pleach::matrix_view<const float> a, pleach::matrix_view<const float> b) {
    double sum = 0;
    for (std::size_t r = 0; r < a.rows(); ++r)
        for (std::size_t c = 0; c < a.cols(); ++c) sum += static_cast<double>(a.row(r)[c]) * static_cast<double>(b.row(r)[c]);
    return sum;
}

// The encoder's gradient for these upstream rows, with decay 0.
template <class Table, class Encoder>
pleach::matrix<float> pulled_back(Table& table, Encoder& encoder, const support::training_batch& batch,
                                  const pleach::matrix<float>& upstream) {
    pleach::matrix<float> rows(batch.nodes.size(), dim), given = upstream;
    adam_of<Table> optimizer(table, pleach::adam{.which = Encoder::moving_rows});
    encoder.encode(table, optimizer, batch, rows.view(), two);
    auto gradient = table.make_gradient();
    encoder.pull_back(table, batch, rows.view(), given.view(), {}, gradient, two);
    pleach::matrix<float> all(table.size(), dim);
    table.for_each_parameter(gradient, [&](const pleach::parameter<float>& p) {
        for (std::size_t r = 0; r < table.size(); ++r)
            if (const auto row = p.gradient.find(r); !row.empty()) std::ranges::copy(row, all.row(r).begin());
    });
    return all;
}

}  // namespace

TEST_CASE("The rows of a batch are those rows of all rows, for both models and any table") {
    const auto data = tests::small_data();
    const auto builder = some_batch(data);
    const support::bipartite_graph graph(data.train, data.items);
    const auto check = [&](auto table, auto encoder) {
        adam_of<decltype(table)> optimizer(table, pleach::adam{.which = encoder.moving_rows});
        pleach::matrix<float> rows(builder.batch().nodes.size(), dim), all(table.size(), dim);
        encoder.encode(table, optimizer, builder.batch(), rows.view(), two);
        encoder.encode_all(table, all.view(), two);
        for (std::size_t r = 0; r < rows.rows(); ++r) CHECK(tests::same_bits(rows.row(r), all.row(builder.batch().nodes[r])));
    };
    check(tests::first_rows(data, dim), support::factorization_encoder());
    check(tests::masked(tests::first_rows(data, dim)), support::factorization_encoder());
    check(lookup_only(tests::first_rows(data, dim)), support::factorization_encoder());
    for (const std::size_t layers : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
        check(tests::first_rows(data, dim), support::lightgcn_encoder(graph, dim, layers));
        check(lookup_only(tests::first_rows(data, dim)), support::lightgcn_encoder(graph, dim, layers));
    }
}

TEST_CASE("Pulling back is the transpose of encoding") {
    // Encoding is linear, so <encode(E), U> = <E, pull_back(U)> for all U.
    const auto data = tests::small_data();
    const auto builder = some_batch(data);
    const support::bipartite_graph graph(data.train, data.items);
    const pleach::matrix<float> upstream(tests::normal_table<float>(builder.batch().nodes.size(), dim, 8).rows());
    const auto check = [&](auto table, auto encoder) {
        pleach::matrix<float> rows(builder.batch().nodes.size(), dim), stored(table.size(), dim);
        adam_of<decltype(table)> optimizer(table, pleach::adam{.which = encoder.moving_rows});
        encoder.encode(table, optimizer, builder.batch(), rows.view(), two);
        pleach::gather_all(table, stored.view());
        const auto gradient = pulled_back(table, encoder, builder.batch(), upstream);
        const double along = inner(std::as_const(rows).view(), upstream.view());
        CHECK(std::abs(along) > 0.1);
        CHECK(inner(std::as_const(stored).view(), gradient.view()) == tests::approx(along).epsilon(1e-5));
    };
    check(tests::first_rows(data, dim), support::factorization_encoder());
    for (const std::size_t layers : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
        check(tests::first_rows(data, dim), support::lightgcn_encoder(graph, dim, layers));
        check(lookup_only(tests::first_rows(data, dim)), support::lightgcn_encoder(graph, dim, layers));
    }
}

TEST_CASE("Decay adds each stored row as often as it occurs in the batch, in both models") {
    const auto data = tests::small_data();
    const auto builder = some_batch(data);
    const support::training_batch& batch = builder.batch();
    const support::bipartite_graph graph(data.train, data.items);
    const auto check = [&](auto encoder) {
        auto table = tests::first_rows(data, dim);
        adam_of<tests::dense> optimizer(table, pleach::adam{.which = encoder.moving_rows});
        pleach::matrix<float> rows(batch.nodes.size(), dim), nothing(batch.nodes.size(), dim);
        encoder.encode(table, optimizer, batch, rows.view(), two);
        auto gradient = table.make_gradient();
        encoder.pull_back(table, batch, rows.view(), nothing.view(), {0.5F}, gradient, two);
        for (std::size_t r = 0; r < batch.nodes.size(); ++r)
            for (std::size_t c = 0; c < dim; ++c)
                CHECK(gradient.find(batch.nodes[r])[c] == tests::approx(0.5 * static_cast<double>(batch.occurrences[r]) *
                                                                        static_cast<double>(table.row(batch.nodes[r])[c]))
                                                              .epsilon(1e-6));
    };
    check(support::factorization_encoder());
    check(support::lightgcn_encoder(graph, dim, 2));
}

}  // namespace encoders_test
