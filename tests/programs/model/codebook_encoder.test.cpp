// SPDX-License-Identifier: Apache-2.0
#include "support/model/codebook_encoder.hpp"

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "support/small_data.hpp"

#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>

namespace codebook_encoder_test {

namespace {

constexpr std::size_t dim = 6, codes = 12, fine_codes = 5;
const pleach::openmp two{2};

support::legcf_rows coarse_table(const support::interactions& data, std::uint64_t seed = 1) {
    return pleach::make_legcf<float>(tests::random_assignment<float>(data.users + data.items, codes, 2, seed), dim,
                                     pleach::normal{.deviation = 1}, pleach::random_stream(seed));
}

// Fine values stay clear of the threshold 1, where differences would step over a kink.
support::c2f_rows fine_table(const support::interactions& data, std::uint64_t seed = 1) {
    pleach::dense_table<float> fine(fine_codes, dim, pleach::normal{.deviation = 1.5}, pleach::random_stream(7));
    for (std::uint32_t k = 0; k < fine_codes; ++k)
        for (float& x : fine.row(k))
            if (std::abs(std::abs(x) - 1) < 0.3F) x *= 2;
    return pleach::make_c2f<float>(coarse_table(data, seed), fine, tests::random_assignment<float>(codes, fine_codes, 3),
                                   {.threshold = 1.0F, .share = 0.3F});
}

support::batch_builder some_batch(const support::interactions& data) {
    support::batch_builder builder(data.users + data.items);
    for (std::uint32_t s = 0; s < 20; ++s) {
        builder.add_sample(s * 5 % 120, 120 + s * 7 % 90);
        builder.add_negative(120 + s * 11 % 90, 1);
    }
    return builder;
}

template <class Table>
using adam_of = pleach::optimizer<Table, pleach::adam>;

template <class Table>
pleach::matrix<float> encoded(const Table& table, support::codebook_encoder& encoder) {
    pleach::matrix<float> all(table.size(), dim);
    encoder.encode_all(table, all.view(), two);
    return all;
}

template <class Table, class Visit>
void for_each_trained(Table& table, typename Table::gradient_type& gradient, Visit&& visit) {
    table.for_each_parameter(gradient, [&](const pleach::parameter<float>& p) {
        if (p.role != pleach::role::weights) return;
        for (std::size_t r = 0; r < p.values.rows(); ++r)
            for (std::size_t c = 0; c < p.values.cols(); ++c) {
                const auto row = std::as_const(p.gradient).find(r);
                visit(p.values.row(r)[c], row.empty() ? 0.0F : row[c]);
            }
    });
}

// The gradient of sum over the batch's rows of <row, u> + decay / 2 * |layer 0|^2, against differences along random directions.
template <class Table>
void check_gradient(const support::interactions& data, Table table, std::size_t layers) {
    const support::bipartite_graph graph(data.train, data.items);
    support::codebook_encoder encoder(graph, dim, layers);
    const auto builder = some_batch(data);
    const support::training_batch& batch = builder.batch();
    const pleach::matrix<float> u(tests::normal_table<float>(batch.nodes.size(), dim, 8).rows());
    constexpr double decay = 0.4;
    constexpr bool is_coarse = std::is_same_v<Table, support::legcf_rows>;
    const auto loss = [&] {
        const auto all = encoded(table, encoder);
        std::vector<float> row(dim);
        double sum = 0;
        for (std::size_t r = 0; r < batch.nodes.size(); ++r)
            for (std::size_t c = 0; c < dim; ++c)
                sum += static_cast<double>(all.row(batch.nodes[r])[c]) * static_cast<double>(u.row(r)[c]);
        for (std::size_t r = 0; is_coarse && r < batch.nodes.size(); ++r) {
            table.lookup(batch.nodes[r], row);
            for (const float x : row)
                sum += decay / 2 * static_cast<double>(batch.occurrences[r]) * static_cast<double>(x) * static_cast<double>(x);
        }
        return sum;
    };
    pleach::matrix<float> rows(batch.nodes.size(), dim), upstream = u;
    adam_of<Table> optimizer(table, pleach::adam{.which = pleach::moving_rows::every});
    auto gradient = table.make_gradient();
    encoder.encode(table, optimizer, batch, rows.view(), two);
    encoder.pull_back(table, batch, rows.view(), upstream.view(), {.decay = is_coarse ? static_cast<float>(decay) : 0},
                      gradient, two);
    for (std::uint64_t d = 0; d < 12; ++d) {
        const pleach::random_stream stream = pleach::random_stream(3).fork(d);
        double slope = 0, size = 0;
        const auto move = [&](double step) {
            std::size_t i = 0;
            for_each_trained(table, gradient,
                             [&](float& value, float) { value += static_cast<float>(step * (2 * stream.uniform(i++) - 1)); });
        };
        std::size_t i = 0;
        for_each_trained(table, gradient, [&](float&, float g) {
            const double along = 2 * stream.uniform(i++) - 1;
            slope += along * static_cast<double>(g);
            size += static_cast<double>(g) * static_cast<double>(g);
        });
        constexpr double h = 1e-2;
        move(h);
        const double above = loss();
        move(-2 * h);
        const double below = loss();
        move(h);
        CAPTURE(layers, d, slope);
        CHECK(std::abs((above - below) / (2 * h) - slope) < 2e-3 * std::sqrt(size));
    }
}

}  // namespace

TEST_CASE("Rows of a batch are those of all rows, over codes of both kinds") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    const auto builder = some_batch(data);
    const auto check = [&](auto table) {
        support::codebook_encoder encoder(graph, dim, 3);
        pleach::matrix<float> rows(builder.batch().nodes.size(), dim);
        adam_of<decltype(table)> optimizer(table, pleach::adam{});
        encoder.encode(table, optimizer, builder.batch(), rows.view(), two);
        const auto all = encoded(table, encoder);
        for (std::size_t r = 0; r < rows.rows(); ++r) CHECK(tests::same_bits(rows.row(r), all.row(builder.batch().nodes[r])));
        const auto propagated = encoder.propagate(table, two);
        CHECK(tests::same_bits(propagated.entities.elements(), all.elements()));
    };
    check(coarse_table(data));
    check(fine_table(data));
}

TEST_CASE("Gradients of codes agree with differences, for both stages and any number of layers") {
    const auto data = tests::small_data();
    for (const std::size_t layers : {std::size_t{0}, std::size_t{1}, std::size_t{3}})
        check_gradient(data, coarse_table(data), layers);
    for (const std::size_t layers : {std::size_t{1}, std::size_t{2}, std::size_t{3}})
        check_gradient(data, fine_table(data), layers);
}

TEST_CASE("Without layers entities are the table's rows, and of a fine stage those of its coarse codes") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    support::codebook_encoder encoder(graph, dim, 0);
    pleach::matrix<float> rows(data.users + data.items, dim);
    pleach::gather_all(coarse_table(data), rows.view());
    const auto a = encoded(coarse_table(data), encoder), b = encoded(fine_table(data), encoder);
    for (std::size_t i = 0; i < rows.elements().size(); ++i) {
        CHECK(a.elements()[i] == tests::approx(rows.elements()[i]).margin(1e-6));
        CHECK(b.elements()[i] == tests::approx(rows.elements()[i]).margin(1e-6));
    }
}

TEST_CASE("Other assignments and codes than before are noticed") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    const auto check = [&](auto first, auto second) {
        support::codebook_encoder used(graph, dim, 2), fresh(graph, dim, 2);
        const auto before = encoded(first, used);
        CHECK_FALSE(tests::same_bits(encoded(second, used).elements(), before.elements()));
        CHECK(tests::same_bits(encoded(second, used).elements(), encoded(second, fresh).elements()));
        CHECK(tests::same_bits(encoded(first, used).elements(), before.elements()));
    };
    check(coarse_table(data, 1), coarse_table(data, 2));
    check(fine_table(data, 1), fine_table(data, 2));
    check(coarse_table(data, 1), fine_table(data, 1));
    auto other = fine_table(data);
    other.base().base().second().base().row(0)[0] += 1;  // a held code
    check(fine_table(data), other);
    other = fine_table(data);
    other.base().base().first().reassign(tests::random_assignment<float>(codes, fine_codes, 3, 9));
    check(fine_table(data), other);
}

}  // namespace codebook_encoder_test
